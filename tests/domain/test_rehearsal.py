from typing import Any

import pytest

from sandbox.domain import lifecycles
from sandbox.domain.rehearsal import ORDER_TYPES, rehearse
from sandbox.domain.scenarios import KINDS, scenario_from
from sandbox.spec.library import load_library
from sandbox.spec.schemas import schema_of

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
    gateways = lifecycles.GATEWAY_EVENTS
    tables = [lifecycles.ORDER, lifecycles.TEST, lifecycles.PROBLEM]
    assert set(beat["kci"]["enum"]) == {event for table in tables for event in table} - gateways
    words = {lifecycles.SAME, lifecycles.BEFORE, lifecycles.ANSWERED}
    rules = [rule for table in tables for event, found in table.items() if event not in gateways for rule in found]
    stated = {state for rule in rules for state in rule.targets} - words
    assert stated <= set(beat["status"]["enum"])
    assert set(beat["orderTypes"]["items"]["enum"]) == set(ORDER_TYPES)


def test_the_schema_knows_the_kinds_and_the_chapters() -> None:
    schema = schema_of("scenario")
    assert schema["properties"]["for"]["enum"] == list(KINDS)
    later = {name for kind in KINDS.values() for name in kind.later}
    assert set(schema["else"]["dependentSchemas"]) == set(KINDS) | later | {"faults"}


DETAILS = {"resolutionDetails": {"resolutionCode": "LINE_TEST_NORMAL", "resolutionText": "Nothing was wrong."}}
RESOLVED = {"at": "P1D", "kci": "RESOLVED", "text": "Done.", "set": {"serviceProblemResolution": DETAILS}}
QUESTION = {"at": "P2D", "kci": "INFORMATION_REQUIRED", "text": "Which room?"}


def flaws_for(kind: str, *beats: dict[str, Any], reply: int = 202, **more: Any) -> dict[str, str]:
    chapter = {"reply": {"status": reply}, "beats": list(beats)}
    head = {"name": "A", "title": "A", "description": "A", "for": kind}
    return {flaw.place: flaw.message for flaw in rehearse(scenario_from({**head, kind: chapter, **more}))}


def test_a_request_is_decided_once_and_by_its_own_kind_of_result() -> None:
    amended = {"at": "PT1H", "kci": "AMENDED"}
    assert flaws_for("amendment", amended) == {}
    assert list(flaws_for("amendment", amended, {"at": "PT2H", "kci": "AMENDMENT_REJECTED", "text": "No."})) == [
        "/amendment/beats/1/kci"
    ]
    (flaw,) = flaws_for("amendment", amended, {"at": "PT2H", "kci": "COMPLETED"}).values()  # as an order could
    assert flaw.startswith("COMPLETED cannot come while the problem is IN_PROGRESS; allowed: UPDATE, ADDITIONAL, ")
    assert "AMENDMENT" not in flaw


def test_a_later_chapter_starts_in_progress_and_needs_what_opens_it() -> None:
    done = {"at": "PT1H", "kci": "COMPLETED"}
    assert flaws(ACKNOWLEDGED, COMMITTED, QUESTION, onAmended={"beats": [done]}) == {}
    assert flaws(ACKNOWLEDGED, COMMITTED, onAmended={"beats": [done]}) == {
        "/onAmended": "it never opens: nothing leads to PENDING"
    }
    resumed = {"at": "PT1H", "kci": "RESUMED"}
    assert list(flaws(ACKNOWLEDGED, COMMITTED, QUESTION, onAmended={"beats": [resumed]})) == ["/onAmended/beats/0/kci"]
    again = {"beats": [RESOLVED]}
    assert flaws_for("problem", ACKNOWLEDGED, RESOLVED, onResolutionRejected=again) == {}
    assert list(flaws_for("problem", ACKNOWLEDGED, onResolutionRejected=again)) == ["/onResolutionRejected"]
    assert flaws_for("problem", ACKNOWLEDGED, QUESTION, onAmended=again, onResolutionRejected=again) == {}


def test_a_test_ends_with_its_result_and_nothing_else_has_one() -> None:
    outcome = {"testResult": "GREEN", "code": "NO_FAULT_FOUND", "description": "Nothing."}
    result = {"set": {"result": {"testOutcome": outcome}}}
    done = {"at": "PT5M", "kci": "COMPLETED"}
    assert flaws_for("test", {**done, **result}, reply=201) == {}
    assert flaws_for("test", done, reply=201) == {"/test/beats/0": "a test that is COMPLETED has to set its result"}
    assert flaws(ACKNOWLEDGED, {**done, **result}) == {
        "/order/beats/1/set/result": "only a test that is COMPLETED has a result"
    }
    assert list(flaws_for("test", ACKNOWLEDGED, reply=201)) == ["/test/beats/0/kci"]


def test_some_words_are_for_some_places_alone() -> None:
    late = {"at": "PT5M", "kci": "UPDATE", "set": {"targetDate": "amended"}}
    assert flaws(ACKNOWLEDGED, late) == {"/order/beats/1/set/targetDate": "amended is for AMENDED alone"}
    named = {**QUESTION, "problemCode": "reason"}
    assert "may not carry reason" in flaws(ACKNOWLEDGED, named)["/order/beats/1/problemCode"]
    cancelled = {"at": "PT5M", "kci": "CANCELLED", "problemCode": "reason", "text": "As asked."}
    assert flaws_for("cancellation", cancelled) == {}
    only = {**ACKNOWLEDGED, "orderTypes": ["NEW"]}
    assert list(flaws_for("problem", only)) == ["/problem/beats/0/orderTypes"]


def test_a_kci_for_some_orders_is_rehearsed_for_each() -> None:
    assert flaws(ACKNOWLEDGED, {**COMMITTED, "orderTypes": ["NEW"]}, {"at": "P2D", "kci": "COMPLETED"}) == {}
    held = {"at": "P1D", "kci": "DELAY", "problemCode": "OTHER", "text": "Wait.", "orderTypes": ["CEASE"]}
    found = flaws(ACKNOWLEDGED, held, {"at": "P2D", "kci": "RESUMED"})
    assert list(found) == ["/order/beats/2/kci"]  # every other order was never held


def test_days_of_silence_are_a_parameter_like_any_other() -> None:
    warning = {"at": {"days": "silentDays"}, "from": "silence", "kci": "ADDITIONAL", "text": "It closes soon."}
    assert flaws_for("problem", ACKNOWLEDGED, RESOLVED, warning) == {
        "/problem/beats/2/at/days": "there is no parameter silentDays; allowed: none"
    }
    days = {"type": "integer", "default": 2, "minimum": 0, "maximum": 9, "description": "Days."}
    assert flaws_for("problem", ACKNOWLEDGED, RESOLVED, warning, parameters={"silentDays": days}) == {}
