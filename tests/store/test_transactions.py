"""Transactions: whole or not at all, in the world's present epoch, with an answer for every kind of trouble."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, insert, select, text, update
from sqlalchemy.exc import OperationalError

from sandbox.domain.errors import Problem
from sandbox.domain.worldtime import with_rate
from sandbox.store import accounts, worlds
from sandbox.store.engines import sqlite_file
from sandbox.store.schema import VERSION, about, counters
from sandbox.store.store import StaleEpoch, Store, Tx, Unavailable, Uncertain
from sandbox.world.clock import ManualClock
from tests.store.databases import START, add_worlds, open_store
from tests.store.playing import raise_epoch


def last(store: Store) -> int:
    """The last number counted."""
    return store.read("earth", lambda tx: accounts.last_number(tx.connection, "earth", "TENANT1", "order"))


def count(tx: Tx) -> int:
    """A write that shows."""
    return accounts.next_number(tx.connection, "earth", "TENANT1", "order")


def test_what_raises_keeps_nothing(store: Store) -> None:
    """The exception reaches the caller as it is."""

    def fail(tx: Tx) -> None:
        count(tx)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write("earth", fail)
    assert last(store) == 0
    assert store.write("earth", count) == 1


def test_a_write_for_an_epoch_that_is_gone_is_refused(store: Store) -> None:
    """What was begun before a reset leaves nothing behind after it."""
    assert store.write("earth", count, epoch=1) == 1
    raise_epoch(store, "earth")
    with pytest.raises(StaleEpoch):
        store.write("earth", count, epoch=1)
    assert last(store) == 1
    assert store.write("earth", count, epoch=2) == 2


def test_a_transaction_stands_at_one_moment(store: Store, clock: ManualClock) -> None:
    """The world's time at its begin, or the moment that it acts for."""
    clock.at += 7
    assert store.read("earth", lambda tx: (tx.now, tx.real)) == (START + 7, START + 7)
    assert store.write("earth", lambda tx: (tx.now, tx.real), at=START + 1) == (START + 1, START + 7)


def test_only_what_was_committed_rings(store: Store) -> None:
    """Those who wait are woken after the commit, and never by something that was undone."""

    def ring(tx: Tx) -> None:
        tx.rings.add("topic")

    def ring_and_fail(tx: Tx) -> None:
        ring(tx)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write("earth", ring_and_fail)
    assert store.bell.heard("topic") == 0
    store.write("earth", ring)
    assert store.bell.heard("topic") == 1


def test_a_database_in_trouble_is_unavailable(store: Store) -> None:
    """Out of reach, not wrong: it may work again later."""

    def break_off(*_: object) -> None:
        raise OperationalError("disk I/O error", None, Exception())

    with pytest.raises(Unavailable):
        store.write("earth", break_off)
    with pytest.raises(Unavailable):
        store.read("earth", break_off)


def test_a_value_that_cannot_be_kept_is_the_callers_mistake(store: Store, database_url: str) -> None:
    """PostgreSQL keeps no U+0000: a refusal then, never a failure; SQLite knows nobody of that name."""

    def sign_in() -> accounts.Known | None:
        return store.query(lambda connection: accounts.find_client(connection, "tenant1\0"))

    if database_url.startswith("sqlite"):
        assert sign_in() is None
    else:
        with pytest.raises(Problem, match="INVALID_REQUEST"):
            sign_in()


def test_a_clock_is_never_set_back(store: Store) -> None:
    """Whoever looked at the clock before it was moved looks again, and keeps what the other set."""
    seen = store.read("earth", lambda tx: tx.world)
    tries: list[int] = []

    def jump(tx: Tx) -> None:
        worlds.set_clock(tx.connection, with_rate(tx.world, START + 5_000, 2))

    def speed_up(tx: Tx) -> None:
        tries.append(tx.world.virtual_base)
        world = seen if len(tries) == 1 else tx.world
        worlds.set_clock(tx.connection, with_rate(world, START, 3))

    store.write("earth", jump)
    try:
        store.write("earth", speed_up)
    except Unavailable:
        store.write("earth", speed_up)  # SQLite does not try again: nobody can come between there
    assert tries == [START + 5_000] * 2
    assert store.read("earth", lambda tx: (tx.world.virtual_base, tx.world.rate)) == (START + 5_000, 3)


