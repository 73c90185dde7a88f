"""A reset, as tenants see it: everything of before is gone at once, and nobody else's world notices."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from sandbox.app import Sandbox
from sandbox.world.clock import ManualClock, SystemClock
from sandbox.world.reset import sweep
from tests.support.bulk import fill, rows_of
from tests.support.sandboxes import START, Json, Tenant, in_process, open_sandbox
from tests.support.sink import Taken, open_sink

ORDERS = 100
HELD = 4  # of 8 players one tenant gets at most half


@dataclass
class Endpoint:
    """A tenant's endpoint that lets so many KCIs pass, and then holds those that come until it is told to go on."""

    pass_first: int
    began: list[str] = field(default_factory=list)
    held: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go_on: threading.Event = field(default_factory=threading.Event)
    counting: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, taken: Taken) -> int:
        """204, now or later."""
        with self.counting:
            self.began.append(taken.headers["webhook-id"])
            passes = len(self.began) <= self.pass_first or self.go_on.is_set()
        if not passes:
            self.held.release()
            assert self.go_on.wait(30)
        return 204


@pytest.fixture
def playing(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox in real time, with its player."""
    opened = open_sandbox(tmp_path, SystemClock(), world_start="now", players=2 * HELD)
    opened.player.start()
    yield opened
    opened.player.stop()
    opened.close()


def register(tenant: Tenant, url: str) -> None:
    """Have KCIs pushed there."""
    assert tenant.call("PUT", "/_sandbox/callback", json={"url": url})[0] == 200


def test_of_a_hundred_orders_nothing_is_begun_after_the_reset(playing: Sandbox) -> None:
    """While KCIs are on the wire the world is reset: those are named, and no other ever comes. Then life goes on."""
    endpoint = Endpoint(pass_first=60)
    with open_sink(endpoint.answer) as sink:
        tenant = Tenant(in_process(playing)).sign_in()
        tenant.free_addresses *= ORDERS  # CEDAR sends nobody, so an address takes any number of orders
        register(tenant, sink.url)
        orders = [tenant.place(supplier="CEDAR", X_Kci_Delay="1")["id"] for _ in range(ORDERS)]
        for _ in range(HELD):
            assert endpoint.held.acquire(timeout=30)
        done = tenant.post("/_sandbox/reset")
        begun = len(endpoint.began)
        endpoint.go_on.set()
        on_the_wire = {each["kci"] for each in done["onTheWire"] if each["kind"] == "push"}
        assert set(endpoint.began[60:begun]) == on_the_wire
        assert len(on_the_wire) == HELD
        assert done["cancelled"] > ORDERS
        new = tenant.place(supplier="CEDAR", X_Kci_Delay="0")["id"]
        assert new == max(orders) + 1
        after = sink.wait_for(begun + 5)[begun:]
    assert [taken.kci["entity"]["id"] for taken in after] == [new] * 5
    assert [taken.kci["sequenceNumber"] for taken in after] == [1, 2, 3, 4, 5]
    assert {item["kci"]["entity"]["id"] for item in tenant.inbox()} == {new}


def log_of(folder: Path, url: str, *, reset: bool) -> tuple[bytes, list[Json]]:
    """What TENANT2 sees of its own orders, while TENANT1's world is reset or not; and what TENANT1 sees of its own."""
    sandbox = open_sandbox(folder)
    first, second = (Tenant(in_process(sandbox), f"tenant{n}").sign_in() for n in (1, 2))
    register(second, url)
    orders = [second.place(supplier=supplier)["id"] for supplier in ("ALDER", "BIRCH", "CEDAR")]
    for supplier in ("ALDER", "CEDAR"):
        first.place(supplier=supplier)
    first.advance("PT40S")
    second.advance("PT40S")
    if reset:
        first.post("/_sandbox/reset")
        sweep(sandbox.parts.store, lambda: True)
    first.drain()
    second.drain()
    seen = [[item["cursor"], item["kci"], item["headers"]["X-Request-ID"]] for item in second.inbox()]
    seen += [second.order(order) for order in orders]
    seen += [second.get(f"/_sandbox/orders/{order}/timeline") for order in orders]
    seen.append(second.get("/_sandbox/clock"))
    theirs = first.inbox()
    sandbox.close()
    return orjson.dumps(seen), theirs


def test_other_worlds_are_byte_for_byte_as_without_it(tmp_path: Path) -> None:
    """Mailbox, orders, timelines, clock, and what is pushed."""
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    with open_sink() as sink:
        without, theirs = log_of(tmp_path / "without", sink.url, reset=False)
        pushed = len(sink.taken)
        with_reset, gone = log_of(tmp_path / "with", sink.url, reset=True)
        bodies = [taken.raw for taken in sink.taken]
    assert with_reset == without
    assert bodies[:pushed] == bodies[pushed:]
    assert pushed == 15
    assert (len(theirs), gone) == (10, [])


def test_what_lies_outside_worlds_stays_and_ids_do_not_come_back(sandbox: Sandbox, tenant: Tenant) -> None:
    """Token, callback and secret are as before; numbers and cursors go on; a removed order is told to be one."""
    secret = tenant.call("PUT", "/_sandbox/callback", json={"url": "http://127.0.0.1:9/kcis"})[1]["secret"]
    old = tenant.place(supplier="CEDAR")["id"]
    tenant.advance("PT40S")
    (*_, last) = tenant.inbox()
    clock = sandbox.parts.clock
    assert isinstance(clock, ManualClock)
    clock.at += 5_000
    done = tenant.post("/_sandbox/reset")  # three KCIs were still to come, and two to be taken by the callback
    assert done == {"world": "DEMO1", "epoch": 2, "now": "2027-01-15T08:00:00.000Z", "cancelled": 5, "onTheWire": []}
    assert tenant.get("/_sandbox/clock") == {
        "now": "2027-01-15T08:00:00.000Z", "rate": 1, "tempo": "compressed", "gap": 30, "epoch": 2, "world": "DEMO1",
    }  # fmt: skip
    assert tenant.get("/_sandbox/callback") == {
        "url": "http://127.0.0.1:9/kcis",
        "auth": {"kind": "none"},
        "state": "verified",
    }
    assert tenant.call("PUT", "/_sandbox/callback", json={"url": None})[1]["secret"] == secret
    told = f"order {old} was removed by the reset of 2027-01-15T08:00:05.000Z, or by one before it"
    for path, status in ((f"/v1/service-orders/{old}", 404), (f"/_sandbox/orders/{old}/timeline", 410)):
        answer = tenant.call("GET", path)
        assert (answer[0], answer[1]["code"], answer[1]["messages"]) == (status, "NOT_FOUND", [told])
    for unknown in (old + 1, "0", "x"):
        status, body = tenant.call("GET", f"/v1/service-orders/{unknown}")
        assert (status, body["messages"]) == (404, [f"you have no order {unknown}"])
    new = tenant.place(supplier="CEDAR")["id"]
    tenant.drain()
    assert new == old + 1
    assert [item["kci"]["entity"]["id"] for item in tenant.inbox(last["cursor"])] == [new] * 5


def test_in_a_shared_world_each_is_told_of_its_own(sandbox: Sandbox) -> None:
    """The reset is everybody's; what was cancelled is told to whom it concerned."""
    third, fourth = (Tenant(in_process(sandbox), f"tenant{n}").sign_in() for n in (3, 4))
    orders = [each.place(supplier="CEDAR")["id"] for each in (third, fourth, fourth)]
    third.advance("PT1S")
    assert third.post("/_sandbox/reset")["cancelled"] == 4
    assert fourth.call("GET", f"/v1/service-orders/{orders[1]}")[0] == 404
    assert fourth.get("/_sandbox/notices")["items"][0]["kind"] == "WORLD_RESET"
    assert Tenant(in_process(sandbox), "tenant1").sign_in().get("/_sandbox/notices") == {"items": []}


@pytest.mark.prove
def test_a_world_of_ten_thousand_orders_is_reset_at_once(sandbox: Sandbox, tenant: Tenant) -> None:
    """A quarter of a million rows are gone for everybody in a moment; they are removed later, bit by bit.

    That a reset does as much for many orders as for two is shown by its statements, which are counted always.
    """
    store = sandbox.parts.store
    fill(store, "DEMO1", 10_000)
    began = time.process_time()  # the processor's: others may be using the machine meanwhile
    done = tenant.post("/_sandbox/reset")
    took = time.process_time() - began
    assert done["cancelled"] == 40_000
    assert took < 0.1  # seconds
    assert tenant.call("GET", "/v1/service-orders/1")[0] == 404
    assert sum(rows_of(store, "DEMO1").values()) > 250_000
    assert sandbox.parts.clock.now() == START
