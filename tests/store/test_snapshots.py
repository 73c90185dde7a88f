"""Snapshots: every row of an epoch is copied to the shelf and back, whichever tables there are."""

import threading
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Table, func, select

from sandbox.store import lanes, snapshots
from sandbox.store.lane_tables import jobs
from sandbox.store.lane_tables import lanes as lanes_table
from sandbox.store.lanes import Job
from sandbox.store.snapshots import shelf
from sandbox.store.store import StaleEpoch, Store, Tx
from sandbox.store.tables import IN_WORLDS
from sandbox.world import rewind
from sandbox.world.clock import ManualClock
from sandbox.world.reset import Reset, reset, sweep
from sandbox.world.rewind import Room
from tests.store.databases import START, add_worlds, open_store
from tests.store.playing import claim, claim_in, finish, put
from tests.support.bulk import ORDERS_LEAVE, fill, rows_of

ROOM = Room(3, 10_000_000)


def anything(_tx: Tx) -> None:
    """Every world may be kept, and gone back to."""


def take(store: Store, name: str = "before", room: Room = ROOM) -> snapshots.Snapshot:
    return rewind.take(store, "earth", "TENANT1", name, room, anything, None)


def restore(store: Store, name: str = "before") -> Reset:
    done = rewind.restore(store, "earth", "TENANT1", name, anything)
    assert done is not None
    return done


