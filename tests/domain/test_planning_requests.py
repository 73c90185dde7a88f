"""Amendments and cancellations: what the supplier answers, says and refuses."""

from typing import Any

import pytest

from sandbox.domain import lifecycles
from sandbox.domain.planning import Plan, plan_request
from sandbox.domain.scenarios import choose
from sandbox.domain.standing import Standing
from sandbox.domain.suppliers import Supplier
from tests.support.scores import ALDER, BIRCH, CEDAR, GAP, LIBRARY, NOW, order_for

AMENDMENT = {"id": 7, "orderId": 1, "notes": "Ring the bell twice."}
CANCELLATION = {"id": 7, "orderId": 1, "reasonCode": "NO_LONGER_REQUIRED"}
STANDING = Standing("order", "IN_PROGRESS")
KCIS = {
    "AMENDMENT_ACCEPTED": ("AMENDED", "IN_PROGRESS"),
    "AMENDMENT_REJECTED": ("AMENDMENT_REJECTED", "IN_PROGRESS"),
    "CANCELLATION_ACCEPTED": ("CANCELLED", "CANCELLED"),
    "CANCELLATION_REJECTED": ("CANCELLATION_REJECTED", "IN_PROGRESS"),
}


def asked(
    header: str | None,
    supplier: Supplier = ALDER,
    *,
    kind: str | None = None,
    request: dict[str, Any] | None = None,
    entity: dict[str, Any] | None = None,
    standing: Standing = STANDING,
    code: str | None = None,
    gap: int | None = GAP,
) -> Plan:
    kind = kind or (header or "").partition("_")[0].lower()
    choice = choose(LIBRARY.scenarios, header, code, None, supplier, kind)
    request = request or {"amendment": AMENDMENT, "cancellation": CANCELLATION}[kind]
    about = entity or order_for(supplier)
    scenario = LIBRARY.scenarios[choice.scenario]
    return plan_request(scenario, choice, supplier, about, request, standing, NOW, gap, "demo1", 1)


@pytest.mark.parametrize("supplier", [ALDER, CEDAR], ids=lambda each: each.code)
@pytest.mark.parametrize("name", KCIS)
def test_who_decides_later_answers_202_and_decides_by_kci(name: str, supplier: Supplier) -> None:
    made = asked(name, supplier)
    assert (made.status, made.entity_status, made.messages) == (202, None, ())
    assert [(beat.reason_code, beat.status, beat.due_at) for beat in made.beats] == [(*KCIS[name], NOW + GAP)]
    assert bool(made.beats[0].text) == (name != "AMENDMENT_ACCEPTED")


@pytest.mark.parametrize("name", KCIS)
def test_who_decides_at_once_answers_201_or_422_and_sends_no_kci(name: str) -> None:
    made = asked(name, BIRCH)
    assert made.beats == ()
    if name.endswith("ACCEPTED"):
        assert (made.status, made.entity_status) == (201, KCIS[name][1])
    else:
        assert (made.status, made.entity_status) == (422, None)
        assert made.messages == (asked(name, ALDER).beats[0].text,)


@pytest.mark.parametrize("supplier", [ALDER, BIRCH, CEDAR], ids=lambda each: each.code)
@pytest.mark.parametrize("name", ["AMENDMENT_PENDING", "CANCELLATION_PENDING"])
def test_a_request_that_is_left_pending_stops_everything_else(name: str, supplier: Supplier) -> None:
    made = asked(name, supplier)
    assert (made.status, made.beats, made.stops) == (202, (), True)


def test_only_an_accepted_cancellation_takes_back_what_the_supplier_had_still_to_say() -> None:
    for supplier in (ALDER, BIRCH):
        assert {name: asked(name, supplier).stops for name in KCIS} == {
            name: name == "CANCELLATION_ACCEPTED" for name in KCIS
        }


def test_accepting_is_what_happens_when_nothing_is_asked_for() -> None:
    assert asked(None, kind="amendment").beats[0].reason_code == "AMENDED"
    assert asked(None, kind="cancellation").beats[0].reason_code == "CANCELLED"


@pytest.mark.parametrize("before", ["ACKNOWLEDGED", "IN_PROGRESS", "PENDING"])
def test_a_result_leads_back_and_an_accepted_amendment_out_of_waiting(before: str) -> None:
    standing = Standing("order", before)
    went_on = "IN_PROGRESS" if before == "PENDING" else before
    assert asked("AMENDMENT_ACCEPTED", standing=standing).beats[0].status == went_on
    assert asked("AMENDMENT_ACCEPTED", BIRCH, standing=standing).entity_status == went_on
    assert asked("AMENDMENT_REJECTED", standing=standing).beats[0].status == before
    assert asked("CANCELLATION_REJECTED", standing=standing).beats[0].status == before
    waiting = Standing("order", lifecycles.PENDING_AMENDMENT, before=before, undecided=("amendment",))
    assert asked("AMENDMENT_REJECTED", standing=waiting).beats[0].status == before


