from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain import problemcodes
from sandbox.domain.chapters import Beat
from sandbox.domain.errors import INVALID_REQUEST, Problem
from sandbox.domain.scenarios import KINDS, LONGEST_KCI_DELAY, Choice, choose, fits, scenario_from
from sandbox.spec.library import load_library

LIBRARY = load_library()
SCENARIOS = LIBRARY.scenarios

NAMES = {
    "ORDER_SUCCESSFUL",
    "ORDER_ACKNOWLEDGED",
    "ORDER_IN_PROGRESS",
    "ORDER_PENDING",
    "ORDER_REAPPOINT",
    "ORDER_REAPPOINTED",
    "ORDER_DELAYED",
    "ORDER_CANCELLED",
    "ORDER_REJECTED",
    "ORDER_ADDRESS_UNKNOWN",
    "ORDER_EXCESS_CHARGE",
    "ORDER_NO_SUCH_PLACE",
    "ORDER_OBJECTED",
    "ORDER_SURVEY",
    "ORDER_UNOCCUPIED",
    "ORDER_WAYLEAVE",
    "LESSON_AWKWARD_TEXT",
    "LESSON_EMPTY_STRINGS",
    "LESSON_ILLEGAL_STATUS",
    "LESSON_LOCAL_TIME",
    "LESSON_MISSING_FIELD",
    "LESSON_OFFSETS",
    "LESSON_REPEATED_REQUEST_ID",
    "LESSON_UNKNOWN_MEMBERS",
    "LESSON_WRONG_CORRELATION",
}
ARABIC_FIVE = chr(0x665)


def refusal(*headers: Any, **more: Any) -> tuple[str, ...]:
    with pytest.raises(Problem) as refused:
        choose(SCENARIOS, *headers, **more)
    assert refused.value.code == INVALID_REQUEST
    return refused.value.messages


ABOUT_REQUESTS = {
    f"{kind}_{outcome}" for kind in ("AMENDMENT", "CANCELLATION") for outcome in ("ACCEPTED", "REJECTED", "PENDING")
}


def test_the_documented_scenarios_are_shipped() -> None:
    by_kind = {kind: {each.name for each in SCENARIOS.values() if each.kind == kind} for kind in KINDS}
    assert by_kind["order"] == NAMES
    assert by_kind["amendment"] | by_kind["cancellation"] == ABOUT_REQUESTS
    assert by_kind["unsolicitedCease"] == {"UNSOLICITED_CEASE"}
    assert all(each.startswith("SERVICE_TEST_") for each in by_kind["test"])
    assert all(each.startswith("SERVICE_PROBLEM_") for each in by_kind["problem"])


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("order", "ORDER_SUCCESSFUL"),
        ("amendment", "AMENDMENT_ACCEPTED"),
        ("cancellation", "CANCELLATION_ACCEPTED"),
        ("test", "SERVICE_TEST_GREEN"),
        ("problem", "SERVICE_PROBLEM_RESOLVED"),
        ("unsolicitedCease", "UNSOLICITED_CEASE"),
    ],
)
def test_each_kind_has_its_default(kind: str, name: str) -> None:
    assert choose(SCENARIOS, None, None, None, kind=kind).scenario == name
    assert choose(SCENARIOS, name, None, None, kind=kind).scenario == name


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("order", "SERVICE_TEST_RED", "SERVICE_TEST_RED is for a service test, not for an order"),
        ("amendment", "CANCELLATION_ACCEPTED", "CANCELLATION_ACCEPTED is for a cancellation, not for an amendment"),
        ("test", "ORDER_SUCCESSFUL", "ORDER_SUCCESSFUL is for an order, not for a service test"),
        ("problem", "UNSOLICITED_CEASE", "UNSOLICITED_CEASE is for an unsolicited cease, not for a service problem"),
    ],
)
def test_a_scenario_of_another_kind_is_refused_with_those_that_fit(kind: str, name: str, says: str) -> None:
    (message,) = refusal(name, None, None, kind=kind)
    fitting = sorted(each.name for each in SCENARIOS.values() if each.kind == kind)
    assert message == f"X-Scenario: {says}; allowed: {', '.join(fitting)}"


