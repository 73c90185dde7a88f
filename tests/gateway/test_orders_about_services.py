"""A world that remembers: what a completed order has made can be seen, changed, ended and taken up again."""

import pytest

from sandbox.app import Sandbox
from tests.gateway.living import (
    PROFILES,
    cease,
    characteristics,
    go_live,
    modify,
    port,
    service_of,
    services,
    site,
    taking_up,
    told,
)  # fmt: skip
from tests.support.sandboxes import Json, Tenant, in_process

SUPPLIERS = ("ALDER", "BIRCH", "CEDAR")
TO_THE_END = [
    ("UPDATE", "SENT_TO_SUPPLIER"), ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"),
    ("COMPLETED", "COMPLETED"),
]  # fmt: skip


@pytest.fixture
def first(sandbox: Sandbox) -> Tenant:
    """TENANT3, who shares a world."""
    return Tenant(in_process(sandbox), "tenant3").sign_in()


@pytest.fixture
def second(sandbox: Sandbox) -> Tenant:
    """TENANT4, in the same world."""
    return Tenant(in_process(sandbox), "tenant4").sign_in()


def placed(tenant: Tenant, body: Json, scenario: str | None = None) -> Json:
    """The order once everything about it has been told."""
    order = tenant.post("/v1/service-orders", body, {} if scenario is None else {"X-Scenario": scenario})
    tenant.drain()
    return tenant.order(order["id"])


def refused(tenant: Tenant, body: Json) -> str:
    """What the gateway says to an order that it does not take."""
    status, answer = tenant.call("POST", "/v1/service-orders", json=body)
    assert (status, answer["code"]) == (422, "INVALID_REQUEST"), answer
    return str(answer["messages"][0])


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_a_completed_order_is_a_live_service_that_everybody_sees(first: Tenant, second: Tenant, supplier: str) -> None:
    order = go_live(first, supplier)
    assert services(first) == [service_of(order)]
    assert services(second) == []
    assert port(first, order) == {"portNumber": 1, "status": "ACTIVE", "tenantActive": True}
    assert port(second, order) == {"portNumber": 1, "status": "ACTIVE", "tenantActive": False}
    assert ("line" in site(second, order)) == (supplier == "BIRCH")  # which gives several services to an address


@pytest.mark.parametrize("supplier", ["ALDER", "CEDAR"])
def test_one_service_to_an_address(first: Tenant, second: Tenant, supplier: str) -> None:
    order = go_live(first, supplier)
    another = placed(second, second.order_body(supplier, order["address"]))
    assert another["status"] == "REJECTED"
    assert "one service per address" in another["updates"][-1]["information"]["text"]


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_a_live_service_is_modified(first: Tenant, supplier: str) -> None:
    order = go_live(first, supplier)
    change = placed(first, modify(order))
    assert (change["orderType"], told(first, "MODIFY_ORDER")) == ("MODIFY", TO_THE_END)
    (service,) = first.get("/_sandbox/services")["items"]
    values = {each["name"]: each["value"] for each in service["serviceCharacteristics"]}
    assert values["LINE_PROFILE"] == PROFILES[supplier]
    assert values["SERVICE_ID"] == service_of(order)
    assert set(values) == set(characteristics(order))
    assert placed(first, modify(order, "no such profile"))["status"] == "REJECTED"


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_a_ceased_service_frees_its_port(first: Tenant, second: Tenant, supplier: str) -> None:
    """Then it can be neither modified nor ceased, and its line is there for whoever starts it."""
    order = go_live(first, supplier)
    ended = placed(first, cease(order))
    assert (ended["orderType"], told(first, "CEASE_ORDER")) == ("CEASE", TO_THE_END)
    stopped = port(first, order)
    assert (stopped["status"], stopped["tenantActive"]) == ("STOPPED", False)
    assert "stoppedDate" in stopped
    assert services(first) == []
    for body in (modify(order), cease(order)):
        assert "no live service" in refused(first, body)
    again = placed(second, taking_up(order, "START"))
    assert again["status"] == "COMPLETED"
    assert services(second) == [service_of(again)]
    assert port(second, order)["status"] == "ACTIVE"


def test_only_a_live_service_of_ones_own_is_modified_or_ceased(first: Tenant, second: Tenant) -> None:
    order = go_live(first, "ALDER")
    for body in (modify(order), cease(order)):
        for other in (body | {"serviceId": "S1"}, body | {"supplier": "BIRCH"}):
            assert "no live service" in refused(first, other)
        assert refused(second, body) == refused(second, body | {"serviceId": service_of(order)})
        assert "no live service" in refused(second, body)


@pytest.mark.parametrize("kind", ["START", "TRANSFER", "TAKEOVER"])
def test_an_order_for_an_existing_line_names_one_that_is_there(second: Tenant, first: Tenant, kind: str) -> None:
    order = go_live(first, "ALDER")
    body = taking_up(order, kind)
    nothing = body | {"serviceOrderItem": body["serviceOrderItem"] | {"serviceCharacteristics": []}}
    assert "LINE_ID, or ONT_REFERENCE and ONT_PORT" in refused(second, nothing)
    wrong = [{"name": "ONT_REFERENCE", "value": "ONT1"}, {"name": "ONT_PORT", "value": "1"}]
    unknown = body | {"serviceOrderItem": body["serviceOrderItem"] | {"serviceCharacteristics": wrong}}
    elsewhere = body | {"address": first.address()}
    for other in (unknown, elsewhere):
        assert placed(second, other)["status"] == "REJECTED"


def test_which_kind_of_order_a_line_is_for(first: Tenant, second: Tenant) -> None:
    """START is for a stopped port; TRANSFER and TAKEOVER for one that somebody else uses."""
    order = go_live(first, "CEDAR")
    assert placed(second, taking_up(order, "START"))["status"] == "REJECTED"
    placed(first, cease(order))
    for kind in ("TRANSFER", "TAKEOVER"):
        assert placed(second, taking_up(order, kind))["status"] == "REJECTED"
    assert placed(second, taking_up(order, "START"))["status"] == "COMPLETED"


# What a scenario makes of an order whatever its kind, after COMMITTED.
AFTER_COMMITTED = {
    "ORDER_SUCCESSFUL": [("COMPLETED", "COMPLETED")],
    "ORDER_IN_PROGRESS": [],
    "ORDER_DELAYED": [("DELAY", "HELD"), ("RESUMED", "IN_PROGRESS"), ("COMPLETED", "COMPLETED")],
    "ORDER_PENDING": [("INFORMATION_REQUIRED", "PENDING")],
    "ORDER_CANCELLED": [("CANCELLED", "CANCELLED")],
}


@pytest.mark.parametrize("kind", ["MODIFY", "CEASE"])
@pytest.mark.parametrize("scenario", AFTER_COMMITTED)
def test_scenarios_are_for_every_kind_of_order(first: Tenant, kind: str, scenario: str) -> None:
    order = go_live(first, "ALDER")
    placed(first, {"MODIFY": modify, "CEASE": cease}[kind](order), scenario)
    assert told(first, f"{kind}_ORDER") == TO_THE_END[:3] + AFTER_COMMITTED[scenario]
    ended = kind == "CEASE" and AFTER_COMMITTED[scenario][-1:] == [("COMPLETED", "COMPLETED")]
    assert services(first) == ([] if ended else [service_of(order)])