def contents(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of earth's present epoch, without what a database numbers by itself; jobs by their lane's name."""

    def rows(tx: Tx, table: Table) -> list[tuple[Any, ...]]:
        serial = len(table.primary_key.columns) == 1
        kept = [each for each in table.c if each.name not in ("world", "epoch") and not (serial and each.name == "id")]
        query = select(*kept).where(table.c.world == "earth", table.c.epoch == tx.world.epoch)
        return sorted(map(tuple, tx.connection.execute(query.order_by(*table.primary_key.columns))), key=repr)

    def waiting(tx: Tx) -> list[tuple[Any, ...]]:
        of = (lanes_table.c.world == "earth", lanes_table.c.epoch == tx.world.epoch)
        query = select(lanes_table.c.name, jobs.c.rank, jobs.c.due_at, jobs.c.payload).join(lanes_table).where(*of)
        return sorted(map(tuple, tx.connection.execute(query.order_by(jobs.c.id))))

    def look(tx: Tx) -> dict[str, list[tuple[Any, ...]]]:
        return {table.name: rows(tx, table) for table in ORDERS_LEAVE} | {"jobs": waiting(tx)}

    return store.read("earth", look)


def test_what_is_restored_is_what_was_there(store: Store) -> None:
    """In every table, whatever has happened since; and the moon keeps what it has."""
    fill(store, "earth", 5)
    fill(store, "moon", 2)
    before, moon = contents(store), rows_of(store, "moon")
    assert all(before.values())
    take(store)
    put(store, "one more", "a", "b")
    reset(store, "earth", "now")
    fill(store, "earth", 2)
    done = restore(store)
    assert done.world.epoch == 3
    assert contents(store) == before
    assert rows_of(store, "moon") == moon
    sweep(store, lambda: True)
    assert contents(store) == before
    restore(store)  # the snapshot is still there
    assert contents(store) == before


def test_nobody_plays_what_lies_on_the_shelf(store: Store) -> None:
    put(store, "one", "a", "b")
    take(store)
    assert [job.kind for job in claim(store)] == ["a"]
    assert claim(store) == []


def test_what_was_claimed_is_free_again_and_settles_nothing(store: Store) -> None:
    """Its player may be at it still, and belongs to the epoch that is over."""
    put(store, "one", "a", "b")
    (job,) = claim(store)
    take(store)
    restore(store)
    with pytest.raises(StaleEpoch):
        finish(store, job)
    (again,) = claim(store)
    assert (again.kind, again.epoch) == ("a", 2)
    finish(store, again)
    assert [each.kind for each in claim(store)] == ["b"]


def test_a_lane_that_rested_has_as_long_to_rest(store: Store, clock: ManualClock) -> None:
    put(store, "one", "a")
    (job,) = claim(store)
    store.write("earth", lambda tx: lanes.rest(tx, job, tx.real + 5_000))
    clock.at += 2_000
    take(store)
    clock.at += 60_000
    restore(store)
    assert claim(store) == []
    clock.at += 3_000
    assert [each.kind for each in claim(store)] == ["a"]


def test_a_job_is_played_in_its_turn_again(store: Store) -> None:
    """Lanes that are due at the same time keep the order in which they were made."""
    for name in ("one", "two", "three"):
        put(store, name, name)
    take(store)
    for _ in range(2):
        restore(store)
        assert [job.kind for job in in_turn(store)] == ["one", "two", "three"]


def in_turn(store: Store) -> list[Job]:
    """What a run would play, one after another."""

    def play(tx: Tx) -> Job | None:
        job = claim_in(tx, lease=0)
        if job is not None:
            lanes.finish(tx, job)
        return job

    return list(iter(lambda: store.write("earth", play), None))


def test_time_and_rate_are_as_they_were(store: Store, clock: ManualClock) -> None:
    clock.at += 10_000
    kept = take(store)
    assert (kept.at, kept.taken_at, kept.taken_in, kept.rate) == (START + 10_000, START + 10_000, 1, 1)
    clock.at += 86_400_000
    world = restore(store).world
    assert (world.now(clock.at), world.now(clock.at + 500)) == (START + 10_000, START + 10_500)
    assert (world.reset_at, world.as_of, world.resets_at) == (clock.at, START + 10_000, None)
    assert reset(store, "earth", "now").world.as_of is None


def test_a_snapshot_that_is_forgotten_is_swept(store: Store) -> None:
    """It is out of reach at once; the others stay."""
    fill(store, "earth", 3)
    take(store, "one")
    take(store, "two")
    assert rewind.forget(store, "earth", "TENANT1", "one", None)
    assert not rewind.forget(store, "earth", "TENANT1", "one", None)
    assert rewind.restore(store, "earth", "TENANT1", "one", anything) is None
    assert on_the_shelf(store) == {1, 2}
    before = contents(store)
    sweep(store, lambda: True)
    assert on_the_shelf(store) == {2}
    restore(store, "two")
    assert contents(store) == before


def on_the_shelf(store: Store) -> set[int]:
    """The numbers of which rows are there."""
    return {
        number
        for table in IN_WORLDS
        for number in store.query(
            lambda connection, table=table: (  # type: ignore[misc]
                connection.execute(select(table.c.epoch).where(table.c.world == shelf("earth"))).scalars().all()
            )
        )
    }


def test_bytes_are_those_of_documents_and_something_for_each_row(store: Store) -> None:
    fill(store, "earth", 4)

    def documents(tx: Tx) -> int:
        return sum(
            tx.connection.execute(
                select(func.coalesce(func.sum(func.length(column)), 0)).select_from(table).where(*place)
            ).scalar_one()
            for table in [*IN_WORLDS, jobs]
            for column in table.c
            if isinstance(column.type, LargeBinary)
            for place in [() if table is jobs else (table.c.world == "earth",)]
        )

    kept = take(store)
    rows = sum(rows_of(store, "earth").values()) + 1  # and how the epoch began
    assert (kept.rows, kept.bytes) == (rows, rows * 100 + store.read("earth", documents) - kept_documents(store, kept))


def kept_documents(store: Store, kept: snapshots.Snapshot) -> int:
    """The bytes of the copied jobs, which have no world of their own to be told by."""

    def look(tx: Tx) -> int:
        query = select(func.sum(func.length(jobs.c.payload))).join(lanes_table)
        return int(tx.connection.execute(query.where(lanes_table.c.world == shelf("earth"))).scalar_one())

    return store.read("earth", look)


@pytest.mark.postgres
def test_a_snapshot_sees_one_moment(postgres_url: str, clock: ManualClock) -> None:
    """While others write, no lane is kept without its job, and no job without its lane."""
    store = open_store(postgres_url, clock)
    add_worlds(store, "earth")
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            put(store, f"lane {number}", "a")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        kept = [take(store, f"number {n}", Room(20, 10_000_000)) for n in range(10)]
    finally:
        done.set()
        writer.join()

    def counts(tx: Tx, number: int) -> tuple[int, int]:
        of = (lanes_table.c.world == shelf("earth"), lanes_table.c.epoch == number)
        of_jobs = select(func.count()).select_from(jobs).join(lanes_table).where(*of)
        there = select(func.count()).select_from(lanes_table).where(*of)
        return tx.connection.execute(there).scalar_one(), tx.connection.execute(of_jobs).scalar_one()

    seen = [store.read("earth", lambda tx, number=each.number: counts(tx, number)) for each in kept]  # type: ignore[misc]
    store.close()
    assert [each.rows for each in kept] == [sum(both) + 1 for both in seen]
    assert all(there == waiting for there, waiting in seen)
    assert seen[-1][0] > seen[0][0]
