"""Service tests, service problems and unsolicited ceases: the flows, and what they tell."""

from typing import Any

import pytest

from sandbox.domain import lifecycles
from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.errors import Problem
from sandbox.domain.planning import Plan, PlannedBeat, later_chapter, plan
from sandbox.domain.scenarios import ON_AMENDED, ON_RESOLUTION_REJECTED, choose, fits
from sandbox.domain.suppliers import Supplier
from tests.support.scores import ALDER, BIRCH, CEDAR, DAY, GAP, LIBRARY, NOW, order_for

SUPPLIERS = [ALDER, BIRCH, CEDAR]
RESULTS = {
    "SERVICE_TEST_GREEN": "GREEN",
    "SERVICE_TEST_AMBER": "AMBER",
    "SERVICE_TEST_RED": "RED",
    "SERVICE_TEST_FAILED": "FAILED",
    "SERVICE_TEST_UNAVAILABLE": "UNAVAILABLE",
}
RESOLVED = [("RESOLVED", "RESOLVED"), ("ADDITIONAL", "RESOLVED"), ("COMPLETED", "COMPLETED")]
BEGUN = [("ACKNOWLEDGED", "ACKNOWLEDGED"), ("UPDATE", "IN_PROGRESS")]
FLOWS = {
    "SERVICE_PROBLEM_RESOLVED": [*BEGUN, *RESOLVED],
    "SERVICE_PROBLEM_ACKNOWLEDGED": BEGUN[:1],
    "SERVICE_PROBLEM_IN_PROGRESS": BEGUN,
    "SERVICE_PROBLEM_REJECTED": [("ORDER_REJECTED", "REJECTED")],
    "SERVICE_PROBLEM_PENDING": [*BEGUN, ("INFORMATION_REQUIRED", "PENDING")],
    "SERVICE_PROBLEM_REAPPOINT": [*BEGUN, ("REAPPOINT", "PENDING")],
    "SERVICE_PROBLEM_DELAYED": [*BEGUN, ("DELAY", "HELD"), ("RESUMED", "IN_PROGRESS"), *RESOLVED],
    "SERVICE_PROBLEM_NETWORK_INCIDENT": [
        BEGUN[0], ("NETWORK_INCIDENT", "NETWORK_INCIDENT"), ("RESUMED", "IN_PROGRESS"), *RESOLVED,
    ],
    "SERVICE_PROBLEM_CANCELLED": [*BEGUN, ("CANCELLED", "CANCELLED")],
}  # fmt: skip


def played(kind: str, header: str | None, supplier: Supplier = ALDER, gap: int | None = GAP, **more: Any) -> Plan:
    choice = choose(LIBRARY.scenarios, header, None, None, supplier, kind)
    entity = {"id": 3, "tenant": "TENANT1", "serviceId": "ALD1", **more}
    return plan(LIBRARY.scenarios[choice.scenario], choice, supplier, entity, NOW, gap, "demo1", 1)


def told(made: Plan) -> list[tuple[str, str]]:
    return [(beat.reason_code, beat.status) for beat in made.beats]


def visit() -> dict[str, Any]:
    """The appointment of a problem, where the scenario is about one."""
    return {"appointmentTimeslot": order_for(ALDER)["appointmentTimeslot"]}


def test_six_tests_and_nine_problems_are_shipped_and_the_plain_ones_play_unasked() -> None:
    by_kind = {
        kind: {each.name for each in LIBRARY.scenarios.values() if each.kind == kind} for kind in ("test", "problem")
    }
    assert by_kind["test"] == {*RESULTS, "SERVICE_TEST_REJECTED"}
    assert by_kind["problem"] == set(FLOWS)
    assert choose(LIBRARY.scenarios, None, None, None, kind="test").scenario == "SERVICE_TEST_GREEN"
    assert choose(LIBRARY.scenarios, None, None, None, kind="problem").scenario == "SERVICE_PROBLEM_RESOLVED"


@pytest.mark.parametrize("supplier", SUPPLIERS, ids=lambda each: each.code)
@pytest.mark.parametrize("name", RESULTS)
def test_a_test_is_taken_at_once_and_completes_with_its_result(name: str, supplier: Supplier) -> None:
    made = played("test", name, supplier)
    assert (made.status, made.entity_status) == (201, "IN_PROGRESS")
    (only,) = made.beats
    assert (only.reason_code, only.status, only.due_at) == ("COMPLETED", "COMPLETED", NOW + GAP)
    result = only.changes["result"]
    assert result["testOutcome"]["testResult"] == RESULTS[name]
    assert result["testOutcome"]["code"]
    assert result["testOutcome"]["description"]
    assert result["testValidity"] == to_text(NOW + GAP + 7_200_000)
    assert all(each["captureDateTime"] == to_text(NOW + GAP) for each in result.get("testMeasures", ()))
    assert ("testMeasures" in result) == (RESULTS[name] in ("GREEN", "AMBER", "RED"))


@pytest.mark.parametrize("supplier", SUPPLIERS, ids=lambda each: each.code)
def test_a_rejected_test_is_refused_in_the_answer_whatever_the_suppliers_character(supplier: Supplier) -> None:
    made = played("test", "SERVICE_TEST_REJECTED", supplier)
    assert (made.status, made.entity_status, made.beats) == (422, None, ())
    assert "cannot be tested" in made.messages[0]


