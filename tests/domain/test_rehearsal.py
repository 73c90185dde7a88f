from typing import Any

import pytest

from sandbox.domain import lifecycles
from sandbox.domain.rehearsal import rehearse
from sandbox.domain.scenarios import scenario_from
from sandbox.spec.library import load_library, schema_of

ACKNOWLEDGED = {"at": "PT5M", "kci": "ACKNOWLEDGED"}
COMMITTED = {"at": "P1D", "kci": "COMMITTED", "set": {"committedDate": "agreed", "targetDate": "agreed"}}


def flaws(*beats: dict[str, Any], **more: Any) -> dict[str, str]:
    order = {"reply": {"status": 202}, "beats": list(beats)}
    scenario = scenario_from({"name": "A", "title": "A", "description": "A", "order": order, **more})
    return {flaw.place: flaw.message for flaw in rehearse(scenario)}


@pytest.mark.parametrize("scenario", load_library().scenarios.values(), ids=lambda scenario: scenario.name)
def test_the_shipped_scenarios_can_happen(scenario: Any) -> None:
    assert list(rehearse(scenario)) == []


def test_a_kci_that_cannot_come_now_is_named_with_what_could() -> None:
    found = flaws({"at": "PT5M", "kci": "COMPLETED"})
    assert list(found) == ["/order/beats/0/kci"]
    assert "SENT_TO_SUPPLIER" in found["/order/beats/0/kci"]
    assert "ACKNOWLEDGED" in found["/order/beats/0/kci"]


def test_nothing_comes_after_the_end() -> None:
    found = flaws(ACKNOWLEDGED, {"at": "P1D", "kci": "COMPLETED"}, {"at": "P2D", "kci": "UPDATE"})
    assert found == {
        "/order/beats/2/kci": "UPDATE cannot come while the order is COMPLETED; allowed: nothing, the state is final"
    }


def test_a_status_that_the_kci_cannot_state_is_named() -> None:
    found = flaws(ACKNOWLEDGED, {**COMMITTED, "status": "HELD"})
    assert found == {"/order/beats/1/status": "COMMITTED cannot state HELD from ACKNOWLEDGED; allowed: IN_PROGRESS"}


def test_the_state_that_a_beat_leads_to_is_where_the_next_one_starts() -> None:
    delay = {"at": "P2D", "kci": "DELAY", "problemCode": "requested", "text": "Wait."}
    resumed = {"at": "P3D", "kci": "RESUMED"}
    assert flaws(ACKNOWLEDGED, COMMITTED, delay, resumed) == {}
    assert list(flaws(ACKNOWLEDGED, COMMITTED, {**delay, "status": "IN_PROGRESS"}, resumed)) == ["/order/beats/3/kci"]


@pytest.mark.parametrize(
    ("kci", "code", "says"),
    [
        ("DELAY", "CAPACITY_ISSUE", "may not carry CAPACITY_ISSUE"),
        ("DELAY", "NO_SUCH_CODE", "allowed: requested, ifRequested, ACCESS_ISSUE"),
        ("UPDATE", "OTHER", "carries no problem code"),
    ],
)
def test_a_problem_code_that_the_kci_may_not_carry_is_named(kci: str, code: str, says: str) -> None:
    found = flaws(ACKNOWLEDGED, {"at": "P1D", "kci": kci, "problemCode": code, "text": "Because."})
    assert list(found) == ["/order/beats/1/problemCode"]
    assert says in found["/order/beats/1/problemCode"]


def test_parameters_are_known_used_and_within_their_limits() -> None:
    days = {"type": "integer", "default": 9, "minimum": 1, "maximum": 5, "description": "Days."}
    found = flaws(
        ACKNOWLEDGED,
        {"at": "P1D", "kci": "UPDATE", "set": {"targetDate": {"shift": "hours"}}},
        parameters={"days": days},
    )
    assert found == {
        "/parameters/days/default": "the default is not from the minimum 1 to the maximum 5",
        "/parameters/days": "the parameter days is used nowhere",
        "/order/beats/1/set/targetDate/shift": "there is no parameter hours; allowed: days",
    }


def test_offsets_rise_on_each_base_of_their_own() -> None:
    late = {"at": "PT1M", "kci": "UPDATE"}
    assert list(flaws(ACKNOWLEDGED, late)) == ["/order/beats/1/at"]
    assert flaws(ACKNOWLEDGED, {**late, "from": "target"}) == {}
    assert flaws(ACKNOWLEDGED, {**late, "at": "PT5M"}) == {}


def test_moving_an_appointment_needs_a_scenario_that_has_one() -> None:
    reappoint = {"at": "P1D", "kci": "REAPPOINT", "problemCode": "requested", "text": "Again."}
    assert list(flaws(ACKNOWLEDGED, reappoint)) == ["/order/beats/1/kci"]
    assert flaws(ACKNOWLEDGED, reappoint, needsAppointment=True) == {}


def test_what_is_marked_wrong_is_left_alone_and_moves_nothing() -> None:
    impossible = {"at": "PT4M", "kci": "COMPLETED", "status": "HELD", "problemCode": "NONSENSE", "wrong": True}
    assert flaws(impossible, ACKNOWLEDGED, COMMITTED) == {}


def test_the_schema_knows_the_words_of_the_life_cycle() -> None:
    beat = schema_of("scenario")["$defs"]["beat"]["properties"]
    own = {"SENT", "SEND_FAILED"}
    assert set(beat["kci"]["enum"]) == set(lifecycles.ORDER) - own
    reached = {target for event, rule in lifecycles.ORDER.items() if event not in own for target in rule.targets}
    stated = reached - {lifecycles.SAME} | {lifecycles.SENT_TO_SUPPLIER}
    assert stated <= set(beat["status"]["enum"])
