"""Things that a supplier starts: a fake is told to speak, about everything that it may speak about."""

from typing import Any

import pytest

from tests.gateway.living import body_of_test, go_live, have_tested, kcis, service_of, services, told
from tests.gateway.test_assurance import raise_problem
from tests.support.sandboxes import Json, Tenant

SUPPLIERS = ("ALDER", "BIRCH", "CEDAR")
CODED = {"problemCode": "FAULT_AT_NODE"}
# About an order that is in progress: what the tenant is told, and how the order then stands.
ABOUT_AN_ORDER: dict[str, tuple[Json, tuple[str, str]]] = {
    "UPDATE": ({"text": "All well."}, ("UPDATE", "IN_PROGRESS")),
    "ADDITIONAL": ({"text": "The router is on its way."}, ("ADDITIONAL", "IN_PROGRESS")),
    "WARNING": (CODED, ("WARNING", "IN_PROGRESS")),
    "DELAY": (CODED, ("DELAY", "HELD")),
    "INFORMATION_REQUIRED": ({"text": "Which room?"}, ("INFORMATION_REQUIRED", "PENDING")),
    "REAPPOINT": (CODED, ("REAPPOINT", "PENDING")),
    "REAPPOINTED": ({}, ("REAPPOINTED", "IN_PROGRESS")),
    "COMMITTED": ({}, ("COMMITTED", "IN_PROGRESS")),
    "CANCELLED": (CODED, ("CANCELLED", "CANCELLED")),
    "COMPLETED": ({}, ("COMPLETED", "COMPLETED")),
    "RESUBMIT": ({"text": "Please correct it."}, ("RESUBMIT", "IN_PROGRESS")),
}


def say(tenant: Tenant, supplier: str, code: str, **more: Any) -> tuple[int, Json]:
    """Have the fake speak."""
    return tenant.call("POST", f"/_sandbox/suppliers/{supplier}/events", json={"reasonCode": code, **more})


def under_way(tenant: Tenant, supplier: str = "ALDER") -> int:
    """The number of an order about which its supplier would say nothing more."""
    order = tenant.place("ORDER_IN_PROGRESS", supplier)
    tenant.drain()
    return int(order["id"])


@pytest.mark.parametrize("supplier", SUPPLIERS)
@pytest.mark.parametrize("reason", ABOUT_AN_ORDER)
def test_a_fake_says_what_it_is_told_to_say(tenant: Tenant, reason: str, supplier: str) -> None:
    order = under_way(tenant, supplier)
    more, expected = ABOUT_AN_ORDER[reason]
    status, planned = say(tenant, supplier, reason, orderId=order, **more)
    assert (status, planned["orderId"], planned["reasonCode"]) == (202, order, reason)
    tenant.drain()
    assert tenant.told(order)[-1] == expected
    last = kcis(tenant, "PROVIDE_ORDER", order)[-1]
    said = last.get("information") or last["action"]
    assert said.get("code") == more.get("problemCode")
    assert "text" not in more or said["text"] == more["text"]


