"""What a fake is told to say, about every kind of thing."""

from typing import Any

import pytest

from sandbox.domain.errors import NOT_FOUND, Problem
from sandbox.spec.checks import Checks
from sandbox.spec.documents import load_document
from sandbox.suppliers.events import start_event
from sandbox.wire.calls import Call, Caller
from tests.suppliers.fakes import WORLD, Fakes, Json, thing
from tests.suppliers.test_assurance import CODES, a_test, raised
from tests.suppliers.test_changing import amend, cancel

CONTROL = load_document("control")
CHECKS = Checks(CONTROL)
OPERATION = CONTROL.operations["sendSupplierEvent"]


def event(
    fakes: Fakes, code: str, reason: str, tenant: str = "TENANT3", reference: str | None = None, **more: Any
) -> Json:
    """The answer to an event that fits the document."""
    body = {"reasonCode": reason, **more}
    assert CHECKS.body(OPERATION, body) == []
    answer = start_event(
        fakes.parts, Call(OPERATION.id, Caller("tenant", tenant, WORLD), path={"code": code}, body=body), reference
    )
    assert CHECKS.answer(OPERATION, 202, answer) == []
    return answer


def refused(fakes: Fakes, code: str, reason: str, **more: Any) -> str:
    with pytest.raises(Problem) as problem:
        event(fakes, code, reason, **more)
    return problem.value.messages[0]


ABOUT_ORDERS: list[tuple[str, dict[str, Any], str]] = [
    ("UPDATE", {"text": "All well."}, "IN_PROGRESS"),
    ("ADDITIONAL", {"serviceCharacteristics": [{"name": "SERVICE_ID", "value": "S1"}]}, "IN_PROGRESS"),
    ("WARNING", {"problemCode": "UNABLE_TO_ATTEND"}, "IN_PROGRESS"),
    ("DELAY", {"problemCode": "FAULT_AT_NODE"}, "HELD"),
    ("INFORMATION_REQUIRED", {"text": "Which room?"}, "PENDING"),
    ("REAPPOINT", {"problemCode": "ACCESS_ISSUE"}, "PENDING"),
    ("REAPPOINTED", {}, "IN_PROGRESS"),
    ("COMMITTED", {}, "IN_PROGRESS"),
    ("CANCELLED", {"problemCode": "SITE_UNSAFE"}, "CANCELLED"),
    ("COMPLETED", {}, "COMPLETED"),
    ("COMPLETED", {"status": "PARTIAL"}, "PARTIAL"),
    ("ORDER_REJECTED", {"text": "Too late."}, "IN_PROGRESS"),  # may not come now: for the gateway to judge
    ("UPDATE", {"status": "HELD"}, "HELD"),
]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(("reason", "more", "status"), ABOUT_ORDERS)
def test_any_kci_about_an_order(fakes: Fakes, code: str, reason: str, more: dict[str, Any], status: str) -> None:
    order = fakes.place(code, "ORDER_IN_PROGRESS")
    before = fakes.play()[-1]
    answer = event(fakes, code, reason, orderId=order["id"], **more)
    (told,) = fakes.play()
    assert (told["reasonCode"], thing(told)["status"]) == (reason, status)
    assert told["sequenceNumber"] == before["sequenceNumber"] + 1
    assert (told["issuedOn"], answer["orderId"]) == (answer["at"], order["id"])
    assert told.get("problemCode") == more.get("problemCode")
    if reason == "REAPPOINTED":
        assert thing(told)["targetDate"] > thing(before)["targetDate"]
        slot = thing(told).get("appointmentTimeslot", {}).get("timeslotStartDateTime")
        assert slot in (None, thing(told)["targetDate"]) or slot > thing(before)["targetDate"]
    if reason == "COMPLETED":
        names = [each["name"] for each in thing(told)["serviceOrderItem"]["serviceCharacteristics"]]
        assert names.count("SERVICE_ID") == 1


def test_it_is_said_after_a_while_with_what_the_caller_gave(fakes: Fakes) -> None:
    order = fakes.place("ALDER", "ORDER_IN_PROGRESS")
    fakes.play()
    slot = {"timeslotStartDateTime": "2027-03-01T08:00:00Z", "timeslotEndDateTime": "2027-03-01T13:00:00Z"}
    notes = [{"note": "Seen to.", "type": "Engineer Note"}]
    more: Json = {"appointmentTimeslot": slot, "after": "PT2H", "supplierCodes": ["X1"], "supplierNotes": notes}
    answer = event(fakes, "ALDER", "REAPPOINTED", orderId=order["id"], **more)
    (told,) = fakes.play()
    assert told["issuedOn"] == answer["at"]
    assert answer["at"] == "2027-01-15T10:01:00.000Z"
    assert (told["supplierCodes"], told["supplierNotes"]) == (["X1"], notes)
    assert thing(told)["appointmentTimeslot"] == slot
    assert thing(told)["targetDate"] == slot["timeslotStartDateTime"]


