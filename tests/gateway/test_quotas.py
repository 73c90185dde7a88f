"""A tenant at its limit is told so with 429 and when to try again; nobody else notices."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from sandbox.app import Sandbox
from sandbox.gateway.allowance import BELIEVED, REFUSED
from sandbox.store import usage
from sandbox.store.store import Tx
from sandbox.world.clock import ManualClock, SystemClock
from tests.gateway.owning import wait_for
from tests.support.sandboxes import START, Json, Tenant, in_process, open_sandbox, sign_up
from tests.support.sink import open_sink

SECRET = "the-operators-own-secret"


@pytest.fixture
def clock() -> ManualClock:
    """Real time, moved by the test."""
    return ManualClock(START)


@pytest.fixture
def limited(tmp_path: Path, clock: ManualClock) -> Iterator[Sandbox]:
    """A sandbox with an operator, whose tenants have quotas: 20 requests a second, 3 open orders."""
    opened = open_sandbox(tmp_path, clock, operator_secret=SECRET, quota_requests=20, quota_orders=3)
    yield opened
    opened.close()


def agree(sandbox: Sandbox, tenant: Tenant, **quotas: int | None) -> None:
    """The operator gives a tenant quotas of its own."""
    boss = Tenant(in_process(sandbox), "operator", secret=SECRET)
    form = {"grant_type": "client_credentials", "client_id": "operator", "client_secret": SECRET}
    boss.token = boss.send("POST", "/v1/auth/tenant/access-token", form=form)[1]["access_token"]
    assert boss.call("PATCH", f"/_sandbox/tenants/{tenant.code}", json={"quotas": quotas})[0] == 200


def order(tenant: Tenant) -> tuple[int, Json]:
    """The answer to one more order, a second after the one before."""
    return tenant.call("POST", "/v1/service-orders", json=tenant.order_body("CEDAR"))


def test_more_requests_than_a_second_has_are_429_until_the_next_comes(limited: Sandbox, clock: ManualClock) -> None:
    """At every door, for all credentials of the tenant together; and with when to come again."""
    tenant, neighbour = (sign_up(in_process(limited)) for _ in range(2))
    clock.at += 1_000
    statuses = [tenant.call("GET", path)[0] for path in ["/_sandbox/clock", "/v1/service-orders/1"] * 12]
    assert statuses[:20].count(200) == 10
    assert statuses[20:] == [429] * 4
    refused = Client(limited.app).get("/_sandbox/clock", headers={"Authorization": f"Bearer {tenant.token}"})
    assert refused.headers["Retry-After"] == "1"
    assert refused.get_json()["messages"] == ["at most 20 requests a second"]
    assert neighbour.call("GET", "/_sandbox/clock")[0] == 200
    clock.at += 50
    assert [tenant.call("GET", "/_sandbox/clock")[0] for _ in range(2)] == [200, 429]


def test_an_order_too_many_is_429_until_one_has_ended(limited: Sandbox, clock: ManualClock) -> None:
    """What is no order is still taken, and so is another tenant's."""
    tenant, neighbour = (sign_up(in_process(limited)) for _ in range(2))
    statuses = []
    for _ in range(4):
        clock.at += 1_000
        statuses.append(order(tenant)[0])
    assert statuses == [201, 201, 201, 429]
    status, body = order(tenant)
    assert (status, body["messages"]) == (429, ["3 orders are open, and 3 may be: let some come to their end"])
    assert order(neighbour)[0] == 201
    clock.at += REFUSED
    tenant.drain()
    clock.at += REFUSED
    assert order(tenant)[0] == 201


def test_a_reset_makes_room_at_once(limited: Sandbox, clock: ManualClock) -> None:
    tenant = sign_up(in_process(limited))
    for _ in range(3):
        clock.at += 1_000
        assert order(tenant)[0] == 201
    assert order(tenant)[0] == 429
    tenant.post("/_sandbox/reset")
    assert order(tenant)[0] == 201


def test_one_tenant_has_other_quotas_than_everybody(limited: Sandbox, clock: ManualClock) -> None:
    """From its next call on; what is taken back holds as for everybody."""
    tenant = sign_up(in_process(limited))
    agree(limited, tenant, orders=1, requests=1000)
    assert [order(tenant)[0] for _ in range(2)] == [201, 429]
    clock.at += 1_000
    assert [tenant.call("GET", "/_sandbox/clock")[0] for _ in range(100)] == [200] * 100
    agree(limited, tenant, orders=None)
    assert tenant.get(f"/_sandbox/tenants/{tenant.code}")["quotas"]["orders"] == 3
    assert [order(tenant)[0] for _ in range(3)] == [201, 201, 429]


