"""Several real processes on one PostgreSQL: two that only serve, two that only play."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen

import pytest
import requests
from sqlalchemy import update

from sandbox.store import worlds
from sandbox.store.schema import worlds as worlds_table
from tests.store.databases import open_store
from tests.support.processes import free_port, kill, over_http, start, stop, wait_until_ready
from tests.support.sandboxes import Json, Tenant
from tests.support.sink import Sink, open_sink

pytestmark = pytest.mark.postgres

SCENARIO = "ORDER_CANCELLED"  # a story with an end that leaves no line behind: an address is used again and again
STORY = ["UPDATE", "ACKNOWLEDGED", "COMMITTED", "CANCELLED"]
ORDERS = 12
LONG_AGO = 1_000
# Short, since whoever is killed keeps what it has claimed until its lease ends.
TIMES = {"lease": "2500", "push_timeout": "1000", "supplier_timeout": "1000"}


class Machines:
    """Processes on one database, each as if on a machine of its own."""

    def __init__(self, folder: Path, database_url: str, stack: ExitStack) -> None:
        self.folder, self.database_url, self._stack = folder, database_url, stack

    def begin(self, command: str, **settings: str) -> tuple[Popen[bytes], int]:
        """A process and its port; it may not be ready yet."""
        port = free_port()
        shared = {"database_url": self.database_url, "key": "one key for all", **TIMES}
        process = start(self.folder, port, command, **shared, **settings)
        self._stack.callback(stop, process)
        return process, port

    def up(self, command: str, **settings: str) -> tuple[Popen[bytes], str]:
        """A process that is ready, and its URL."""
        process, port = self.begin(command, **settings)
        return process, wait_until_ready(process, port)


@pytest.fixture
def machines(tmp_path: Path, postgres_url: str) -> Iterator[Machines]:
    """None yet."""
    with ExitStack() as stack:
        yield Machines(tmp_path, postgres_url, stack)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A tenant's endpoint."""
    with open_sink() as opened:
        yield opened


def told_to(sink: Sink) -> dict[int, list[Json]]:
    """What came, by order; what came again, right after its first, counts once."""
    orders: dict[int, list[Json]] = {}
    for taken in sink.taken:
        told = orders.setdefault(taken.kci["entity"]["id"], [])
        if not told or told[-1] != taken.kci:
            told.append(taken.kci)
    return orders


def complete(sink: Sink) -> bool:
    """Whether every order's last KCI has come."""
    told = told_to(sink)
    return len(told) == ORDERS and all(kcis[-1]["information"]["type"] == STORY[-1] for kcis in told.values())


def test_orders_taken_at_two_doors_are_played_by_two_players_of_which_one_is_killed(
    machines: Machines, sink: Sink
) -> None:
    """Every order's KCIs come in order; whichever process is asked, it knows all of them."""
    doors = [Tenant(over_http(machines.up("serve", play="false")[1])) for _ in range(2)]
    players = [machines.up("work")[0] for _ in range(2)]
    for door in doors:
        door.sign_in()
    assert doors[0].call("PUT", "/_sandbox/callback", json={"url": sink.url})[0] == 200
    body = doors[0].order_body("CEDAR")
    for number in range(ORDERS):
        doors[number % 2].post("/v1/service-orders", body, {"X-Scenario": SCENARIO, "X-Kci-Delay": "0"})
        if number == ORDERS // 2:
            kill(players[0])
    with sink.arrived:
        assert sink.arrived.wait_for(lambda: complete(sink), 40)
    for kcis in told_to(sink).values():
        assert [kci["sequenceNumber"] for kci in kcis] == list(range(1, len(STORY) + 1))
        assert [kci["information"]["type"] for kci in kcis] == STORY
    mailboxes = [[item["kci"]["id"] for item in door.inbox()] for door in doors]
    assert mailboxes[0] == mailboxes[1]
    assert len(set(mailboxes[0])) == len(mailboxes[0]) == ORDERS * len(STORY)


def test_a_process_that_only_plays_takes_no_orders(machines: Machines) -> None:
    _, url = machines.up("work")
    answer = requests.get(f"{url}/v1/service-orders/1", timeout=10)
    assert (answer.status_code, answer.text) == (404, "this process only plays: call one that serves\n")


def test_a_reset_that_is_due_happens_once_however_many_come_up(machines: Machines, postgres_url: str) -> None:
    """Each looks at its timetable when it starts; whoever is first has reset the worlds for all."""
    machines.up("serve", play="false", reset="0 3 * * sun")
    store = open_store(postgres_url)
    store.transact(lambda connection: connection.execute(update(worlds_table).values(resets_at=LONG_AGO)))
    begun = [machines.begin(command, reset="0 3 * * sun") for command in ("serve", "work", "work")]
    for process, port in begun:
        wait_until_ready(process, port)
    for process, _ in begun:
        stop(process)  # after its first look at the timetable
    found = store.query(worlds.every)
    store.close()
    assert {world.epoch for world in found} == {2}
    assert all(world.resets_at is not None and world.resets_at > LONG_AGO for world in found)
