"""A line changes hands: the losing tenant learns of it by an order that it never placed, and may object."""

import pytest

from sandbox.app import Sandbox
from tests.gateway.living import go_live, kcis, port, service_of, services, site, taking_up, told
from tests.support.sandboxes import Json, Tenant, in_process

CANCEL_OTHER = (
    "NO_AUTHORISATION",
    "CUSTOMER_NOT_AWARE",
    "DELIBERATE_MISLEAD",
    "PURCHASED_DIFFERENT_PRODUCT",
    "END_USER_NOT_MOVING",
)
ORDINARY = ("CUSTOMER_CHANGED_MIND", "INSTALL_FAILED", "NETWORK_ISSUE", "NO_LONGER_REQUIRED", "OTHER")
REASONS = {"TRANSFER": "CHANGE_OF_CP", "TAKEOVER": "WORKING_LINE_TAKEOVER"}
BEGUN = [("CREATED", "RECEIVED_BY_GATEWAY"), ("ACKNOWLEDGED", "ACKNOWLEDGED")]
CEASED = [*BEGUN, ("COMMITTED", "IN_PROGRESS"), ("COMPLETED", "COMPLETED")]


@pytest.fixture
def losing(sandbox: Sandbox) -> Tenant:
    """TENANT3, who has a service."""
    return Tenant(in_process(sandbox), "tenant3").sign_in()


@pytest.fixture
def gaining(sandbox: Sandbox) -> Tenant:
    """TENANT4, of the same world, who takes the line."""
    return Tenant(in_process(sandbox), "tenant4").sign_in()


def cease_of(losing: Tenant) -> Json:
    """The unsolicited cease, as the losing tenant reads it."""
    (number,) = {kci["entity"]["id"] for kci in kcis(losing, "UNSOLICITED_CEASE_ORDER")}
    return losing.order(number)


def object_to(losing: Tenant, cease: Json, reason: str, **headers: str) -> tuple[int, Json]:
    """Have the cease cancelled."""
    body = {"orderId": cease["id"], "reasonCode": reason}
    return losing.call("POST", "/v1/service-order-cancellations", json=body, headers=headers)


def begun(gaining: Tenant, order: Json, kind: str = "TAKEOVER") -> Json:
    """An order for the other tenant's line, which its supplier has acknowledged."""
    placed = gaining.post("/v1/service-orders", taking_up(order, kind), {"X-Kci-Delay": "86400"})
    gaining.advance("P1D")
    return placed


@pytest.mark.parametrize("supplier", ["ALDER", "BIRCH", "CEDAR"])
@pytest.mark.parametrize("kind", REASONS)
def test_the_losing_tenants_service_ends_when_the_gaining_ones_begins(
    losing: Tenant, gaining: Tenant, kind: str, supplier: str
) -> None:
    order = go_live(losing, supplier)
    placed = gaining.post("/v1/service-orders", taking_up(order, kind))
    gaining.drain()
    assert told(losing, "UNSOLICITED_CEASE_ORDER") == CEASED
    cease = cease_of(losing)
    assert (cease["orderType"], cease["reason"]) == ("UNSOLICITED_CEASE", REASONS[kind])
    assert cease["serviceId"] == service_of(order)
    assert {"requestedCeaseDate", "supplierOrderNumber", "committedDate"} <= cease.keys()
    taken = gaining.order(placed["id"])
    assert taken["status"] == "COMPLETED"
    assert (services(losing), services(gaining)) == ([], [service_of(taken)])
    assert [port(each, order)["tenantActive"] for each in (losing, gaining)] == [False, True]


def test_created_is_said_by_the_gateway_with_an_id_that_is_new_to_the_tenant(losing: Tenant, gaining: Tenant) -> None:
    order = go_live(losing, "ALDER")
    begun(gaining, order)
    created, _acknowledged = kcis(losing, "UNSOLICITED_CEASE_ORDER")
    assert created["entity"]["id"] == order["id"] + 1
    assert created["sequenceNumber"] == 1
    assert not {"issuedOn", "receivedOn"} & created.keys()  # published
    assert losing.get("/_sandbox/orders/2/timeline")["order"]["id"] == 2


