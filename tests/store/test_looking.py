"""A look for what is due goes by what is to be found, not by how much waits that it passes over."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from sandbox.domain.entities import Ref
from sandbox.store import claiming, lanes, received, worlds
from sandbox.store.lanes import NewJob
from sandbox.store.received import Received
from sandbox.store.shares import Shares
from sandbox.store.store import Store, Tx
from sandbox.world.clock import ManualClock
from tests.store.databases import START, add_worlds, open_store
from tests.store.playing import LEASE

FEW, MANY = 10, 500
HELD = Received("ALDER", "held", "T", "order 1", 1, START, "digest", held=True, refusal=None, body={})
SHARES = {
    "its owner has its share": Shares({"BUSY": 2}, 2),
    "its line is barred": Shares(barred=frozenset({"BUSY push"})),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """SQLite, which tells how many steps a statement takes, with two worlds in it."""
    opened = open_store(f"sqlite:///{tmp_path}/store.db", ManualClock(START))
    add_worlds(opened, "earth", "moon")
    yield opened
    opened.close()


def backlog(store: Store, most: int, world: str = "earth") -> None:
    """So many pushes of a busy owner's, all due, and then one job of somebody else's."""

    def fill(tx: Tx) -> None:
        for number in range(most):
            lanes.queue(tx, f"push BUSY {number}", "BUSY", [NewJob("push", START - 10, Ref("order", number), 0)])
        lanes.queue(tx, "send OTHER 1", "OTHER", [NewJob("send", START, Ref("order", 1), 0)])

    store.write(world, fill)


def steps(store: Store, work: Callable[[Connection], object]) -> int:
    """How many steps SQLite takes for this work."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    def watched(connection: Connection) -> None:
        driver = connection.connection.dbapi_connection
        driver.set_progress_handler(count, 1)  # type: ignore[union-attr]
        try:
            work(connection)
        finally:
            driver.set_progress_handler(None, 1)  # type: ignore[union-attr]

    store.transact(watched)
    return counted


@pytest.mark.parametrize("shares", SHARES.values(), ids=SHARES.keys())
def test_what_may_not_be_claimed_is_not_gone_through(store: Store, shares: Shares) -> None:
    """However much there is of it, and whatever stands behind it."""
    taken = []
    for world, most in (("earth", FEW), ("moon", MANY)):
        backlog(store, most, world)

        def look(connection: Connection, world: str = world) -> None:
            assert claiming.wakes(connection, START, shares, [world]) == {world: START}

        def claim(connection: Connection, world: str = world) -> None:
            (job,) = claiming.claim(connection, START, START + LEASE, 4, shares, [world])
            assert job.owner == "OTHER"

        taken.append((steps(store, look), steps(store, claim)))
    (look_at_few, claim_of_few), (look_at_many, claim_of_many) = taken
    assert look_at_many < 2 * look_at_few
    assert claim_of_many < 2 * claim_of_few


def test_what_comes_due_later_is_not_gone_through(store: Store) -> None:
    """Whosever it is."""
    taken = []
    for world, most in (("earth", FEW), ("moon", MANY)):

        def fill(tx: Tx, most: int = most) -> None:
            for number in range(most):
                lanes.queue(tx, f"beat {number}", f"T{number}", [NewJob("beat", START + 10, Ref("order", number), 0)])

        def claim(connection: Connection, world: str = world) -> None:
            assert claiming.wakes(connection, START, Shares(), [world]) == {world: START + 10}
            assert claiming.claim(connection, START, START + LEASE, 1, Shares(), [world]) == []

        store.write(world, fill)
        taken.append(steps(store, claim))
    assert taken[1] < 2 * taken[0]


def test_what_is_held_of_one_order_is_found_among_all_that_suppliers_have_sent(store: Store) -> None:
    """Every KCI asks for it."""
    taken = []
    for world, most in (("earth", FEW), ("moon", MANY)):

        def fill(tx: Tx, most: int = most) -> None:
            for number in range(most):
                received.add(tx, replace(HELD, kci=f"{number}", held=False, body=None))
            received.add(tx, HELD)

        store.write(world, fill)

        def find(connection: Connection, world: str = world) -> None:
            tx = Tx(connection, worlds.find(connection, world), START, START)
            assert [each.kci for each in received.held(tx, "T", Ref("order", 1))] == ["held"]

        taken.append(steps(store, find))
    assert taken[1] < 2 * taken[0]
