"""Amendments and cancellations at every fake: answers, KCIs, and what becomes of the order."""

from typing import Any

import pytest

from sandbox.domain.entities import Ref
from sandbox.store import bookings, supplier_entities
from tests.suppliers.fakes import WORLD, Fakes, Json, characteristics, thing
from tests.suppliers.test_assurance import CODES, a_problem

# scenario → (BIRCH's answer, reason code told by the others or None, what follows an order that waits IN_PROGRESS)
AMENDMENTS = {
    "AMENDMENT_ACCEPTED": (201, ("AMENDED", "IN_PROGRESS")),
    "AMENDMENT_REJECTED": (422, ("AMENDMENT_REJECTED", "IN_PROGRESS")),
    "AMENDMENT_PENDING": (202, None),
}
CANCELLATIONS = {
    "CANCELLATION_ACCEPTED": (201, ("CANCELLED", "CANCELLED")),
    "CANCELLATION_REJECTED": (422, ("CANCELLATION_REJECTED", "IN_PROGRESS")),
    "CANCELLATION_PENDING": (202, None),
}


def amend(fakes: Fakes, code: str, order: int, scenario: str | None = None, **more: Any) -> tuple[int, Json]:
    body = {"id": fakes.number("amendment"), "orderId": order, **more}
    headers = {"X-Scenario": scenario, "X-Kci-Delay": "5"}  # sooner than what its order's story says next
    return fakes.call("handleAmendOrder", code, body, headers=headers)


def cancel(fakes: Fakes, code: str, order: int, scenario: str | None = None, **more: Any) -> tuple[int, Json]:
    body = {"id": fakes.number("cancellation"), "orderId": order, "reasonCode": "NO_LONGER_REQUIRED", **more}
    return fakes.call("handleCancelOrder", code, body, headers={"X-Scenario": scenario})


def booked(fakes: Fakes, code: str, number: int) -> bool:
    """Whether the place of this reservation is taken for good."""
    found = fakes.parts.store.read(WORLD, lambda tx: bookings.find(tx, code, "TENANT3", number))
    assert found is not None
    return found.expires_at is None


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("scenario", AMENDMENTS)
def test_an_order_is_amended_as_the_scenario_says(fakes: Fakes, code: str, scenario: str) -> None:
    order = fakes.place(code, "ORDER_IN_PROGRESS")
    fakes.play()
    at_once, told = AMENDMENTS[scenario]
    status, answer = amend(fakes, code, order["id"], scenario, notes="Ring twice.")
    assert status == (at_once if code == "BIRCH" else 202)
    if status == 201:
        assert (answer["id"], answer["orderId"], answer["notes"]) == (1001, order["id"], "Ring twice.")
        assert answer["supplierReference"]
    if status == 422:
        assert "cannot be made" in answer["messages"][0]
    expected = [told] if told and status == 202 else []
    heard = fakes.play()
    assert [(kci["reasonCode"], thing(kci)["status"]) for kci in heard] == expected
    for kci in heard:
        assert (kci["serviceOrderAmendmentId"], kci["provideServiceOrder"]["id"]) == (1001, order["id"])
        assert kci["sequenceNumber"] == 3
        assert (thing(kci).get("notes") == "Ring twice.") == (scenario == "AMENDMENT_ACCEPTED")


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("scenario", CANCELLATIONS)
def test_an_order_is_cancelled_as_the_scenario_says(fakes: Fakes, code: str, scenario: str) -> None:
    order = fakes.place(code)  # the whole story is still to come
    if code != "BIRCH":
        fakes.play(steps=1)
    at_once, told = CANCELLATIONS[scenario]
    status, _ = cancel(fakes, code, order["id"], scenario)
    assert status == (at_once if code == "BIRCH" else 202)
    heard = fakes.play()
    reasons = [(kci["reasonCode"], thing(kci)["status"]) for kci in heard]
    if scenario == "CANCELLATION_REJECTED":
        assert reasons[-1] == ("COMPLETED", "COMPLETED")  # work goes on
        assert [each for each in reasons if each[0] == "CANCELLATION_REJECTED"] == ([] if code == "BIRCH" else [told])
    else:
        assert reasons == ([told] if told and status == 202 else [])
    named = [kci["serviceOrderCancellationId"] for kci in heard if kci["reasonCode"].startswith("CANCEL")]
    assert named == ([] if code == "BIRCH" or told is None else [1001])
    if scenario == "CANCELLATION_ACCEPTED" and code != "CEDAR":
        assert not booked(fakes, code, order["appointmentReservationId"])