@pytest.mark.parametrize("code", ["ALDER", "CEDAR"])
def test_a_decision_answers_the_oldest_request(fakes: Fakes, code: str) -> None:
    order = fakes.place(code, "ORDER_IN_PROGRESS")
    fakes.play()
    assert "has none" in refused(fakes, code, "AMENDED", orderId=order["id"])
    assert "has none" in refused(fakes, code, "CANCELLATION_REJECTED", orderId=order["id"])
    amend(fakes, code, order["id"], "AMENDMENT_PENDING", notes="x")
    event(fakes, code, "AMENDED", orderId=order["id"])
    (told,) = fakes.play()
    assert (told["serviceOrderAmendmentId"], thing(told)["notes"], thing(told)["status"]) == (1001, "x", "IN_PROGRESS")
    cancel(fakes, code, order["id"], "CANCELLATION_PENDING")
    event(fakes, code, "CANCELLED", orderId=order["id"], problemCode="OTHER", text="Done.")
    (told,) = fakes.play()
    assert (told["serviceOrderCancellationId"], thing(told)["status"]) == (1001, "CANCELLED")


@pytest.mark.parametrize("code", CODES)
def test_kcis_about_tests_and_problems(fakes: Fakes, code: str) -> None:
    problem = raised(fakes, code, "SERVICE_PROBLEM_IN_PROGRESS")
    fakes.play()
    event(fakes, code, "RESOLVED", serviceProblemId=problem["id"])
    (told,) = fakes.play()
    reference = told["serviceProblem"]["serviceProblemResolution"]["supplierReference"]
    word = fakes.call("handleServiceProblemResolution", code, {"status": "ACCEPTED"}, id=reference)
    assert (word[0], word[1]["status"]) == (200, "ACCEPTED")
    body = a_test(fakes, code, problem["serviceId"])
    fakes.call("handleServiceTest", code, body)
    event(fakes, code, "COMPLETED", serviceTestId=body["id"])
    (told,) = fakes.play()  # the scenario's own result may not come any more
    assert told["serviceTest"]["result"]["testOutcome"]["testResult"] == "GREEN"


@pytest.mark.parametrize("code", CODES)
def test_a_supplier_ends_a_live_service(fakes: Fakes, code: str) -> None:
    service = fakes.service(code)
    answer = event(fakes, code, "CREATED", serviceId=service, requestedCompletionDate="2027-02-01")
    assert answer["serviceId"] == service
    assert "is ending" in refused(fakes, code, "CREATED", serviceId=service)
    heard = fakes.play()
    assert [(kci["reasonCode"], thing(kci)["status"]) for kci in heard] == [
        ("CREATED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("COMPLETED", "COMPLETED"),
    ]  # fmt: skip
    created = heard[0]["ceaseServiceOrder"]
    assert (created["reason"], created["requestedCompletionDate"]) == ("CP_REQUEST", "2027-02-01")
    assert heard[0]["issuedOn"] == answer["at"]
    query = {"address": fakes.premises(code)}
    _, shown = fakes.call("handleAvailabilityCheck", code, query=query)
    assert shown["siteInformation"]["existingLines"][0]["ont"]["ports"][0]["status"] == "STOPPED"
    assert "no live service" in refused(fakes, code, "CREATED", serviceId=service)


def test_an_unsolicited_cease_is_spoken_of_by_its_reference(fakes: Fakes) -> None:
    event(fakes, "CEDAR", "CREATED", serviceId=fakes.service("CEDAR"))
    (created,) = fakes.play(steps=1)
    reference = thing(created)["supplierOrderReference"]
    event(fakes, "CEDAR", "DELAY", reference=reference, orderId=5, problemCode="SITE_UNSAFE")
    assert ("DELAY", "HELD") in fakes.reasons()


def test_what_is_unknown_or_ended_is_refused(fakes: Fakes) -> None:
    order = fakes.place("ALDER")
    fakes.play()
    assert "is COMPLETED" in refused(fakes, "ALDER", "UPDATE", orderId=order["id"])
    assert "knows no order 7" in refused(fakes, "ALDER", "UPDATE", orderId=7)
    assert "knows no order" in refused(fakes, "ALDER", "UPDATE", tenant="TENANT4", orderId=order["id"])
    with pytest.raises(Problem) as problem:
        event(fakes, "WILLOW", "UPDATE", orderId=1)
    assert problem.value.code == NOT_FOUND