def test_bytes_are_counted_as_they_are_kept(tmp_path: Path, clock: ManualClock) -> None:
    """What KCIs add is found by the next count; reading goes on, and the next reset is when to try again."""
    sandbox = open_sandbox(tmp_path, clock, quota_bytes=8_000, reset="0 9 * * *")
    tenant = sign_up(in_process(sandbox))
    for _ in range(3):
        assert order(tenant)[0] == 201
    tenant.drain()
    clock.at += BELIEVED
    body = {**tenant.order_body("CEDAR")}
    client = Client(sandbox.app)
    headers = {"Authorization": f"Bearer {tenant.token}", "X-Request-ID": "r", "X-Conversation-ID": "c"}
    refused = client.post("/v1/service-orders", json=body, headers=headers)
    assert refused.status_code == 429
    assert "bytes are kept for you, and 8000 may be" in refused.get_json()["messages"][0]
    assert int(refused.headers["Retry-After"]) == 3600 - BELIEVED // 1000
    assert tenant.call("GET", "/v1/service-orders/1")[0] == 200
    tenant.post("/_sandbox/reset")
    assert order(tenant)[0] == 201
    sandbox.close()


def test_without_a_quota_nothing_is_counted(sandbox: Sandbox, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Placing an order costs what it did before."""
    monkeypatch.setattr("sandbox.store.usage.open_orders", None)
    monkeypatch.setattr("sandbox.store.usage.bytes_kept", None)
    assert order(tenant)[0] == 201


def test_counting_is_rare(limited: Sandbox, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for many orders, as long as there is room."""
    tenant = sign_up(in_process(limited))
    counted: list[str] = []
    agree(limited, tenant, orders=1_000, requests=0)
    count = usage.open_orders

    def noted(tx: Tx, code: str) -> int:
        counted.append(code)
        return count(tx, code)

    monkeypatch.setattr(usage, "open_orders", noted)
    body = tenant.order_body("CEDAR")
    assert {tenant.call("POST", "/v1/service-orders", json=body)[0] for _ in range(50)} == {201}
    assert counted == [tenant.code]


def test_pushes_over_the_quota_wait_for_their_turn(tmp_path: Path, clock: ManualClock) -> None:
    """None is lost or out of order, and a drain leaves none out: real time goes by meanwhile."""
    sandbox = open_sandbox(tmp_path, clock, quota_callbacks=2)
    with open_sink() as sink:
        tenant = sign_up(in_process(sandbox))
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        began = clock.at
        number = tenant.place(supplier="CEDAR")["id"]
        tenant.drain()
        pushed = [taken.kci["sequenceNumber"] for taken in sink.taken if "sequenceNumber" in taken.kci]
    assert pushed == [1, 2, 3, 4, 5]
    assert clock.at - began == 1_500  # two at once, then one each half second
    attempts = [
        each for each in tenant.get(f"/_sandbox/orders/{number}/timeline")["items"] if each["kind"] == "attempt"
    ]
    assert [each["attempt"] for each in attempts] == [1] * 5
    sandbox.close()


def test_a_push_over_the_quota_rests_its_lane_alone(tmp_path: Path) -> None:
    """Where time goes by itself: the player does other things until its turn comes, and nothing is told as broken."""
    sandbox = open_sandbox(tmp_path, SystemClock(), world_start="now", quota_callbacks=5)
    sandbox.player.start()
    with open_sink() as sink:
        tenant, neighbour = (sign_up(in_process(sandbox)) for _ in range(2))
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        tenant.free_addresses *= 10
        for _ in range(7):
            tenant.place("ORDER_ACKNOWLEDGED", supplier="CEDAR", X_Kci_Delay="3600")
        number = neighbour.place("ORDER_ACKNOWLEDGED", supplier="CEDAR", X_Kci_Delay="0")["id"]
        assert len({taken.kci["id"] for taken in sink.wait_for(7)}) == 7
        assert wait_for(lambda: neighbour.order(number)["status"] == "ACKNOWLEDGED")
    sandbox.player.stop()
    sandbox.close()