@pytest.mark.parametrize("code", CODES)
def test_a_problem_is_amended_and_cancelled(fakes: Fakes, code: str) -> None:
    problem = a_problem(fakes, code, fakes.service(code))
    headers = {"X-Scenario": "SERVICE_PROBLEM_IN_PROGRESS"}
    fakes.call("handleCreateProblem", code, problem, headers=headers)
    reference = fakes.play()[-1]["serviceProblem"]["supplierReference"]
    known = {"serviceProblemId": problem["id"], "supplierServiceProblemReference": reference}
    at_once, heard = code == "BIRCH", []
    for operation, more, told in (
        ("handleAmendProblem", {"notes": "At night"}, ("AMENDED", "IN_PROGRESS")),
        ("handleCancelProblem", {"reasonCode": "ISSUE_RESOLVED", "text": "Fine"}, ("CANCELLED", "CANCELLED")),
    ):
        body = {"id": fakes.number(operation), **known, **more}
        status, answer = fakes.call(operation, code, body)
        assert status == (201 if at_once else 202)
        assert answer is None or answer["id"] == body["id"]
        heard = fakes.play()
        assert [(kci["reasonCode"], thing(kci)["status"]) for kci in heard] == ([] if at_once else [told])
    if not at_once:
        assert heard[0]["serviceProblemCancellationId"] == 1001
        assert heard[0]["problemCode"] == "OTHER"
    ended = fakes.call("handleAmendProblem", code, {"id": 9, **known, "notes": "More"})
    assert (ended[0], "is CANCELLED" in ended[1]["messages"][0]) == (422, True)


@pytest.mark.parametrize("code", CODES)
def test_what_cannot_be_asked_is_refused_with_what_to_send(fakes: Fakes, code: str) -> None:
    order = fakes.place(code, "ORDER_IN_PROGRESS")
    fakes.play()
    refused = {
        "knows no order 77": amend(fakes, code, 77, notes="x"),
        "knows no order 78": cancel(fakes, code, 78),
        "changes nothing": amend(fakes, code, order["id"], something=1),
        "cannot be removed": amend(fakes, code, order["id"], serviceCharacteristics=[]),
        "is one of": amend(
            fakes, code, order["id"], serviceCharacteristics=[{"name": "LINE_PROFILE", "value": "none"}]
        ),
        "is not a reservation": amend(fakes, code, order["id"], appointmentReservationId=999),
        "has none to change": amend(fakes, code, order["id"], problemText="x"),
        "not for an amendment": amend(fakes, code, order["id"], "CANCELLATION_ACCEPTED", notes="x"),
        "by WRONG1": cancel(fakes, code, order["id"], supplierOrderReference="WRONG1"),
    }
    for message, (status, answer) in refused.items():
        assert (status, message in answer["messages"][0]) == (422, True), answer
    assert fakes.play() == []


def test_an_order_that_has_ended_is_not_changed(fakes: Fakes) -> None:
    order = fakes.place("ALDER")
    fakes.play()
    for status, answer in (amend(fakes, "ALDER", order["id"], notes="x"), cancel(fakes, "ALDER", order["id"])):
        assert status == 422
        assert "is COMPLETED" in answer["messages"][0]


def test_the_same_request_again_gets_the_same_answer(fakes: Fakes) -> None:
    order = fakes.place("BIRCH", "ORDER_IN_PROGRESS")
    body = {"id": 5, "orderId": order["id"], "notes": "Ring twice."}
    first, again = (fakes.call("handleAmendOrder", "BIRCH", body) for _ in range(2))
    assert first == again
    assert first[0] == 201
    status, answer = fakes.call("handleAmendOrder", "BIRCH", {**body, "notes": "Another"})
    assert (status, "is the number of another" in answer["messages"][0]) == (422, True)


