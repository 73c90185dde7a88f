"""A supplier that speaks before it has answered: its KCIs wait for its answer to the order."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from sandbox.app import Sandbox
from tests.gateway.supplying import Supplier
from tests.support.sandboxes import Tenant, in_process

Start = Callable[[str, list[tuple[str, str]]], object]


class Hasty:
    """A supplier's API, in place of the fakes': posts KCIs while it is being asked, then answers as it was told to."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.status = "202 Accepted"
        self.body: dict[str, Any] | None = None
        self.stated: dict[str, str] = {}
        self.says: list[tuple[int, str]] = []
        self.answers: list[int] = []
        self.supplier: Supplier | None = None

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """POST /service-orders."""
        order = json.loads(environ["wsgi.input"].read())
        self.supplier = Supplier(in_process(self.sandbox), order).sign_in()
        for number, reason in self.says:
            self.answers.append(self.supplier.tell(number, reason)[0])
        body = {**order, **self.stated} if self.stated else self.body
        start(self.status, [("Content-Type", "application/json")])
        return [] if body is None else [json.dumps(body).encode()]


@pytest.fixture
def hasty(sandbox: Sandbox, tenant: Tenant) -> Hasty:
    """Mounted where orders go to; what comes before an order is still the fakes' business."""
    made = Hasty(sandbox)
    fakes = sandbox.parts.courier.apps["suppliers"]

    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        ordering = environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/service-orders")
        return (made if ordering else fakes)(environ, start)

    sandbox.parts.courier.apps["suppliers"] = app
    return made


def test_a_kci_that_comes_before_the_answer_waits_for_it(tenant: Tenant, hasty: Hasty) -> None:
    """It is accepted, and told after the UPDATE that the answer brings about."""
    hasty.says = [(2, "COMMITTED"), (1, "ACKNOWLEDGED")]
    order = tenant.place()
    tenant.drain()
    assert hasty.answers == [204, 204]
    assert tenant.told(order["id"]) == [
        ("UPDATE", "SENT_TO_SUPPLIER"),
        ("ACKNOWLEDGED", "ACKNOWLEDGED"),
        ("COMMITTED", "IN_PROGRESS"),
    ]


def test_a_kci_that_comes_before_a_201_follows_its_acknowledgement(tenant: Tenant, hasty: Hasty) -> None:
    """The answer acknowledges; the KCI counts on from there."""
    hasty.status = "201 Created"
    hasty.stated = {"supplierOrderReference": "ALDNUMBER1", "status": "ACKNOWLEDGED"}
    hasty.says = [(2, "COMMITTED")]
    order = tenant.place()
    tenant.drain()
    assert [kind for kind, _ in tenant.told(order["id"])] == ["UPDATE", "ACKNOWLEDGED", "COMMITTED"]


def test_what_is_still_missing_after_the_answer_is_waited_for_from_then_on(tenant: Tenant, hasty: Hasty) -> None:
    """With all its patience, and then no longer."""
    hasty.says = [(2, "COMMITTED")]
    order = tenant.place()
    tenant.advance("PT4S")
    assert [kind for kind, _ in tenant.told(order["id"])] == ["UPDATE"]
    tenant.advance("PT1S")
    assert [kind for kind, _ in tenant.told(order["id"])] == ["UPDATE", "ACKNOWLEDGED", "COMMITTED"]


def test_a_supplier_that_fails_after_it_spoke_is_not_heard(tenant: Tenant, hasty: Hasty) -> None:
    """The order could not be sent, which is final: what it said is refused, and the timeline shows it."""
    hasty.status = "500 Internal Server Error"
    hasty.says = [(1, "ACKNOWLEDGED")]
    order = tenant.place()
    tenant.drain()
    assert tenant.told(order["id"]) == [("SUPPLIER_FAULT", "FAILED_TO_SEND")]
    timeline = tenant.get(f"/_sandbox/orders/{order['id']}/timeline")["items"]
    assert [item["reasonCode"] for item in timeline if item["kind"] == "refused"] == ["ACKNOWLEDGED"]
    assert hasty.supplier is not None
    assert hasty.supplier.tell(2, "COMMITTED")[0] == 422


def test_a_supplier_that_refuses_after_it_spoke_has_refused(tenant: Tenant, hasty: Hasty) -> None:
    """A 422 rejects the order, whatever was said before it."""
    hasty.status = "422 Unprocessable Entity"
    hasty.body = {"uuid": "x", "code": "INVALID_REQUEST", "messages": ["no network here"]}
    hasty.says = [(1, "ACKNOWLEDGED")]
    order = tenant.place()
    tenant.drain()
    assert tenant.told(order["id"]) == [("UPDATE", "SENT_TO_SUPPLIER"), ("TERMINATED", "REJECTED")]


def test_a_story_without_pauses_keeps_its_order(tenant: Tenant) -> None:
    """With no time between KCIs everything is due at once, and still one follows the other."""
    order = tenant.place("ORDER_SUCCESSFUL", "ALDER", X_Kci_Delay="0")
    fired = tenant.advance("PT0S")["fired"]
    assert [kind for kind, _ in tenant.told(order["id"])] == [
        "UPDATE", "ACKNOWLEDGED", "COMMITTED", "ADDITIONAL", "COMPLETED"
    ]  # fmt: skip
    assert len({each["at"] for each in fired}) == 1
