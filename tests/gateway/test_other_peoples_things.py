"""What belongs to another tenant answers exactly as what does not exist; and which reservations an order cannot use."""

from typing import Any

import pytest

from sandbox.app import Sandbox
from tests.support.sandboxes import Json, Tenant, in_process

ELSEWHERE = 4242


@pytest.fixture
def neighbours(sandbox: Sandbox) -> tuple[Tenant, Tenant]:
    """TENANT3 and TENANT4, who share a world."""
    send = in_process(sandbox)
    return Tenant(send, client_id="tenant3").sign_in(), Tenant(send, client_id="tenant4").sign_in()


def like(answer: tuple[int, Json], number: int) -> tuple[int, Json]:
    """An answer without what must differ: the error's uuid, and the number that was asked for."""
    status, body = answer
    assert str(number) in body["messages"][0]
    return status, {**body, "uuid": "", "messages": [each.replace(str(number), "N") for each in body["messages"]]}


@pytest.mark.parametrize("path", ["/v1/service-orders/{}", "/_sandbox/orders/{}/timeline"])
def test_another_tenants_order_answers_like_an_unknown_one(neighbours: tuple[Tenant, Tenant], path: str) -> None:
    one, other = neighbours
    orders = [one.place(supplier="CEDAR")["id"] for _ in range(2)]
    assert orders == [1, 2]
    assert one.call("GET", path.format(2))[0] == 200
    theirs, unknown = other.call("GET", path.format(2)), other.call("GET", path.format(ELSEWHERE))
    assert like(theirs, 2) == like(unknown, ELSEWHERE)
    assert (theirs[0], theirs[1]["code"]) == (404, "NOT_FOUND")


def test_a_tenant_of_another_world_sees_no_order_either(sandbox: Sandbox, tenant: Tenant) -> None:
    order = tenant.place(supplier="CEDAR")
    stranger = Tenant(in_process(sandbox), client_id="tenant2").sign_in()
    answer = stranger.call("GET", f"/v1/service-orders/{order['id']}")
    assert like(answer, order["id"]) == like(stranger.call("GET", f"/v1/service-orders/{ELSEWHERE}"), ELSEWHERE)


def test_another_tenants_kci_cannot_be_sent_again(neighbours: tuple[Tenant, Tenant]) -> None:
    one, other = neighbours
    one.place(supplier="CEDAR")
    one.drain()
    for each in neighbours:
        assert each.call("PUT", "/_sandbox/callback", json={"url": "http://127.0.0.1:9/kcis"})[0] == 200
    known = one.inbox()[0]["kci"]["id"]
    unknown = "00000000-0000-4000-8000-000000000000"
    assert one.call("POST", f"/_sandbox/kcis/{known}/resend")[0] == 202
    answers = [other.call("POST", f"/_sandbox/kcis/{each}/resend") for each in (known, unknown)]
    assert [status for status, _ in answers] == [404, 404]
    assert answers[0][1]["messages"][0].replace(known, unknown) == answers[1][1]["messages"][0]


# ---- reservations ----------------------------------------------------------------------------------------------------


def refused(tenant: Tenant, body: Json) -> str:
    """What the refusal of this order says of its reservation."""
    status, answer = tenant.call("POST", "/v1/service-orders", json=body)
    assert (status, answer["code"]) == (422, "INVALID_REQUEST")
    [message] = answer["messages"]
    assert message.startswith("/appointmentReservationId: ")
    return str(message)


def test_a_reservation_is_used_once(tenant: Tenant) -> None:
    body = tenant.order_body()
    first = tenant.post("/v1/service-orders", body)
    assert f"was used by order {first['id']}" in refused(tenant, body)
    tenant.drain()
    assert f"was used by order {first['id']}" in refused(tenant, body)


def test_a_reservation_expires_on_the_worlds_clock(tenant: Tenant) -> None:
    body = tenant.order_body()
    tenant.advance("PT29M59S")
    later = tenant.order_body()
    tenant.advance("PT1S")
    assert "expired at 2027-01-15T08:30:00.000Z" in refused(tenant, body)
    assert tenant.post("/v1/service-orders", later)["status"] == "RECEIVED_BY_GATEWAY"


def elsewhere(tenant: Tenant, body: Json) -> Json:
    return {**body, "address": tenant.address_served_by("ALDER")}


def at_another_supplier(_tenant: Tenant, body: Json) -> Json:
    item = {"serviceSpecification": {"id": "ftthl2r"}}
    return {**body, "supplier": "BIRCH", "serviceOrderItem": item}


def of_another_specification(_tenant: Tenant, body: Json) -> Json:
    return {**body, "serviceOrderItem": {"serviceSpecification": {"id": "FTTC"}}}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (elsewhere, "was made for address"),
        (of_another_specification, "was made for specification FTTP"),
    ],
)
def test_a_reservation_is_for_one_address_and_specification(tenant: Tenant, change: Any, why: str) -> None:
    body = tenant.order_body()
    assert why in refused(tenant, change(tenant, body))
    assert tenant.post("/v1/service-orders", body)["status"] == "RECEIVED_BY_GATEWAY"  # nothing of it was used up


def test_a_reservation_is_for_one_supplier(tenant: Tenant) -> None:
    body = tenant.order_body()
    status, answer = tenant.call("POST", "/v1/service-orders", json=at_another_supplier(tenant, body))
    assert status == 422
    assert any("was made at ALDER" in message for message in answer["messages"])
    assert any("was made for specification FTTP" in message for message in answer["messages"])


def test_an_unknown_reservation_is_refused(tenant: Tenant) -> None:
    body = {**tenant.order_body(), "appointmentReservationId": ELSEWHERE}
    assert f"{ELSEWHERE} is unknown" in refused(tenant, body)


def test_another_tenants_reservation_is_unknown(neighbours: tuple[Tenant, Tenant]) -> None:
    one, other = neighbours
    body = [one.order_body() for _ in range(3)][-1]
    assert body["appointmentReservationId"] == 3
    theirs = refused(other, body)
    unknown = refused(other, {**body, "appointmentReservationId": ELSEWHERE})
    assert theirs.replace("3 is", "N is") == unknown.replace(f"{ELSEWHERE} is", "N is")
    assert one.post("/v1/service-orders", body)["appointmentReservationId"] == 3


def test_an_order_that_needs_an_engineer_and_has_no_reservation_is_rejected_by_the_supplier(tenant: Tenant) -> None:
    body = tenant.order_body()
    del body["appointmentReservationId"]
    order = tenant.post("/v1/service-orders", body)
    tenant.drain()
    assert tenant.told(order["id"]) == [("UPDATE", "SENT_TO_SUPPLIER"), ("TERMINATED", "REJECTED")]


@pytest.mark.parametrize("path", ["/v1/appointments", "/v1/service-orders"])
def test_an_unknown_address_is_refused(tenant: Tenant, path: str) -> None:
    order = tenant.order_body()
    slot = tenant.slots(order["address"])[0]
    body = order if path.endswith("orders") else {
        "supplier": "ALDER", "serviceSpecification": {"id": "FTTP"}, "purpose": "PROVIDE",
        "timeslot": {name: slot[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")},
    }  # fmt: skip
    status, answer = tenant.call("POST", path, json={**body, "address": {"id": "999999999999", "type": "UPRN"}})
    assert (status, answer["code"]) == (422, "INVALID_REQUEST")
    assert "no premises are known by this UPRN" in answer["messages"][0]