def test_a_new_date_becomes_the_target_and_any_other_change_leaves_it() -> None:
    entity = order_for(ALDER)
    start = entity["appointmentTimeslot"]["timeslotStartDateTime"]
    assert asked("AMENDMENT_ACCEPTED", entity=entity).beats[0].changes == {}
    moved = asked("AMENDMENT_ACCEPTED", entity=entity, request={**AMENDMENT, "appointmentReservationId": 501})
    assert moved.beats[0].changes == {"targetDate": start}
    dated = {"requestedCompletionDate": "2026-04-20"}
    at_once = asked("AMENDMENT_ACCEPTED", BIRCH, entity={"id": 1, "tenant": "T", **dated}, request={"id": 7, **dated})
    assert at_once.changes == {"targetDate": "2026-04-20T11:00:00.000Z"}


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("NO_LONGER_REQUIRED", "NO_LONGER_REQUIRED"),
        ("CUSTOMER_CHANGED_MIND", "CUSTOMER_CHANGED_MIND"),
        ("NO_AUTHORISATION", "OTHER"),
        ("ISSUE_RESOLVED", "OTHER"),
    ],
)
def test_a_cancellation_is_explained_by_the_tenants_own_reason(reason: str, code: str) -> None:
    request = {**CANCELLATION, "reasonCode": reason}
    assert asked("CANCELLATION_ACCEPTED", request=request).beats[0].problem_code == code
    asked_for = asked("CANCELLATION_ACCEPTED", request=request, code="CAPACITY_ISSUE")
    assert asked_for.beats[0].problem_code == "CAPACITY_ISSUE"


def test_a_rejection_names_a_problem_only_if_one_was_asked_for() -> None:
    for name in ("AMENDMENT_REJECTED", "CANCELLATION_REJECTED"):
        assert asked(name).beats[0].problem_code is None
        assert asked(name, code="INVALID_REQUEST").beats[0].problem_code == "INVALID_REQUEST"


@pytest.mark.parametrize("name", ["CANCELLATION_ACCEPTED", "CANCELLATION_REJECTED", "CANCELLATION_PENDING"])
def test_after_the_point_of_no_return_no_cancellation_is_taken_whatever_the_scenario(name: str) -> None:
    gone = Standing("order", "IN_PROGRESS", said=frozenset({"ACKNOWLEDGED", "COMMITTED", "ADDITIONAL"}))
    for supplier, last in ((BIRCH, "COMMITTED"), (CEDAR, "ADDITIONAL")):
        refused = asked(name, supplier, standing=gone)
        assert (refused.status, refused.beats, refused.stops) == (422, (), False)
        assert f"no cancellation after {last}" in refused.messages[0]
        not_yet = Standing("order", "IN_PROGRESS", said=frozenset({"ACKNOWLEDGED"}))
        assert "no cancellation" not in "".join(asked(name, supplier, standing=not_yet).messages)
        problem = Standing("problem", "IN_PROGRESS", said=gone.said)
        assert "no cancellation" not in "".join(asked(name, supplier, standing=problem).messages)
    assert asked(name, ALDER, standing=gone).status == 202


@pytest.mark.parametrize("name", ["AMENDMENT_ACCEPTED", "AMENDMENT_PENDING"])
def test_some_take_one_amendment_at_a_time(name: str) -> None:
    waiting = Standing("order", "PENDING_AMENDMENT", before="IN_PROGRESS", undecided=("amendment",))
    assert asked(name, ALDER, standing=waiting).status == 202
    refused = asked(name, CEDAR, standing=waiting)
    assert (refused.status, refused.beats) == (422, ())
    assert "one amendment at a time" in refused.messages[0]
    assert asked("CANCELLATION_ACCEPTED", CEDAR, standing=waiting).status == 202


def test_references_differ_by_request_its_kind_and_what_it_is_about() -> None:
    made = [
        asked("AMENDMENT_ACCEPTED"),
        asked("AMENDMENT_ACCEPTED", request={**AMENDMENT, "id": 8}),
        asked("CANCELLATION_ACCEPTED"),
        asked("AMENDMENT_ACCEPTED", standing=Standing("problem", "IN_PROGRESS")),
        asked("AMENDMENT_ACCEPTED", entity={**order_for(ALDER), "tenant": "TENANT4"}),
    ]
    assert len({each.reference for each in made}) == len(made)
    assert asked("AMENDMENT_ACCEPTED") == made[0]


def test_the_realistic_tempo_takes_an_hour() -> None:
    assert asked("CANCELLATION_ACCEPTED", gap=None).beats[0].due_at == NOW + 3_600_000