def test_another_version_of_the_tables_is_refused(database_url: str) -> None:
    """The data is disposable: the remedy is named, and nothing is changed."""
    first = open_store(database_url)
    first.transact(lambda connection: connection.execute(update(about).values(version=999)))
    first.close()
    with pytest.raises(RuntimeError, match="is of version 999"):
        open_store(database_url)


def test_it_is_all_there_when_opened_again(database_url: str) -> None:
    """Tables are made once."""
    first = open_store(database_url)
    add_worlds(first, "earth")
    first.write("earth", count)
    first.close()
    again = open_store(database_url)
    assert last(again) == 1
    again.close()


def test_one_file_is_one_process_business(tmp_path: Path) -> None:
    """Two writers of one SQLite file would not know of each other's leases."""
    url = f"sqlite:///{tmp_path}/store.db"
    first = open_store(url)
    with pytest.raises(RuntimeError, match="another sandbox is using"):
        open_store(url)
    first.close()
    open_store(url).close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    """Every thread would see another one."""
    with pytest.raises(ValueError, match="needs a file"):
        sqlite_file(url)


@pytest.mark.postgres
def test_a_key_that_somebody_else_entered_a_moment_ago_is_seen_at_the_second_try(postgres_url: str) -> None:
    """Two that create the same row at once both succeed, one after the other."""
    store = open_store(postgres_url)
    add_worlds(store, "earth")
    tries: list[int | None] = []

    def enter(tx: Tx) -> int | None:
        found = tx.connection.execute(select(counters.c.value)).scalar()
        tries.append(found)
        if len(tries) == 1:
            store.write("earth", count)  # on a connection of its own
        if found is None:
            tx.connection.execute(insert(counters).values(world="earth", owner="TENANT1", kind="order", value=9))
        return found

    assert store.write("earth", enter) == 1
    assert tries == [None, 1]
    store.close()


@pytest.mark.postgres
def test_a_lost_connection_is_unavailable_once_and_then_made_anew(postgres_url: str) -> None:
    """A write that lost its connection before the commit is done again by itself."""
    store = open_store(postgres_url)
    add_worlds(store, "earth")
    cut = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(Unavailable):
        store.query(lambda connection: connection.execute(cut))
    tries: list[None] = []

    def write(tx: Tx) -> int:
        tries.append(None)
        number = count(tx)
        if len(tries) == 1:
            tx.connection.execute(cut)
        return number

    assert store.write("earth", write) == 1
    assert len(tries) == 2
    assert last(store) == 1
    store.close()


@pytest.mark.postgres
def test_what_may_have_been_committed_is_not_done_again(postgres_url: str) -> None:
    """A connection that is lost in the commit itself: an order might be stored twice."""
    store, cut = open_store(postgres_url), text("SELECT pg_terminate_backend(:pid)")
    add_worlds(store, "earth")
    tries: list[int] = []

    def write(tx: Tx) -> int:
        tries.append(tx.connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        return count(tx)

    def lose(_connection: Connection) -> None:
        store.query(lambda connection: connection.execute(cut, {"pid": tries[0]}))

    event.listen(store._writing, "commit", lose)
    with pytest.raises(Uncertain):
        store.write("earth", write)
    event.remove(store._writing, "commit", lose)
    assert len(tries) == 1
    assert store.write("earth", count) == last(store) == 1
    store.close()


@pytest.mark.postgres
def test_several_processes_may_make_the_tables_at_once(postgres_url: str) -> None:
    """Replicas start together: one makes the tables, the others find them."""
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(open_store, [postgres_url] * 4))
    assert [
        each.query(lambda connection: connection.execute(select(about.c.version)).scalars().all()) for each in stores
    ] == [[VERSION]] * 4
    for each in stores:
        each.close()


@pytest.mark.postgres
def test_one_read_sees_one_moment(postgres_url: str) -> None:
    """An order and its history are read together: nothing that is committed between the two shows in one of them."""
    store = open_store(postgres_url)
    add_worlds(store, "earth")

    def twice(tx: Tx) -> tuple[int, int]:
        before = accounts.last_number(tx.connection, "earth", "TENANT1", "order")
        store.write("earth", count)
        return before, accounts.last_number(tx.connection, "earth", "TENANT1", "order")

    assert store.read("earth", twice) == (0, 0)
    assert last(store) == 1
    store.close()