@pytest.mark.parametrize("code", CODES)
def test_only_what_is_sent_changes_arrays_whole_and_empty_removes(fakes: Fakes, code: str) -> None:
    order = fakes.place(code, "ORDER_IN_PROGRESS", notes="old", hazards="dog", engineerTasks=["A", "B"])
    fakes.play()
    amend(fakes, code, order["id"], notes="", hazards="cat", engineerTasks=["C"])
    fakes.play()
    amend(fakes, code, order["id"], "AMENDMENT_REJECTED", notes="again")
    cancel(fakes, code, order["id"], "CANCELLATION_REJECTED")
    heard = fakes.play()
    version = thing(heard[-1]) if code != "BIRCH" else kept(fakes, code, order["id"])
    assert "notes" not in version
    assert (version["hazards"], version["engineerTasks"]) == ("cat", ["C"])
    assert version["primaryContact"] == order["primaryContact"]


def kept(fakes: Fakes, code: str, order: int) -> Json:
    """The supplier's version of an order."""
    ref = Ref("order", order)
    found = fakes.parts.store.read(WORLD, lambda tx: supplier_entities.find(tx, code, "TENANT3", ref))
    assert found is not None
    return found.body


def test_a_new_profile_leaves_what_the_supplier_has_told(fakes: Fakes) -> None:
    order = fakes.place("ALDER")
    fakes.play(steps=3)
    told = characteristics(thing(fakes.gateway.heard[-1]))
    assert "SERVICE_ID" in told
    amend(fakes, "ALDER", order["id"], serviceCharacteristics=[{"name": "LINE_PROFILE", "value": "900/200"}])
    fakes.play()
    assert characteristics(thing(fakes.gateway.heard[-1])) == {**told, "LINE_PROFILE": "900/200"}


@pytest.mark.parametrize("code", ["ALDER", "BIRCH"])
@pytest.mark.parametrize("accepted", [True, False])
def test_a_new_slot_takes_the_place_of_the_old_one(fakes: Fakes, code: str, *, accepted: bool) -> None:
    order = fakes.place(code)
    fakes.play(steps=1)
    new = fakes.reserve(code, order["address"], slot=3)
    scenario = "AMENDMENT_ACCEPTED" if accepted else "AMENDMENT_REJECTED"
    amend(fakes, code, order["id"], scenario, appointmentReservationId=new)
    fakes.play()
    assert booked(fakes, code, order["appointmentReservationId"]) is not accepted
    if code == "ALDER" or accepted:
        assert booked(fakes, code, new) is accepted
    last = thing(fakes.gateway.heard[-1])
    assert last["status"] == "COMPLETED"
    assert last["appointmentReservationId"] == (new if accepted else order["appointmentReservationId"])
    if accepted:
        assert last["targetDate"] == last["appointmentTimeslot"]["timeslotStartDateTime"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("scenario", ["ORDER_PENDING", "ORDER_REAPPOINT"])
def test_an_order_that_waits_goes_on_once_it_is_amended(fakes: Fakes, code: str, scenario: str) -> None:
    if code == "CEDAR" and scenario == "ORDER_REAPPOINT":
        return
    order = fakes.place(code, scenario)
    assert thing(fakes.play()[-1])["status"] == "PENDING"
    more: dict[str, Any] = {"notes": "The attic."}
    if scenario == "ORDER_REAPPOINT":
        assert amend(fakes, code, order["id"], **more)[0] == 422
        more["appointmentReservationId"] = fakes.reserve(code, order["address"], slot=2)
    assert amend(fakes, code, order["id"], **more)[0] in (201, 202)
    expected = [("AMENDED", "IN_PROGRESS"), ("COMPLETED", "COMPLETED")]
    assert fakes.reasons() == (expected[1:] if code == "BIRCH" else expected)


def test_past_the_point_of_no_return_nothing_is_cancelled(fakes: Fakes) -> None:
    order = fakes.place("BIRCH", "ORDER_IN_PROGRESS")
    fakes.play()
    status, answer = cancel(fakes, "BIRCH", order["id"])
    assert (status, "after COMMITTED" in answer["messages"][0]) == (422, True)


def test_one_amendment_at_a_time_where_the_supplier_has_it_so(fakes: Fakes) -> None:
    for code, second in (("ALDER", 202), ("CEDAR", 422)):
        order = fakes.place(code, "ORDER_IN_PROGRESS")
        fakes.play()
        assert amend(fakes, code, order["id"], "AMENDMENT_PENDING", notes="x")[0] == 202
        assert amend(fakes, code, order["id"], notes="y")[0] == second
    fakes.play()
    told = [(kci["reasonCode"], thing(kci)["status"]) for kci in fakes.gateway.heard]
    assert [each for each in told if each[0] == "AMENDED"] == [("AMENDED", "PENDING_AMENDMENT")]
