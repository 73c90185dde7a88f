"""Epochs: a reset makes everything of a world invisible at once; what it left is swept in small batches."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from sandbox.domain.worldtime import begun_anew, with_rate
from sandbox.store import accounts, claiming, epochs, worlds
from sandbox.store.lanes import Job
from sandbox.store.shares import Shares
from sandbox.store.store import StaleEpoch, Store, Tx, Unavailable
from sandbox.world.clock import ManualClock
from sandbox.world.reset import Reset, reset, reset_if_due, sweep
from tests.store.databases import START, add_worlds, open_store
from tests.store.playing import claim, finish, put
from tests.support.bulk import ORDERS_LEAVE, PER_ORDER, fill, fill_in, rows_of

DUE = START + 1_000


def left_by(orders: int, epoch: int) -> dict[tuple[str, int], int]:
    """What `fill` leaves in an epoch, by table."""
    names = {table.name for table in ORDERS_LEAVE} | {"jobs"}
    return {(name, epoch): orders * PER_ORDER.get(name, 1) for name in names}


def test_a_sweep_removes_the_earlier_epochs_of_a_world_and_nothing_else(store: Store) -> None:
    """Two epochs of earth are gone; its present one and the moon keep every row."""
    for _ in range(2):
        fill(store, "earth", 5)
        reset(store, "earth", "now")
    fill(store, "earth", 3)
    fill(store, "moon", 4)
    assert sweep(store, lambda: True) == 2 * (sum(left_by(5, 1).values()) + 1)  # and how each epoch began
    assert rows_of(store, "earth") == left_by(3, 3)
    assert rows_of(store, "moon") == left_by(4, 1)
    assert sweep(store, lambda: True) == 0


def statements_of_a_reset(file: Path, orders: int) -> list[str]:
    """What a reset of a world of so many orders says to an SQLite, one word each."""
    said: list[str] = []

    def listen(connection: Any, _record: object) -> None:
        connection.set_trace_callback(said.append)

    event.listen(Engine, "connect", listen)
    try:
        store = open_store(f"sqlite:///{file}")
        add_worlds(store, "earth")
        fill(store, "earth", orders)
        before = sum(rows_of(store, "earth").values())
        said.clear()
        reset(store, "earth", "now")
        statements = [each.split()[0] for each in said]
        assert sum(rows_of(store, "earth").values()) - before <= 1
        store.close()
    finally:
        event.remove(Engine, "connect", listen)
    return statements


def test_a_reset_does_as_little_for_many_orders_as_for_one(tmp_path: Path) -> None:
    """It writes its world's row, and one on how the new epoch begins. All else is a look, and the same few looks."""
    one, many = (statements_of_a_reset(tmp_path / f"{orders}.db", orders) for orders in (1, 500))
    assert one == many
    assert len(many) < 15
    assert [each for each in many if each in ("INSERT", "UPDATE", "DELETE")] == ["UPDATE", "INSERT"]


def test_a_sweep_goes_by_small_batches_and_stops_when_told(store: Store) -> None:
    """No transaction removes more than it was told to; one that is broken off is gone on with by the next."""
    fill(store, "earth", 40)
    reset(store, "earth", "now")
    world = store.query(partial(worlds.find, name="earth"))
    everything = sum(rows_of(store, "earth").values())
    batches = [store.transact(partial(epochs.sweep, world=world, most=50)) for _ in range(5)]
    assert all(0 < batch <= 50 for batch in batches)
    answers = iter([True, True, False])
    removed = sweep(store, lambda: next(answers))
    assert sum(rows_of(store, "earth").values()) == everything + 1 - sum(batches) - removed > 0
    sweep(store, lambda: True)
    assert rows_of(store, "earth") == {}
    assert store.query(epochs.with_leftovers) == []


def test_what_was_claimed_before_settles_nothing_afterwards(store: Store) -> None:
    """Nor is anything of before claimed, due or not."""
    put(store, "one", "a", "b")
    put(store, "two", "c")
    put(store, "lunar", "d", world="moon")
    (job,) = claim(store, most=1)
    done = reset(store, "earth", "now")
    assert [each.id for each in done.on_the_wire] == [job.id]
    with pytest.raises(StaleEpoch):
        finish(store, job)
    assert [each.kind for each in claim(store)] == ["d"]


def test_it_is_told_how_many_kcis_never_come(store: Store) -> None:
    """Of each owner, those that were still to come from a supplier or to be pushed, but for those on the wire."""
    for owner, lane in (("TENANT1", "one"), ("TENANT2", "two")):
        put(store, lane, "beat", "beat", "push", "send", owner=owner)
    claimed = claim(store, most=1)
    assert [job.owner for job in claimed] == ["TENANT1"]
    assert dict(reset(store, "earth", "now").cancelled) == {"TENANT1": 2, "TENANT2": 3}