@pytest.mark.parametrize("supplier", SUPPLIERS, ids=lambda each: each.code)
@pytest.mark.parametrize("name", FLOWS)
def test_a_problem_goes_its_documented_way(name: str, supplier: Supplier) -> None:
    if not fits(LIBRARY.scenarios[name], supplier):
        with pytest.raises(Problem, match="CEDAR makes none"):
            played("problem", name, supplier)
        return
    made = played("problem", name, supplier, **visit())
    flow = FLOWS[name]
    if supplier is not BIRCH:
        assert (made.status, told(made)) == (202, flow)
    elif name == "SERVICE_PROBLEM_REJECTED":
        assert (made.status, told(made)) == (422, [])
        assert made.messages[0]
    else:
        assert (made.status, made.entity_status, told(made)) == (201, "ACKNOWLEDGED", flow[1:])


def test_a_problem_about_a_visit_needs_one() -> None:
    with pytest.raises(Problem, match="SERVICE_PROBLEM_REAPPOINT needs an order with an appointment"):
        played("problem", "SERVICE_PROBLEM_REAPPOINT")


def resolving(beats: tuple[PlannedBeat, ...]) -> list[dict[str, Any]]:
    return [beat.changes["serviceProblemResolution"] for beat in beats if "serviceProblemResolution" in beat.changes]


def test_a_resolution_is_told_with_its_details_and_waits() -> None:
    made = played("problem", None)
    (resolution,) = resolving(made.beats)
    resolved = made.beats[2]
    assert (resolution["status"], resolution["resolvedDate"]) == ("PENDING", to_text(resolved.due_at))
    assert resolution["supplierReference"].startswith("ALD")
    assert resolution["resolutionDetails"].keys() == {"resolutionCode", "resolutionText", "supplierCodes", "faultCode"}


@pytest.mark.parametrize("gap", [None, GAP, 0])
def test_whoever_does_not_answer_is_warned_a_day_before_the_problem_closes_at_any_tempo(gap: int | None) -> None:
    resolved, warning, closed = (beat.due_at for beat in played("problem", None, gap=gap).beats[2:])
    assert (warning - resolved, closed - warning) == (2 * DAY, DAY)
    patient = played("problem", "SERVICE_PROBLEM_RESOLVED?silentDays=13", gap=gap).beats[2:]
    assert patient[1].due_at - patient[0].due_at == 13 * DAY


@pytest.mark.parametrize("name", [name for name, flow in FLOWS.items() if RESOLVED[0] in flow])
def test_a_rejected_resolution_is_followed_by_another(name: str) -> None:
    choice = choose(LIBRARY.scenarios, name, None, None, kind="problem")
    entity = {"id": 3, "tenant": "TENANT1"}
    made = [
        later_chapter(ON_RESOLUTION_REJECTED, LIBRARY.scenarios[name], choice, ALDER, entity, at, GAP, "demo1", 1)
        for at in (NOW, NOW + DAY)
    ]
    assert [(beat.reason_code, beat.status) for beat in made[0]] == RESOLVED
    first, again = resolving(made[0])[0], resolving(made[1])[0]
    assert first["supplierReference"] != again["supplierReference"]
    assert first["resolutionDetails"] == again["resolutionDetails"]


@pytest.mark.parametrize("name", ["SERVICE_PROBLEM_PENDING", "SERVICE_PROBLEM_REAPPOINT"])
def test_a_problem_that_got_what_it_waited_for_is_resolved(name: str) -> None:
    choice = choose(LIBRARY.scenarios, name, None, None, kind="problem")
    entity = {"id": 3, "tenant": "TENANT1", **visit()}
    beats = later_chapter(ON_AMENDED, LIBRARY.scenarios[name], choice, ALDER, entity, NOW, None, "demo1", 1)
    assert [(beat.reason_code, beat.status) for beat in beats] == RESOLVED
    if name.endswith("REAPPOINT"):
        start = to_ms(entity["appointmentTimeslot"]["timeslotStartDateTime"])
        assert beats[0].due_at == start + 7_200_000


def test_an_unsolicited_cease_is_created_committed_and_completed_on_its_day() -> None:
    made = played("unsolicitedCease", None, gap=None, requestedCeaseDate="2026-04-20T09:00:00Z")
    assert (made.status, told(made)) == (
        0, [("CREATED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("COMPLETED", "COMPLETED")],
    )  # fmt: skip
    assert made.beats[0].due_at == NOW
    assert made.beats[1].changes["committedDate"] == to_text(made.beats[2].due_at) == "2026-04-20T09:00:00.000Z"
    at_once = played("unsolicitedCease", None, BIRCH)
    assert told(at_once) == told(made)


def test_every_status_is_one_that_the_life_cycle_allows() -> None:
    for kind, state, names in (
        ("problem", lifecycles.SENT_TO_SUPPLIER, FLOWS),
        ("test", lifecycles.IN_PROGRESS, RESULTS),
    ):
        for name in names:
            status = state
            for beat in played(kind, name, **visit()).beats:
                assert beat.status in lifecycles.allowed(kind, status, beat.reason_code)
                status = beat.status


def test_references_of_an_order_a_test_and_a_problem_of_the_same_number_differ() -> None:
    made = [played(kind, None) for kind in ("order", "test", "problem") if kind != "order"]
    made.append(played("order", None, **visit()))
    assert len({each.reference for each in made}) == len(made)
