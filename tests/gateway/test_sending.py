"""An order on its way to its supplier: what each answer makes of it, and what the tenant hears."""

from typing import Any

import pytest

from sandbox.app import Sandbox
from sandbox.gateway.supplier_client import PREFIX
from tests.gateway.other_suppliers import Answers, refusing, replace_supplier, saying, silent, unreachable
from tests.support.sandboxes import Json, Tenant


def acknowledging(status: str, **more: str) -> Answers:
    """A 201 that states this status."""
    return saying(201, {"supplierOrderReference": "REF-1", "status": status, **more})


WORDS = "no engineer likes this street"
# What the supplier does → the code of the ERROR KCI, and the words that follow the prefix.
NOT_SENT: dict[str, tuple[Answers, str, str | None]] = {
    "400": (refusing(400, WORDS), "GATEWAY_FAULT", WORDS),
    "400 in HTML": (saying(400, raw=b"<html>"), "GATEWAY_FAULT", "(no message)"),
    "401": (refusing(401, WORDS), "SUPPLIER_FAULT", WORDS),
    "403": (saying(403), "SUPPLIER_FAULT", "(no message)"),
    "404": (refusing(404, WORDS), "SUPPLIER_FAULT", WORDS),
    "409": (refusing(409, WORDS), "SUPPLIER_FAULT", WORDS),
    "500": (refusing(500, WORDS), "SUPPLIER_FAULT", WORDS),
    "501": (refusing(501, WORDS), "NOT_IMPLEMENTED", WORDS),
    "503": (saying(503, raw=b"busy"), "SUPPLIER_FAULT", "(no message)"),
    "silent": (silent, "SUPPLIER_TIMED_OUT", None),
    "unreachable": (unreachable, "SUPPLIER_FAULT", None),
    "elsewhere": (saying(307), "SUPPLIER_FAULT", "(no message)"),
    "200": (saying(200, {"status": "ACKNOWLEDGED"}), "SUPPLIER_FAULT", None),
    "201 in HTML": (saying(201, raw=b"<html>"), "SUPPLIER_FAULT", None),
    "201 without a reference": (saying(201, {"status": "ACKNOWLEDGED"}), "SUPPLIER_FAULT", None),
    "201 in another state": (acknowledging("COMPLETED"), "SUPPLIER_FAULT", None),
    "201 committed without dates": (acknowledging("IN_PROGRESS"), "SUPPLIER_FAULT", None),
}  # fmt: skip


def sent(sandbox: Sandbox, tenant: Tenant, answers: Answers, **headers: str) -> tuple[Json, list[Json]]:
    """The order after it was sent to such a supplier, and what is in the mailbox."""
    body = tenant.order_body("ALDER")
    replace_supplier(sandbox, "ALDER", answers)
    order = tenant.post("/v1/service-orders", body, headers)
    tenant.drain()
    return tenant.order(order["id"]), [item["kci"] for item in tenant.inbox()]


@pytest.mark.parametrize("what", NOT_SENT)
def test_an_order_that_cannot_be_sent_has_failed_and_an_error_kci_says_why(
    sandbox: Sandbox, tenant: Tenant, what: str
) -> None:
    answers, code, words = NOT_SENT[what]
    order, kcis = sent(sandbox, tenant, answers)
    assert order["status"] == "FAILED_TO_SEND"
    assert [(kci["sequenceNumber"], kci["updateType"]) for kci in kcis] == [(1, "ERROR")]
    error = kcis[0]["error"]
    assert error["code"] == code
    assert words is None or PREFIX + words in error["messages"]
    assert kcis[0]["entity"]["status"] == "FAILED_TO_SEND"
    assert order["updates"][0]["error"] == error


REFUSALS = {
    WORDS: refusing(422, WORDS, code="INVALID_REQUEST"),
    "one; two": refusing(422, "one", "two"),
    "(no message)": saying(422, raw=b"<html>"),
    "x" * 1000: refusing(422, "x" * 5000, "y"),
    "only this": refusing(422, "", "only this", "  "),
}


