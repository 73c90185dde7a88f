"""What a partner's own supplier does wrong: what its tenant is told, at once or by KCI, and what the partner sees."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.owning import Own, open_own
from tests.support.partner import Reaction
from tests.support.sandboxes import Json

ERROR = {"uuid": "87432dfb-2e47-4532-a1b7-4b113d48867d", "code": "SUPPLIER_FAULT", "messages": ["It rained in."]}
PREFIXED = "The supplier API returned the following message: It rained in."


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    """One supplier for all tests: each looks at the last exchange."""
    with open_own(tmp_path_factory.mktemp("faults")) as (_, opened):
        opened.register(timeouts={"connect": 1, "answer": 1})
        yield opened


def ask_for_slots(own: Own) -> tuple[int, Json]:
    query = {
        "supplier": "OWNFIBRE",
        "address": json.dumps({"id": "999000000001", "type": "UPRN"}),
        "serviceSpecification": json.dumps({"id": "OWN1"}),
        "appointmentPurpose": "PROVIDE",
    }
    return own.tenant.call("GET", "/v1/available-appointments", query=query)


@pytest.mark.parametrize(
    ("reaction", "status", "code", "messages", "violations"),
    [
        (
            Reaction(400, {**ERROR, "code": "MALFORMED_REQUEST"}),
            502,
            "GATEWAY_FAULT",
            ["the gateway sent the supplier an invalid request", PREFIXED],
            ["status 400 is a failure"],
        ),
        (Reaction(401, {**ERROR, "code": "NOT_AUTHORISED"}), 502, "SUPPLIER_FAULT", [PREFIXED], None),
        (Reaction(403), 502, "SUPPLIER_FAULT", ["The supplier API returned the following message: (no message)"], None),
        (Reaction(500, ERROR), 502, "SUPPLIER_FAULT", [PREFIXED], ["status 500 is a failure"]),
        (Reaction(503), 502, "SUPPLIER_FAULT", None, ["status 503 is a failure"]),
        (Reaction(504, b"<html>", "text/html"), 504, "SUPPLIER_TIMED_OUT", None, None),
        (Reaction(302), 502, "SUPPLIER_FAULT", None, ["status 302 is a failure"]),
        (
            Reaction(200, {"address": {"id": "1"}, "availableTimeslots": "none"}),
            502,
            "SUPPLIER_FAULT",
            None,
            ["/address/type: is missing", "/availableTimeslots: the value is not of type"],
        ),
        (
            Reaction(200, b"<html>secret</html>", "text/html"),
            502,
            "SUPPLIER_FAULT",
            None,
            ["the body is not JSON"],
        ),
        (Reaction(200), 502, "SUPPLIER_FAULT", None, None),
        (Reaction(204), 502, "SUPPLIER_FAULT", None, ["status 204 is not documented"]),
        (
            Reaction(422, {"messages": ["No."]}),
            422,
            "INVALID_REQUEST",
            None,
            ["/uuid: is missing", "/code: is"],
        ),
        (
            Reaction(422, {**ERROR, "code": "INVALID_REQUEST"}, "text/plain"),
            422,
            "INVALID_REQUEST",
            None,
            ["header Content-Type: send application/json"],
        ),
        (Reaction(200, b"[" * 60 + b"]" * 60), 502, "SUPPLIER_FAULT", None, ["the body is nested more than 40 deep"]),
        (Reaction(200, b'"' + b"a" * 1_048_576 + b'"'), 502, "SUPPLIER_FAULT", None, ["the body is larger than"]),
    ],
)
def test_a_wrong_answer_to_a_call_that_waits(
    own: Own, reaction: Reaction, status: int, code: str, messages: list[str] | None, violations: list[str] | None
) -> None:
    own.system.answers["/api/available-appointments"] = lambda _asked: reaction
    answered, error = ask_for_slots(own)
    assert (answered, error["code"]) == (status, code), error
    if messages is not None:
        assert error["messages"] == messages
    last = own.exchanges()[-1]
    assert (last["operation"], last["method"], last["code"]) == ("handleAppointmentAvailability", "GET", code)
    assert last["status"] == reaction.status
    assert last["url"] == f"{own.system.url}/api/available-appointments"
    assert last["requestId"] == own.asked("/available-appointments")[-1].headers["x-request-id"]
    for expected in violations or []:
        assert [each for each in last["violations"] if each.startswith(expected)], last["violations"]
    assert "secret" not in json.dumps(last)
    assert last.get("answer") == (reaction.body if isinstance(reaction.body, dict) else None)


def test_a_refusal_as_documented_is_the_tenants_own_business(own: Own) -> None:
    before = len(own.exchanges())
    own.answer("/available-appointments", 422, {**ERROR, "code": "INVALID_REQUEST"})
    status, answer = ask_for_slots(own)
    assert (status, answer["code"], answer["messages"]) == (422, "INVALID_REQUEST", [PREFIXED])
    own.answer("/available-appointments", 501, {**ERROR, "code": "NOT_IMPLEMENTED"})
    status, answer = ask_for_slots(own)
    assert (status, answer["code"], answer["messages"]) == (501, "NOT_IMPLEMENTED", [PREFIXED])
    assert len(own.exchanges()) == before


def test_no_answer_at_all(own: Own) -> None:
    own.system.answers["/api/available-appointments"] = own.system.silent
    status, answer = ask_for_slots(own)
    assert (status, answer["code"]) == (504, "SUPPLIER_TIMED_OUT")
    last = own.exchanges()[-1]
    assert (last["code"], last["violations"]) == ("SUPPLIER_TIMED_OUT", ["no answer in time: ReadTimeoutError"])
    assert "status" not in last


def test_a_slow_supplier_fails_no_other_in_an_availability(own: Own) -> None:
    own.system.answers["/api/service-availability"] = own.system.silent
    found = own.tenant.get("/v1/service-availability", {"address": '{"id":"999000000001","type":"UPRN"}'})
    by_supplier = {each["supplier"]: each for each in found}
    assert by_supplier["OWNFIBRE"]["unavailabilityReasons"][0]["code"] == "SUPPLIER_TIMED_OUT"
    assert "serviceSpecifications" in by_supplier["ALDER"]


@pytest.mark.parametrize(
    ("status", "body", "code", "message"),
    [
        (400, ERROR, "GATEWAY_FAULT", "the gateway sent the supplier an invalid request"),
        (500, ERROR, "SUPPLIER_FAULT", PREFIXED),
        (501, ERROR, "NOT_IMPLEMENTED", PREFIXED),
        (201, {"status": "DONE"}, "SUPPLIER_FAULT", "OWNFIBRE sent an invalid response: "),
    ],
)
def test_a_wrong_answer_to_an_order_is_an_error_kci(own: Own, status: int, body: Any, code: str, message: str) -> None:
    own.answer("/service-orders", status, body)
    order = own.place()["id"]
    own.wait_for_status(order, "FAILED_TO_SEND")
    error = own.last_error(order)
    assert error["code"] == code
    assert error["messages"][0].startswith(message)
    if status == 201:
        last = own.exchanges()[-1]
        assert last["answer"] == body
        assert "/supplierOrderReference: is missing" in last["violations"]


def test_a_silent_supplier_is_an_error_kci(own: Own) -> None:
    own.system.answers["/api/service-orders"] = own.system.silent
    order = own.place()["id"]
    own.wait_for_status(order, "FAILED_TO_SEND")
    assert own.last_error(order)["code"] == "SUPPLIER_TIMED_OUT"


def test_a_refused_order_is_rejected_with_the_suppliers_words(own: Own) -> None:
    own.answer("/service-orders", 422, {**ERROR, "code": "INVALID_REQUEST"})
    order = own.place()["id"]
    own.wait_for_status(order, "REJECTED")
    assert own.told(order) == [("UPDATE", "SENT_TO_SUPPLIER"), ("TERMINATED", "REJECTED")]


def test_an_order_acknowledged_at_once_goes_on_by_kci(own: Own) -> None:
    own.answer("/service-orders", 201, {"id": 1, "supplierOrderReference": "AT-ONCE", "status": "ACKNOWLEDGED"})
    order = own.place()["id"]
    own.wait_for_status(order, "ACKNOWLEDGED")
    assert own.tenant.order(order)["supplierOrderNumber"] == "AT-ONCE"
    at = "2027-02-01T08:00:00.000Z"
    known = {"supplierOrderReference": "AT-ONCE", "committedDate": at, "targetDate": at}
    assert own.post_kci(order, "COMMITTED", "IN_PROGRESS", **known) == 204
    assert own.told(order)[1:] == [("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS")]


def test_the_last_hundred_are_kept_and_read_on_from_a_cursor(tmp_path: Path) -> None:
    with open_own(tmp_path) as (_, own):
        own.register()
        own.answer("/available-appointments", 500, ERROR)
        for _ in range(103):
            ask_for_slots(own)
        kept = own.exchanges()
        assert [int(each["cursor"]) for each in kept] == list(range(4, 104))
        path = "/_sandbox/suppliers/OWNFIBRE/exchanges"
        page = own.tenant.get(path, {"after": "101"})
        assert ([each["cursor"] for each in page["items"]], page["next"]) == (["102", "103"], "103")
        assert own.tenant.get(path, {"after": "103"}) == {"items": [], "next": "103"}
        assert own.tenant.call("GET", path, query={"after": "104"})[0] == 422
        assert own.tenant.call("GET", path, query={"after": "one"})[0] == 422