def test_without_an_appointment_a_scenario_about_one_is_refused() -> None:
    (message,) = refusal("ORDER_REAPPOINT", None, None, appointed=False)
    assert "this comes without one" in message
    assert "REAPPOINT" not in message.partition("allowed:")[2]
    assert choose(SCENARIOS, "ORDER_DELAYED", None, None, appointed=False).scenario == "ORDER_DELAYED"


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [
        ("amendment", "AMENDMENT_REJECTED", "AMENDMENT_REJECTED"),
        ("cancellation", "CANCELLATION_ACCEPTED", "CANCELLED"),
        ("cancellation", "CANCELLATION_REJECTED", "CANCELLATION_REJECTED"),
        ("problem", "SERVICE_PROBLEM_DELAYED", "DELAY"),
    ],
)
def test_a_problem_code_is_for_what_involves_a_problem_whatever_the_kind(kind: str, name: str, reason: str) -> None:
    (code, *_) = problemcodes.carried_by(reason)
    assert choose(SCENARIOS, name, code, None, kind=kind).problem_code == code
    assert reason in refusal(name, "APPOINTMENT_NOT_REQUIRED", None, kind=kind)[0]


def test_a_problem_code_for_a_later_chapter_is_taken_too() -> None:
    beats = [{"at": "PT5M", "kci": "INFORMATION_REQUIRED", "text": "Which?"}]
    later = [{"at": "PT5M", "kci": "DELAY", "problemCode": "requested", "text": "Wait."}]
    head = {"name": "A", "title": "B", "description": "C", "default": True}
    made = scenario_from({**head, "order": {"reply": {"status": 202}, "beats": beats}, "onAmended": {"beats": later}})
    assert choose({"A": made}, None, "SITE_UNSAFE", None).problem_code == "SITE_UNSAFE"


def test_without_headers_the_successful_one_plays() -> None:
    assert choose(SCENARIOS, None, None, None) == Choice("ORDER_SUCCESSFUL", {}, None, None)


def test_a_parameter_takes_its_default_or_the_value_of_the_header() -> None:
    assert choose(SCENARIOS, "ORDER_REAPPOINTED", None, None).parameters == {"targetDateOffset": 5}
    asked = choose(SCENARIOS, "ORDER_REAPPOINTED?targetDateOffset=12", None, None)
    assert (asked.scenario, asked.parameters) == ("ORDER_REAPPOINTED", {"targetDateOffset": 12})
    assert choose(SCENARIOS, "ORDER_REAPPOINTED?%74argetDateOffset=%31%32", None, None) == asked
    assert choose(SCENARIOS, "ORDER_REAPPOINTED?", None, None).parameters == {"targetDateOffset": 5}


def test_an_unknown_scenario_is_refused_with_all_there_are() -> None:
    (message,) = refusal("ORDER_NONSENSE", None, None)
    assert "'ORDER_NONSENSE'" in message
    assert message.endswith("allowed: " + ", ".join(sorted(NAMES)))
    assert refusal("", None, None)
    assert refusal("order_successful", None, None)


@pytest.mark.parametrize("value", ["0", "91", "-5", "1.5", "five", "", "5 ", "1e1", ARABIC_FIVE, "9" * 30])
def test_a_value_outside_the_limits_is_refused_with_the_limits(value: str) -> None:
    (message,) = refusal(f"ORDER_REAPPOINTED?targetDateOffset={value}", None, None)
    assert "from 1 to 90" in message


def test_an_unknown_parameter_is_refused_with_those_there_are() -> None:
    assert "allowed: targetDateOffset" in refusal("ORDER_REAPPOINTED?days=5", None, None)[0]
    every = "allowed: disorder, leg, kci, by"
    assert refusal("ORDER_SUCCESSFUL?targetDateOffset=5", None, None)[0].endswith(every)


def test_a_parameter_is_given_once() -> None:
    (message,) = refusal("ORDER_REAPPOINTED?targetDateOffset=5&targetDateOffset=6", None, None)
    assert "2 times" in message


def test_everything_wrong_is_said_at_once() -> None:
    messages = refusal("ORDER_SUCCESSFUL?x=1&y=2", "UNKNOWN_FAULT", "soon")
    assert [message.partition(":")[0] for message in messages] == [
        "X-Scenario", "X-Scenario", "X-Problem-Code", "X-Kci-Delay",
    ]  # fmt: skip


def test_a_long_value_is_not_repeated_whole() -> None:
    (message,) = refusal("x" * 5_000, None, None)
    assert len(message) < 1_000


