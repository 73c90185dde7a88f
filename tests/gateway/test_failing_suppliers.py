"""What the tenant is told when a supplier refuses, fails, is silent, or talks nonsense."""

import json
import threading
from typing import Any

import pytest

from sandbox.app import Sandbox
from sandbox.gateway.supplier_client import PREFIX
from tests.gateway.other_suppliers import Answers, refusing, replace_supplier, saying, silent, unreachable
from tests.support.sandboxes import Json, Tenant

WORDS = "no engineer likes this street"
NONSENSE = {
    "no JSON": saying(200, raw=b"<html>busy</html>"),
    "cut off": saying(200, raw=b'{"address": '),
    "nothing": saying(200, raw=b""),
    "a depth bomb": saying(200, raw=b"[" * 900 + b"]" * 900),
    "another shape": saying(200, {"availableTimeslots": "soon"}),
    "a list": saying(200, []),
    "another success": saying(299, {}),
}
# What the supplier does → (status, code) on a synchronous operation, and what follows the prefix.
SYNCHRONOUS: dict[str, tuple[Answers, int, str, str | None]] = {
    "400": (refusing(400, WORDS), 502, "GATEWAY_FAULT", WORDS),
    "401": (refusing(401, WORDS), 502, "SUPPLIER_FAULT", WORDS),
    "403": (saying(403), 502, "SUPPLIER_FAULT", "(no message)"),
    "404": (refusing(404, WORDS), 502, "SUPPLIER_FAULT", WORDS),
    "422": (refusing(422, WORDS, code="INVALID_REQUEST"), 422, "INVALID_REQUEST", WORDS),
    "422 in HTML": (saying(422, raw=b"<html>"), 422, "INVALID_REQUEST", "(no message)"),
    "500": (refusing(500, WORDS), 502, "SUPPLIER_FAULT", WORDS),
    "501": (refusing(501, WORDS, code="NOT_IMPLEMENTED"), 501, "NOT_IMPLEMENTED", WORDS),
    "501 in HTML": (saying(501, raw=b"<html>"), 501, "NOT_IMPLEMENTED", "(no message)"),
    "302": (saying(302), 502, "SUPPLIER_FAULT", "(no message)"),
    "503": (saying(503, raw=b"busy"), 502, "SUPPLIER_FAULT", "(no message)"),
    "silent": (silent, 504, "SUPPLIER_TIMED_OUT", None),
    "unreachable": (unreachable, 502, "SUPPLIER_FAULT", None),
    **{name: (answers, 502, "SUPPLIER_FAULT", None) for name, answers in NONSENSE.items()},
}
SLOT = {"timeslotStartDateTime": "2027-01-25T08:00:00Z", "timeslotEndDateTime": "2027-01-25T13:00:00Z"}


def ask_for_slots(tenant: Tenant) -> tuple[int, Json]:
    query = {
        "supplier": "ALDER",
        "address": json.dumps(tenant.free_addresses[0]["identifier"]),
        "serviceSpecification": '{"id": "FTTP"}',
        "appointmentPurpose": "PROVIDE",
    }
    return tenant.call("GET", "/v1/available-appointments", query=query)


def ask_to_reserve(tenant: Tenant) -> tuple[int, Json]:
    body = {
        "supplier": "ALDER",
        "address": tenant.free_addresses[0]["identifier"],
        "serviceSpecification": {"id": "FTTP"},
        "purpose": "PROVIDE",
        "timeslot": SLOT,
    }
    return tenant.call("POST", "/v1/appointments", json=body)


@pytest.mark.parametrize("ask", [ask_for_slots, ask_to_reserve])
@pytest.mark.parametrize("what", SYNCHRONOUS)
def test_a_synchronous_operation_tells_what_the_supplier_did(
    sandbox: Sandbox, tenant: Tenant, what: str, ask: Any
) -> None:
    answers, status, code, words = SYNCHRONOUS[what]
    replace_supplier(sandbox, "ALDER", answers)
    got, body = ask(tenant)
    assert (got, body["code"]) == (status, code)
    assert words is None or PREFIX + words in body["messages"]
    assert words is not None or any("ALDER" in message for message in body["messages"])