def test_a_world_begins_anew_at_the_speed_of_real_time_and_in_nobodys_hands(store: Store, clock: ManualClock) -> None:
    """Its time, rate and run are as at its beginning; its counters go on."""

    def disturb(tx: Tx) -> None:
        worlds.set_clock(tx.connection, with_rate(tx.world, tx.real, 3600))
        worlds.begin_run(tx.connection, "earth", "a run", tx.real, tx.real + 60_000)
        world = worlds.find(tx.connection, "earth")
        assert worlds.keep_run(tx.connection, "a run", replace(world, virtual_base=START + 10**9))

    assert store.transact(partial(accounts.next_number, world="earth", owner="TENANT1", kind="order")) == 1
    store.write("earth", disturb)
    clock.at += 5_000
    reset(store, "earth", "2027-06-07T09:00:00Z")
    world = store.query(partial(worlds.find, name="earth"))
    assert (world.epoch, world.rate, world.gap, world.reset_at) == (2, 1, 30_000, clock.at)
    assert not world.running(clock.at)
    assert world.now(clock.at + 1_000) == 1_812_358_801_000  # 2027-06-07T09:00:01Z
    assert store.transact(partial(accounts.next_number, world="earth", owner="TENANT1", kind="order")) == 2


def test_an_epoch_is_begun_once(store: Store) -> None:
    """Whoever meant to begin it too has to look again."""
    world = store.query(partial(worlds.find, name="earth"))
    anew = begun_anew(world, START, START, None)
    store.transact(partial(worlds.begin_epoch, world=anew))
    with pytest.raises(Unavailable):
        store.transact(partial(worlds.begin_epoch, world=anew))


@pytest.mark.postgres
def test_of_several_processes_one_keeps_to_the_timetable(postgres_url: str, clock: ManualClock) -> None:
    """Each has a store of its own, and all look at the same moment: every time one resets, and only one."""
    stores = [open_store(postgres_url, clock) for _ in range(4)]
    add_worlds(stores[0], "earth")
    barrier = threading.Barrier(len(stores))

    def keep(store: Store, due: int) -> Reset | None:
        barrier.wait()
        return reset_if_due(store, "earth", "now", due, due + 1_000)

    try:
        first = stores[0].query(partial(worlds.find, name="earth"))
        stores[0].transact(partial(worlds.announce_reset, world=first, resets_at=DUE))
        with ThreadPoolExecutor(len(stores)) as threads:
            for time in range(10):
                done = list(threads.map(keep, stores, [DUE + time * 1_000] * len(stores)))
                assert [each.world.epoch for each in done if each is not None] == [time + 2]
    finally:
        for store in stores:
            store.close()


@pytest.mark.postgres
def test_a_claim_that_was_under_way_is_among_what_is_on_the_wire(postgres_url: str, clock: ManualClock) -> None:
    """A reset waits for it; so nothing is played after a reset that was not told of."""
    player, resetter = (open_store(postgres_url, clock) for _ in range(2))
    add_worlds(player, "earth")
    put(player, "one", "beat")
    claimed, go_on = threading.Event(), threading.Event()

    def work(connection: Connection) -> list[Job]:
        jobs = claiming.claim(connection, START, START + 60_000, 10, Shares(), ["earth"])
        claimed.set()
        assert go_on.wait(20)
        return jobs

    try:
        with ThreadPoolExecutor(2) as threads:
            claiming_thread = threads.submit(player.transact, work)
            assert claimed.wait(20)
            resetting = threads.submit(reset, resetter, "earth", "now")
            with pytest.raises(TimeoutError):
                resetting.result(timeout=0.3)
            go_on.set()
            assert [job.kind for job in claiming_thread.result(20)] == ["beat"]
            assert [job.kind for job in resetting.result(20).on_the_wire] == ["beat"]
    finally:
        player.close()
        resetter.close()


@pytest.mark.postgres
def test_whoever_writes_holds_no_reset_up_and_is_swept_later(postgres_url: str, clock: ManualClock) -> None:
    """A write that had begun before counts as one of before, even if it ends later."""
    writer, resetter = (open_store(postgres_url, clock) for _ in range(2))
    add_worlds(writer, "earth")
    begun, go_on = threading.Event(), threading.Event()

    def work(tx: Tx) -> None:
        begun.set()
        assert go_on.wait(20)
        fill_in(tx, 1)

    try:
        with ThreadPoolExecutor(1) as threads:
            writing = threads.submit(writer.write, "earth", work)
            assert begun.wait(20)
            assert reset(resetter, "earth", "now").world.epoch == 2
            go_on.set()
            writing.result(20)
        assert claim(resetter) == []
        assert rows_of(resetter, "earth") == left_by(1, 1)
        sweep(resetter, lambda: True)
        assert rows_of(resetter, "earth") == {}
    finally:
        writer.close()
        resetter.close()