@pytest.mark.parametrize("reason", CANCEL_OTHER)
def test_the_losing_tenant_may_object(losing: Tenant, gaining: Tenant, reason: str) -> None:
    """Then it keeps its service, and the gaining order is cancelled."""
    order = go_live(losing, "ALDER")
    placed = begun(gaining, order)
    status, cancellation = object_to(losing, cease_of(losing), reason)
    assert (status, cancellation["reasonCode"]) == (201, reason)
    losing.drain()
    assert cease_of(losing)["status"] == "CANCELLED"
    taken = gaining.order(placed["id"])
    assert taken["status"] == "CANCELLED"
    assert taken["updates"][-1]["information"]["code"] == "LINKED_ORDER_ISSUE"
    assert (services(losing), services(gaining)) == ([service_of(order)], [])
    assert port(losing, order)["tenantActive"]


def test_each_kind_of_order_has_reasons_of_its_own(losing: Tenant, gaining: Tenant) -> None:
    order = go_live(losing, "ALDER")
    placed = begun(gaining, order)
    cease = cease_of(losing)
    for reason in ORDINARY:
        status, answer = object_to(losing, cease, reason)
        assert (status, "NO_AUTHORISATION" in answer["messages"][0]) == (422, True)
    for reason in CANCEL_OTHER:
        status, answer = object_to(gaining, placed, reason)
        assert (status, "CUSTOMER_CHANGED_MIND" in answer["messages"][0]) == (422, True)


def test_an_objection_may_be_refused(losing: Tenant, gaining: Tenant) -> None:
    order = go_live(losing, "ALDER")
    placed = begun(gaining, order)
    object_to(losing, cease_of(losing), "CUSTOMER_NOT_AWARE", **{"X-Scenario": "CANCELLATION_REJECTED"})
    losing.drain()
    assert "RESUBMIT" in [kind for kind, _ in told(losing, "UNSOLICITED_CEASE_ORDER")]
    assert (cease_of(losing)["status"], gaining.order(placed["id"])["status"]) == ("COMPLETED", "COMPLETED")


def test_when_the_gaining_order_is_cancelled_the_service_stays(losing: Tenant, gaining: Tenant) -> None:
    order = go_live(losing, "ALDER")
    placed = begun(gaining, order)
    gaining.post("/v1/service-order-cancellations", {"orderId": placed["id"], "reasonCode": "CUSTOMER_CHANGED_MIND"})
    gaining.drain()
    assert (cease_of(losing)["status"], gaining.order(placed["id"])["status"]) == ("CANCELLED", "CANCELLED")
    assert services(losing) == [service_of(order)]


def test_an_unsolicited_cease_cannot_be_amended(losing: Tenant, gaining: Tenant) -> None:
    begun(gaining, go_live(losing, "ALDER"))
    body = {"orderId": cease_of(losing)["id"], "requestedCompletionDate": "2027-03-01"}
    status, answer = losing.call("POST", "/v1/service-order-amendments", json=body)
    assert (status, "cannot be amended" in answer["messages"][0]) == (422, True)


def test_the_tenants_learn_nothing_else_of_each_other(losing: Tenant, gaining: Tenant) -> None:
    order = go_live(losing, "ALDER")
    placed = begun(gaining, order)
    cease = cease_of(losing)
    assert losing.call("GET", f"/v1/service-orders/{cease['id']}")[0] == 200
    assert gaining.call("GET", f"/v1/service-orders/{cease['id'] + 100}")[0] == 404
    assert "TENANT4" not in str(losing.inbox())
    assert "TENANT3" not in str(gaining.inbox())
    assert "TENANT3" not in str(site(gaining, order))
    assert gaining.order(placed["id"])["status"] == "ACKNOWLEDGED"
