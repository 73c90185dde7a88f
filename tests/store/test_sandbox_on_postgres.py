"""The whole sandbox on PostgreSQL: the same sequences, the same refusals."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from sandbox.world.clock import ManualClock, SystemClock
from tests.store.databases import open_schema
from tests.support.sandboxes import START, Tenant, in_process, open_sandbox
from tests.support.sink import open_sink
from tests.test_main_job import AFTER_UPDATE, NEEDS_A_DIARY

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def on_postgres(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all of these tests: their orders do not meet."""
    with open_schema(postgres) as url:
        opened = open_sandbox(tmp_path_factory.mktemp("postgres"), database_url=url, key="a key for tests")
        yield opened
        opened.close()


@pytest.mark.parametrize(
    ("scenario", "supplier"),
    [
        (scenario, supplier)
        for scenario in sorted(AFTER_UPDATE)
        for supplier in ("ALDER", "BIRCH", "CEDAR")
        if supplier != "CEDAR" or scenario not in NEEDS_A_DIARY
    ],
)
def test_a_scenario_gives_exactly_its_sequence(on_postgres: Sandbox, scenario: str, supplier: str) -> None:
    """As on SQLite, whatever the supplier's character."""
    tenant = Tenant(in_process(on_postgres)).sign_in()
    tenant.post("/_sandbox/reset")  # the lines that earlier orders left would keep a new one out
    order = tenant.place(scenario, supplier)
    tenant.drain()
    assert tenant.told(order["id"]) == [("UPDATE", "SENT_TO_SUPPLIER"), *AFTER_UPDATE[scenario]]


def test_a_character_that_postgres_cannot_keep_is_refused(on_postgres: Sandbox) -> None:
    """U+0000 in a form, in a path, in a body: a refusal, never a failure."""
    send = in_process(on_postgres)
    tenant = Tenant(send).sign_in()
    form = {"grant_type": "client_credentials", "client_id": "tenant1\0", "client_secret": "x"}
    calls = [
        send("POST", "/v1/auth/tenant/access-token", form=form),
        tenant.call("POST", "/_sandbox/kcis/%00/resend"),
        tenant.call("GET", "/v1/service-orders/%00"),
        tenant.call("GET", "/_sandbox/inbox", query={"after": "\0"}),
        tenant.call("PUT", "/_sandbox/callback", json={"url": "http://127.0.0.1/\0"}),
    ]
    assert [400 <= status < 500 for status, _ in calls] == [True] * len(calls), calls


def test_several_processes_found_the_worlds_once(postgres_url: str, tmp_path: Path) -> None:
    """A replica that starts later, or at the same time, finds what the first has made; an order here is there too."""
    sandboxes = [
        open_sandbox(tmp_path, ManualClock(START), database_url=postgres_url, key="a key for tests") for _ in range(2)
    ]
    here, there = (Tenant(in_process(each)).sign_in() for each in sandboxes)
    order = here.place()
    there.token = here.token  # the replicas share one signing key
    there.drain()
    assert here.order(order["id"])["status"] == "COMPLETED"
    for each in sandboxes:
        each.close()


def test_two_processes_play_one_world_while_its_clock_is_moved(postgres_url: str, tmp_path: Path) -> None:
    """Orders by both doors, two players, and a tenant that keeps jumping: each KCI once, in order, pushed once.

    No player dies here, so there is nothing that would excuse a repeat.
    """
    sandboxes = [
        open_sandbox(tmp_path, SystemClock(), database_url=postgres_url, key="a key for tests") for _ in range(2)
    ]
    tenants = [Tenant(in_process(each)).sign_in() for each in sandboxes]
    count = 8
    bodies = [tenants[0].order_body("CEDAR") for _ in range(count)]
    done = threading.Event()

    def place(number: int) -> int:
        caller = Tenant(in_process(sandboxes[number % 2]), token=tenants[0].token)
        order = caller.post("/v1/service-orders", bodies[number], {"X-Kci-Delay": str(number % 3)})
        return int(order["id"])

    def jump() -> set[int]:
        caller, statuses = Tenant(in_process(sandboxes[0]), token=tenants[0].token), set[int]()
        while not done.is_set():
            statuses.add(caller.call("POST", "/_sandbox/clock/advance", json={"by": "PT1S"})[0])
        return statuses

    with open_sink() as sink, ThreadPoolExecutor(5) as threads:
        tenants[0].call("PUT", "/_sandbox/callback", json={"url": sink.url})
        for each in sandboxes:
            each.player.start()
        jumping = threads.submit(jump)
        try:
            orders = list(threads.map(place, range(count)))
            taken = sink.wait_for(5 * count, 60)
        finally:
            done.set()  # else whoever jumps would never stop
        assert jumping.result(60) <= {200, 409}
        for each in sandboxes:
            each.player.stop()
        assert len(sink.taken) == 5 * count
    pushed = {
        order: [each.kci["sequenceNumber"] for each in taken if each.kci["entity"]["id"] == order] for order in orders
    }
    assert pushed == {order: [1, 2, 3, 4, 5] for order in orders}
    for order in orders:
        assert tenants[1].told(order) == [("UPDATE", "SENT_TO_SUPPLIER"), *AFTER_UPDATE["ORDER_SUCCESSFUL"]]
    for each in sandboxes:
        each.close()
