"""The fakes' own API, used by somebody who plays the gateway: a world of its own, with an inbox of its own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from tests.support.sandboxes import Json, Send, Tenant, in_process, open_sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """One that checks its own answers."""
    opened = open_sandbox(tmp_path)
    yield opened
    opened.close()


class Gateway:
    """The published gateway client."""

    def __init__(self, send: Send) -> None:
        self.send = send
        form = {"grant_type": "client_credentials", "client_id": "gateway", "client_secret": "gateway-secret"}
        status, body = send("POST", "/v1/auth/supplier/access-token", form=form)
        assert status == 200, body
        self.headers = {
            "Authorization": f"Bearer {body['access_token']}",
            "Tenant": "TENANT1",
            "X-Request-ID": "request",
            "X-Conversation-ID": "conversation",
        }

    def call(self, method: str, path: str, **more: Json) -> tuple[int, Json]:
        """Any call."""
        return self.send(method, path, headers={**self.headers, **more.pop("headers", {})}, **more)

    def order(self, number: int, address: Json, supplier: str = "CEDAR", **headers: str) -> tuple[int, Json]:
        """An order placed straight at a fake."""
        body = {
            "id": number,
            "orderType": "NEW",
            "tenant": "TENANT1",
            "address": address,
            "serviceOrderItem": {"serviceSpecification": {"id": "FTTB"}},
            "primaryContact": {"name": "Morgan Ellery", "phoneNumber": "01632 960123"},
        }
        return self.call("POST", f"/suppliers/{supplier}/service-orders", json=body, headers=headers)

    def inbox(self) -> list[Json]:
        """The KCIs that came."""
        return [item["kci"] for item in self.call("GET", "/_sandbox/inbox")[1]["items"]]


def test_a_direct_order_tells_its_story_to_the_inbox_of_whoever_placed_it(sandbox: Sandbox, tenant: Tenant) -> None:
    """In the supplier's words, numbered from one; the demo tenants' worlds know nothing of it."""
    gateway, address = Gateway(in_process(sandbox)), tenant.address_served_by("CEDAR")
    assert gateway.order(7001, address)[0] == 202
    status, run = gateway.call("POST", "/_sandbox/clock/drain")
    assert (status, [each["kind"] for each in run["fired"]]) == (200, ["beat"] * 4)
    told = gateway.inbox()
    assert [(kci["sequenceNumber"], kci["reasonCode"]) for kci in told] == [
        (1, "ACKNOWLEDGED"), (2, "COMMITTED"), (3, "ADDITIONAL"), (4, "COMPLETED")
    ]  # fmt: skip
    assert {kci["provideServiceOrder"]["id"] for kci in told} == {7001}
    assert told[-1]["provideServiceOrder"]["status"] == "COMPLETED"
    assert tenant.inbox() == []
    assert tenant.get("/_sandbox/clock")["now"] == "2027-01-15T08:00:00.000Z"


def test_the_same_direct_order_again_gets_the_same_answer(sandbox: Sandbox, tenant: Tenant) -> None:
    """A repeat is answered and told once; the same number for something else is refused."""
    gateway, address = Gateway(in_process(sandbox)), tenant.address_served_by("CEDAR")
    first = gateway.order(7001, address)
    assert gateway.order(7001, address) == first
    status, body = gateway.order(7001, address, **{"X-Scenario": "ORDER_DELAYED"})
    assert (status, body["messages"]) == (422, ["/id: 7001 is the number of another order"])
    gateway.call("POST", "/_sandbox/clock/drain")
    assert len(gateway.inbox()) == 4


@pytest.mark.parametrize("asked", ["?disorder=swap", "?disorder=duplicate&leg=supplier", "LESSON_LOCAL_TIME"])
def test_disorder_is_refused_where_kcis_are_left_in_an_inbox(sandbox: Sandbox, tenant: Tenant, asked: str) -> None:
    """Rather than passed over without a word; and what goes on is told in order."""
    gateway, address = Gateway(in_process(sandbox)), tenant.address_served_by("CEDAR")
    status, body = gateway.order(7001, address, **{"X-Scenario": asked})
    assert (status, body["code"]) == (422, "INVALID_REQUEST")
    assert "order as a tenant, by POST /v1/service-orders" in body["messages"][0]
    assert gateway.order(7001, address)[0] == 202


def test_a_tenant_does_not_come_in_by_the_suppliers_door(sandbox: Sandbox, tenant: Tenant) -> None:
    """Nor does a supplier; and the gateway's client does not come in by theirs."""
    query = {"address": json.dumps(tenant.address_served_by("CEDAR"))}
    status, _ = tenant.call("GET", "/suppliers/CEDAR/service-availability", query=query, headers={"Tenant": "TENANT1"})
    assert status == 403
    gateway = Gateway(in_process(sandbox))
    assert gateway.call("GET", "/v1/service-orders/1")[0] == 403
    assert gateway.call("POST", "/v1/kcis", json={})[0] == 403