@pytest.mark.parametrize("name", ["ORDER_DELAYED", "ORDER_CANCELLED", "ORDER_REAPPOINT", "ORDER_PENDING"])
def test_a_scenario_with_a_problem_takes_every_code_that_its_kci_may_carry(name: str) -> None:
    reason = {
        "ORDER_DELAYED": "DELAY",
        "ORDER_CANCELLED": "CANCELLED",
        "ORDER_REAPPOINT": "REAPPOINT",
        "ORDER_PENDING": "INFORMATION_REQUIRED",
    }[name]
    for code in problemcodes.TABLE:
        if code in problemcodes.carried_by(reason):
            assert choose(SCENARIOS, name, code, None).problem_code == code
        else:
            (message,) = refusal(name, code, None)
            assert message.endswith(", ".join(problemcodes.carried_by(reason)))


WITH_A_PROBLEM = {
    "ORDER_DELAYED", "ORDER_CANCELLED", "ORDER_REAPPOINT", "ORDER_PENDING", "LESSON_EMPTY_STRINGS",
    "LESSON_ILLEGAL_STATUS",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(NAMES - WITH_A_PROBLEM))
def test_a_scenario_without_a_problem_takes_no_code_not_even_the_default(name: str) -> None:
    assert refusal(name, "UNKNOWN_FAULT", None) == (f"X-Problem-Code: {name} uses no problem code; allowed: none",)


def test_an_unknown_code_is_refused_with_those_that_fit_the_scenario() -> None:
    (message,) = refusal("ORDER_DELAYED", "TOO_HARD", None)
    assert message.endswith(", ".join(problemcodes.carried_by("DELAY")))
    everything = refusal("ORDER_NONSENSE", "TOO_HARD", None)[1]
    assert everything.endswith(", ".join(sorted(problemcodes.TABLE)))


@pytest.mark.parametrize(
    ("delay", "seconds"), [("0", 0), ("30", 30), (7, 7), ("007", 7), (str(LONGEST_KCI_DELAY), 31_536_000)]
)
def test_a_delay_is_whole_seconds(delay: str | int, seconds: int) -> None:
    assert choose(SCENARIOS, None, None, delay).kci_delay == seconds


@pytest.mark.parametrize(
    "delay", ["-1", "1.5", "", " 5", "PT5S", "+5", ARABIC_FIVE, "1_000", "99999999999", -1, LONGEST_KCI_DELAY + 1]
)
def test_any_other_delay_is_refused(delay: str | int) -> None:
    assert "whole seconds from 0" in refusal(None, None, delay)[0]


@given(st.text(max_size=40), st.none() | st.text(max_size=20), st.none() | st.text(max_size=10))
def test_no_header_breaks_the_choice(parameters: str, code: str | None, delay: str | None) -> None:
    # Whatever it is, ORDER_REAPPOINTED uses no problem code: a code is refused, and so is what else is wrong.
    try:
        choice = choose(SCENARIOS, f"ORDER_REAPPOINTED?{parameters}", code, delay)
    except Problem as refused:
        choice, said = None, refused.messages
    else:
        said = ()
    assert bool(said) == (choice is None)
    assert code is None or said


def test_a_scenario_about_appointments_does_not_fit_a_supplier_without() -> None:
    cedar, alder = LIBRARY.suppliers["CEDAR"], LIBRARY.suppliers["ALDER"]
    assert {name for name, each in SCENARIOS.items() if not fits(each, cedar)} == {
        "ORDER_REAPPOINT",
        "ORDER_REAPPOINTED",
        "SERVICE_PROBLEM_REAPPOINT",
    }
    assert all(fits(each, alder) for each in SCENARIOS.values())
    (message,) = refusal("ORDER_REAPPOINT", None, None, supplier=cedar)
    assert "CEDAR" in message
    assert message.endswith("allowed: " + ", ".join(sorted(NAMES - {"ORDER_REAPPOINT", "ORDER_REAPPOINTED"})))
    assert choose(SCENARIOS, "ORDER_REAPPOINT", None, None, alder).scenario == "ORDER_REAPPOINT"


def test_what_a_file_leaves_out_has_its_usual_value() -> None:
    beat = {"at": "PT5M", "kci": "ACKNOWLEDGED"}
    made = scenario_from(
        {"name": "A", "title": "B", "description": "C", "order": {"reply": {"status": 202}, "beats": [beat]}}
    )
    assert (made.default, made.needs_appointment, dict(made.parameters)) == (False, False, {})
    assert (made.kind, list(made.chapters)) == ("order", ["order"])
    assert (made.opening.name, made.opening.reply, made.opening.stops) == ("order", 202, False)
    (only,) = made.opening.beats
    assert only == Beat(300_000, None, "opening", "ACKNOWLEDGED", None, None, None, (), {}, wrong=False)