@pytest.mark.parametrize("text", REFUSALS, ids=lambda text: text[:20])
def test_an_order_that_the_supplier_refuses_was_sent_and_is_rejected(
    sandbox: Sandbox, tenant: Tenant, text: str
) -> None:
    order, kcis = sent(sandbox, tenant, REFUSALS[text])
    assert order["status"] == "REJECTED"
    told = [(kci["sequenceNumber"], kci["information"]["type"], kci["entity"]["status"]) for kci in kcis]
    assert told == [(1, "UPDATE", "SENT_TO_SUPPLIER"), (2, "TERMINATED", "REJECTED")]
    assert kcis[1]["information"]["text"] == text


@pytest.mark.parametrize("raw", [b"", b"{}", b"thank you", b'{"status": "ACKNOWLEDGED"}'])
def test_a_202_says_taken_whatever_comes_with_it(sandbox: Sandbox, tenant: Tenant, raw: bytes) -> None:
    order, kcis = sent(sandbox, tenant, saying(202, raw=raw))
    assert order["status"] == "SENT_TO_SUPPLIER"
    assert [kci["information"]["type"] for kci in kcis] == ["UPDATE"]


DATES = {"committedDate": "2027-01-25T08:00:00Z", "targetDate": "2027-01-25T08:00:00Z"}
KEPT = ("type", "status", "sequenceNumber", "supplierOrderNumber", "committedDate", "targetDate")


def heard(kcis: list[Json]) -> list[dict[str, Any]]:
    """What the tenant can tell from its KCIs, but for when and by whose hand they came."""
    rows = [{**kci["entity"], **kci["information"], "sequenceNumber": kci["sequenceNumber"]} for kci in kcis]
    return [{name: row[name] for name in KEPT if name in row} for row in rows]


@pytest.mark.parametrize(
    ("answer", "types"),
    [
        ({"status": "ACKNOWLEDGED"}, ["UPDATE", "ACKNOWLEDGED"]),
        ({"status": "IN_PROGRESS", **DATES}, ["UPDATE", "ACKNOWLEDGED", "COMMITTED"]),
    ],
)
def test_a_synchronous_acknowledgement_gives_the_kcis_that_a_later_one_gives(
    sandbox: Sandbox, tenant: Tenant, answer: dict[str, str], types: list[str]
) -> None:
    at_once = sent(sandbox, tenant, acknowledging(**answer))[1]
    assert [kci["information"]["type"] for kci in at_once] == types
    later = Tenant(tenant.send, client_id="tenant2").sign_in()
    order = later.post("/v1/service-orders", order_of_birch(later))
    replace_supplier(sandbox, "BIRCH", saying(202))
    later.post("/_sandbox/clock/step")
    supplier = Supplier(later, order["id"])
    supplier.speak("ACKNOWLEDGED", "ACKNOWLEDGED")
    if answer["status"] == "IN_PROGRESS":
        supplier.speak("COMMITTED", "IN_PROGRESS", **DATES)
    by_and_by = [item["kci"] for item in later.inbox()]
    expected = heard(by_and_by)
    if answer["status"] == "IN_PROGRESS":
        # In one answer the two come in one: the acknowledgement already has the dates.
        expected[1] |= DATES
    assert heard(at_once) == expected


def order_of_birch(tenant: Tenant) -> Json:
    return tenant.order_body("BIRCH")


class Supplier:
    """BIRCH, speaking by itself, as a partner's system would."""

    def __init__(self, tenant: Tenant, order: int) -> None:
        self.send, self.order, self.number = tenant.send, order, 0
        form = {"grant_type": "client_credentials", "client_id": "birch2", "client_secret": "birch2-secret"}
        self.token = self.send("POST", "/v1/auth/supplier/access-token", form=form)[1]["access_token"]

    def speak(self, reason: str, status: str, **more: str) -> None:
        """Post the next KCI."""
        self.number += 1
        entity = {"id": self.order, "tenant": "TENANT2", "supplierOrderReference": "REF-1", "status": status, **more}
        kci = {
            "id": f"00000000-0000-4000-8000-{self.number:012}",
            "sequenceNumber": self.number,
            "issuedOn": "2027-01-15T08:00:00Z",
            "reasonCode": reason,
            "provideServiceOrder": entity,
        }
        headers = {"Authorization": f"Bearer {self.token}", "X-Request-ID": f"supplier-{self.number}"}
        answer = self.send("POST", "/v1/kcis", headers=headers, json=kci)
        assert answer == (204, None)