# ---- availability: one element a supplier ----------------------------------------------------------------------------


@pytest.mark.parametrize("what", SYNCHRONOUS)
def test_one_supplier_never_fails_the_others(sandbox: Sandbox, tenant: Tenant, what: str) -> None:
    identifier = json.dumps(tenant.free_addresses[0]["identifier"])
    sound = tenant.get("/v1/service-availability", {"address": identifier})
    answers, _, code, words = SYNCHRONOUS[what]
    replace_supplier(sandbox, "BIRCH", answers)
    spoilt = tenant.get("/v1/service-availability", {"address": identifier})
    assert [each["supplier"] for each in spoilt] == ["ALDER", "BIRCH", "CEDAR"]
    assert [spoilt[0], spoilt[2]] == [sound[0], sound[2]]
    reasons = spoilt[1]["unavailabilityReasons"]
    assert {each["code"] for each in reasons} == {"ADDRESS_UNKNOWN" if what.startswith("422") else code}
    assert words is None or any(words in each["text"] for each in reasons)
    assert "serviceSpecifications" not in spoilt[1]


def test_all_may_fail_and_the_answer_still_has_one_element_each(sandbox: Sandbox, tenant: Tenant) -> None:
    replace_supplier(sandbox, "ALDER", silent)
    replace_supplier(sandbox, "BIRCH", unreachable)
    replace_supplier(sandbox, "CEDAR", refusing(500, WORDS))
    answer = tenant.get("/v1/service-availability", {"address": '{"id": "999000000001", "type": "UPRN"}'})
    codes = [each["unavailabilityReasons"][0]["code"] for each in answer]
    assert codes == ["SUPPLIER_TIMED_OUT", "SUPPLIER_FAULT", "SUPPLIER_FAULT"]


def test_an_address_that_nobody_knows_is_a_reason_and_no_error(tenant: Tenant) -> None:
    answer = tenant.get("/v1/service-availability", {"address": '{"id": "999999999999", "type": "UPRN"}'})
    assert [each["supplier"] for each in answer] == ["ALDER", "BIRCH", "CEDAR"]
    assert {each["unavailabilityReasons"][0]["code"] for each in answer} == {"ADDRESS_UNKNOWN"}


def test_a_supplier_that_is_not_the_tenants_is_refused(tenant: Tenant) -> None:
    query = {"address": '{"id": "999000000001", "type": "UPRN"}', "suppliers": ["ALDER", "OAK"]}
    status, body = tenant.call("GET", "/v1/service-availability", query=query)
    assert (status, body["code"]) == (422, "INVALID_REQUEST")
    assert "OAK" in body["messages"][0]
    assert "ALDER, BIRCH, CEDAR" in body["messages"][0]


def test_suppliers_are_asked_at_the_same_time(sandbox: Sandbox, tenant: Tenant) -> None:
    """Each waits until all three have been asked: one after another, nobody would ever answer."""
    together = threading.Barrier(3, timeout=20)
    original = sandbox.parts.courier.apps["suppliers"]

    def app(environ: dict[str, Any], start: Any) -> Any:
        together.wait()
        return original(environ, start)

    sandbox.parts.courier.apps["suppliers"] = app
    answer = tenant.get("/v1/service-availability", {"address": '{"id": "999000000001", "type": "UPRN"}'})
    assert all("serviceSpecifications" in each for each in answer)
    assert not together.broken


def test_a_list_goes_to_the_supplier_with_commas(sandbox: Sandbox, tenant: Tenant) -> None:
    asked: list[str] = []
    original = sandbox.parts.courier.apps["suppliers"]

    def app(environ: dict[str, Any], start: Any) -> Any:
        asked.append(environ["QUERY_STRING"])
        return original(environ, start)

    sandbox.parts.courier.apps["suppliers"] = app
    query = {"address": '{"id": "999000000001", "type": "UPRN"}', "serviceTypes": ["BROADBAND", "ETHERNET"]}
    tenant.get("/v1/service-availability", query)
    assert all("serviceTypes=BROADBAND%2CETHERNET" in each for each in asked)
    assert len(asked) == 3