def test_what_cannot_come_now_is_refused_by_the_gateway_and_shows_in_the_timeline(tenant: Tenant) -> None:
    """It names the state, the reason code and what would have been allowed, and changes nothing."""
    order = under_way(tenant)
    before = tenant.order(order)
    for reason, more in (("RESUMED", {}), ("ORDER_REJECTED", {"text": "Too late."}), ("ACKNOWLEDGED", {})):
        assert say(tenant, "ALDER", reason, orderId=order, **more)[0] == 202
        tenant.drain()
        (message,) = tenant.get(f"/_sandbox/orders/{order}/timeline")["items"][-1]["messages"]
        assert all(word in message for word in ("IN_PROGRESS", reason, "COMMITTED", "COMPLETED"))
    assert tenant.order(order) == before


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_a_supplier_ends_a_live_service(tenant: Tenant, supplier: str) -> None:
    order = go_live(tenant, supplier)
    more = {"reason": "CP_REQUEST", "requestedCompletionDate": "2027-02-01"}
    status, planned = say(tenant, supplier, "CREATED", serviceId=service_of(order), after="PT1H", **more)
    assert (status, planned["serviceId"]) == (202, service_of(order))
    tenant.drain()
    assert told(tenant, "UNSOLICITED_CEASE_ORDER") == [
        ("CREATED", "RECEIVED_BY_GATEWAY"), ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"),
        ("COMPLETED", "COMPLETED"),
    ]  # fmt: skip
    cease = kcis(tenant, "UNSOLICITED_CEASE_ORDER")[0]["entity"]
    assert (cease["reason"], cease["requestedCeaseDate"]) == ("CP_REQUEST", "2027-02-01")
    assert services(tenant) == []
    assert "no live service" in say(tenant, supplier, "CREATED", serviceId=service_of(order))[1]["messages"][0]


def test_an_unsolicited_cease_may_begin_committed_and_be_spoken_of(tenant: Tenant) -> None:
    order = go_live(tenant, "ALDER")
    say(tenant, "ALDER", "CREATED", serviceId=service_of(order), status="IN_PROGRESS")
    tenant.post("/_sandbox/clock/step")
    (number,) = {kci["entity"]["id"] for kci in kcis(tenant, "UNSOLICITED_CEASE_ORDER")}
    assert told(tenant, "UNSOLICITED_CEASE_ORDER") == [
        ("CREATED", "RECEIVED_BY_GATEWAY"), ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"),
    ]  # fmt: skip
    assert say(tenant, "ALDER", "DELAY", orderId=number, **CODED)[0] == 202
    tenant.post("/_sandbox/clock/step")
    assert tenant.order(number)["status"] == "HELD"


@pytest.mark.parametrize(("what", "member"), [("test", "serviceTestId"), ("problem", "serviceProblemId")])
def test_a_fake_speaks_of_tests_and_problems(tenant: Tenant, what: str, member: str) -> None:
    if what == "test":
        thing = tenant.post("/v1/service-tests", body_of_test(go_live(tenant, "ALDER")), {"X-Kci-Delay": "86400"})
    else:
        thing = raise_problem(tenant, "ALDER", "SERVICE_PROBLEM_IN_PROGRESS")
    tenant.advance("PT2M")
    for reason, more in (("UPDATE", {"text": "Soon."}), ("WARNING", CODED), ("ADDITIONAL", {"text": "Really."})):
        assert say(tenant, "ALDER", reason, **{member: thing["id"]}, **more)[0] == 202
    tenant.advance("PT1S")
    kinds = [kind for kind, _ in told(tenant, f"SERVICE_{what.upper()}", thing["id"])]
    assert kinds[-3:] == ["UPDATE", "WARNING", "ADDITIONAL"]


def test_what_a_fake_does_not_know_is_refused(tenant: Tenant) -> None:
    order, live = under_way(tenant), go_live(tenant, "ALDER")
    test = have_tested(tenant, live, "SERVICE_TEST_GREEN")
    refused: list[tuple[str, Json, int]] = [
        ("UPDATE", {"orderId": 4711}, 422),
        ("UPDATE", {"orderId": live["id"]}, 422),
        ("UPDATE", {"serviceTestId": test["id"]}, 422),
        ("AMENDED", {"orderId": order}, 422),
        ("CREATED", {"serviceId": "S1"}, 422),
        ("DELAY", {"orderId": order}, 400),
        ("UPDATE", {}, 400),
    ]
    for reason, more, expected in refused:
        assert say(tenant, "ALDER", reason, **more)[0] == expected, (reason, more)
    assert say(tenant, "BIRCH", "UPDATE", orderId=order)[0] == 422
    assert say(tenant, "OAK", "UPDATE", orderId=order)[0] == 404
