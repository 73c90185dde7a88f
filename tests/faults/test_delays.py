"""A delay that one partner asks for holds up nobody else, however many of its calls wait."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from sandbox.world.clock import ManualClock
from tests.support.sandboxes import START, Json, Tenant, in_process, open_sandbox

AT_MOST = 4  # delayed calls of one tenant
ALTOGETHER = 6  # half of the threads


class HeldClock(ManualClock):
    """Whoever waits does so until the test lets go."""

    def __init__(self) -> None:
        super().__init__(START)
        self.held = False
        self.waiting = threading.Semaphore(0)
        self.let_go = threading.Event()

    def wait(self, condition: threading.Condition, until: int) -> None:
        if self.held:
            self.waiting.release()
            assert self.let_go.wait(20)
        super().wait(condition, until)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Sandbox, HeldClock]]:
    clock = HeldClock()
    sandbox = open_sandbox(tmp_path, clock, threads=2 * ALTOGETHER, delayed_calls=AT_MOST)
    yield sandbox, clock
    clock.let_go.set()
    sandbox.close()


def delayed(sandbox: Sandbox, client_id: str) -> Tenant:
    tenant = Tenant(in_process(sandbox), client_id).sign_in()
    tenant.post("/_sandbox/faults", {"every": 1, "do": {"kind": "delay", "milliseconds": 60_000}})
    return tenant


def asked(tenant: Tenant) -> tuple[int, Json]:
    return tenant.call("GET", "/v1/service-orders/1")


def test_others_are_served_while_a_tenants_calls_wait(held: tuple[Sandbox, HeldClock]) -> None:
    """What is over the tenant's share, or everybody's together, is refused at once and holds no thread."""
    sandbox, clock = held
    slow, also_slow = delayed(sandbox, "tenant1"), delayed(sandbox, "tenant2")
    other = Tenant(in_process(sandbox), "tenant3").sign_in()
    clock.held = True
    with ThreadPoolExecutor(ALTOGETHER) as threads:
        waiting: list[Future[tuple[int, Json]]] = [threads.submit(asked, slow) for _ in range(AT_MOST)]
        expect_waiting(clock, AT_MOST)
        status, refusal = asked(slow)
        assert (status, refusal["messages"]) == (429, ["at most 4 delayed calls at once: wait for one of yours"])
        assert asked(other)[0] == 404
        waiting += [threads.submit(asked, also_slow) for _ in range(ALTOGETHER - AT_MOST)]
        expect_waiting(clock, ALTOGETHER - AT_MOST)
        assert asked(also_slow)[0] == 429
        assert other.place(None, "CEDAR")["status"] == "RECEIVED_BY_GATEWAY"
        assert not any(each.done() for each in waiting)
        clock.let_go.set()
        assert {each.result()[0] for each in waiting} == {404}


def expect_waiting(clock: HeldClock, count: int) -> None:
    assert all(clock.waiting.acquire(timeout=20) for _ in range(count))
