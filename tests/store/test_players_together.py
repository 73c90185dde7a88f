"""Several players on one database: each job once, each lane in order, and nobody beside a run."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from sandbox.domain.entities import Ref
from sandbox.store import accounts, claiming, lanes, worlds
from sandbox.store.lanes import Job, LaneLost, NewJob
from sandbox.store.shares import Shares
from sandbox.store.store import Store, Tx
from sandbox.world.clock import ManualClock
from tests.store.databases import START, add_worlds, open_store
from tests.store.playing import LEASE, claim, finish, kinds, next_wake, put

LANES, JOBS = 12, 6


@pytest.fixture
def stores(database_url: str, clock: ManualClock) -> Iterator[list[Store]]:
    """Two processes' stores of one PostgreSQL; of an SQLite file there is only ever one."""
    count = 1 if database_url.startswith("sqlite") else 2
    opened = [open_store(database_url, clock) for _ in range(count)]
    add_worlds(opened[0], "earth", "moon")
    yield opened
    for each in opened:
        each.close()


def by_players(stores: list[Store], player: Callable[[Store], None], count: int = 4) -> None:
    """Let several players do their work at once."""
    with ThreadPoolExecutor(count) as threads:
        for future in [threads.submit(player, stores[number % len(stores)]) for number in range(count)]:
            future.result(60)


def counted(store: Store, owner: str, kind: str) -> int:
    """The next number."""
    return store.transact(lambda connection: accounts.next_number(connection, "earth", owner, kind))


def fill(store: Store) -> None:
    """Lanes with as many jobs each, all due."""
    for lane in range(LANES):
        put(store, f"lane {lane}", *(f"{lane}.{job}" for job in range(JOBS)))


def test_players_never_play_the_same_job(stores: list[Store]) -> None:
    """Whatever is due is played exactly once, and each lane in its order."""
    fill(stores[0])
    played: list[str] = []

    def player(store: Store) -> None:
        while found := claim(store, most=3):
            for job in found:
                played.append(job.kind)
                finish(store, job)

    while next_wake(stores[0]) is not None:
        by_players(stores, player)
    assert len(played) == len(set(played)) == LANES * JOBS
    for lane in range(LANES):
        assert [kind for kind in played if kind.startswith(f"{lane}.")] == [f"{lane}.{job}" for job in range(JOBS)]


def test_a_lost_lease_settles_nothing_however_the_players_race(stores: list[Store], clock: ManualClock) -> None:
    """With leases that run out at once everything is played again and again, and settled once, in order."""
    fill(stores[0])
    settled: list[str] = []
    noting = threading.Lock()

    def player(store: Store) -> None:
        for _ in range(30):
            for job in claim(store, most=4, lease=0):
                try:
                    store.write("earth", lambda tx, job=job: settle(tx, job), at=job.due_at)  # type: ignore[misc]
                except LaneLost:
                    continue

    def settle(tx: Tx, job: Job) -> None:
        lanes.finish(tx, job)
        number = accounts.next_number(tx.connection, "earth", f"{job.lane_id}", "settled")
        with noting:
            settled.append(f"{job.kind} as {number}")

    while next_wake(stores[0]) is not None:
        by_players(stores, player)
    assert sorted(set(settled)) == sorted(f"{lane}.{job} as {job + 1}" for lane in range(LANES) for job in range(JOBS))


def test_what_is_queued_while_a_lane_is_settled_is_never_forgotten(stores: list[Store]) -> None:
    """The head of a lane is right whoever wrote last: the one that added a job or the one that finished one."""
    rounds = 60
    played: list[str] = []
    all_queued = threading.Event()

    def queuer(store: Store) -> None:
        for number in range(rounds):
            job = NewJob(f"{number}", START, Ref("order", number), rank=number)
            store.write("earth", lambda tx, job=job: lanes.queue(tx, "lane", "TENANT1", [job]))  # type: ignore[misc]
        all_queued.set()

    def player(store: Store) -> None:
        while True:
            last = all_queued.is_set()
            found = claim(store)
            for job in found:
                played.append(job.kind)
                finish(store, job)
            if last and not found:
                return

    with ThreadPoolExecutor(2) as threads:
        for future in [threads.submit(queuer, stores[0]), threads.submit(player, stores[-1])]:
            future.result(60)
    assert played == [f"{number}" for number in range(rounds)]


def test_lanes_that_several_make_at_once_are_one(stores: list[Store]) -> None:
    """The first job of a lane may come from several at the same moment."""
    together = threading.Barrier(4)

    def player(store: Store) -> None:
        for number in range(8):
            together.wait(30)
            put(store, f"lane {number}", "a")

    by_players(stores, player)
    claimed = claim(stores[0])
    assert sorted(job.lane_id for job in claimed) == sorted({job.lane_id for job in claimed})
    assert len(claimed) == 8


def test_numbers_are_given_out_once_each_from_the_first(stores: list[Store]) -> None:
    """Also while the counter's row does not exist yet; none is left out."""
    together = threading.Barrier(4)
    given: dict[str, list[int]] = defaultdict(list)

    def player(store: Store) -> None:
        for kind in ("order", "cursor", "reservation"):
            together.wait(30)
            for _ in range(10):
                given[kind].append(counted(store, "TENANT1", kind))

    by_players(stores, player)
    assert {kind: sorted(numbers) for kind, numbers in given.items()} == {
        kind: list(range(1, 41)) for kind in ("order", "cursor", "reservation")
    }


@pytest.mark.postgres
def test_a_run_that_begins_during_a_claim_sees_its_leases(postgres_url: str, clock: ManualClock) -> None:
    """The run waits for the claim to be committed: it would play beside a claimed job otherwise."""
    stores = [open_store(postgres_url, clock) for _ in range(2)]
    add_worlds(stores[0], "earth")
    put(stores[0], "lane", "a")
    claimed, go_on = threading.Event(), threading.Event()

    def slow_claim() -> list[Job]:
        def work(connection: Connection) -> list[Job]:
            found = claiming.claim(connection, START, START + LEASE, 10, Shares(), ["earth"])
            claimed.set()
            go_on.wait(30)
            return found

        return stores[0].transact(work)

    def begin_run() -> bool:
        return stores[1].transact(lambda tx: worlds.begin_run(tx, "earth", "token", START, START + LEASE))

    with ThreadPoolExecutor(2) as threads:
        claiming_now = threads.submit(slow_claim)
        assert claimed.wait(30)
        beginning = threads.submit(begin_run)
        wait_for_a_lock(stores[1])
        assert not beginning.done()
        go_on.set()
        assert kinds(claiming_now.result(30)) == ["a"]
        assert beginning.result(30)
    assert stores[1].read("earth", lambda tx: claiming.anything_leased(tx, START))
    for each in stores:
        each.close()


@pytest.mark.postgres
def test_a_claim_during_the_begin_of_a_run_finds_nothing(postgres_url: str, clock: ManualClock) -> None:
    """The world is the run's already, though not yet committed; other worlds are played on."""
    store = open_store(postgres_url, clock)
    add_worlds(store, "earth", "moon")
    put(store, "lane", "a", world="earth")
    put(store, "lane", "b", world="moon")

    def begin(connection: Connection) -> list[Job]:
        assert worlds.begin_run(connection, "earth", "token", START, START + LEASE)
        return claim(store)  # on a connection of its own

    assert kinds(store.transact(begin)) == ["b"]
    store.close()


@pytest.mark.postgres
def test_a_deadlock_is_ended_and_both_are_done(postgres_url: str) -> None:
    """PostgreSQL undoes one of the two, which is then done again from its beginning."""
    stores = [open_store(postgres_url) for _ in range(2)]
    add_worlds(stores[0], "earth")
    both = threading.Barrier(2)

    def crosswise(store: Store, *owners: str) -> int:
        tries: list[None] = []

        def work(connection: Connection) -> int:
            tries.append(None)
            accounts.next_number(connection, "earth", owners[0], "order")
            if len(tries) == 1:
                both.wait(30)
            accounts.next_number(connection, "earth", owners[1], "order")
            return len(tries)

        return store.transact(work)

    for owner in ("a", "b"):
        counted(stores[0], owner, "order")
    with ThreadPoolExecutor(2) as threads:
        tries = [threads.submit(crosswise, stores[0], "a", "b"), threads.submit(crosswise, stores[1], "b", "a")]
        assert max(each.result(60) for each in tries) > 1
    for owner in ("a", "b"):
        assert counted(stores[0], owner, "order") == 4
    for each in stores:
        each.close()


def wait_for_a_lock(store: Store) -> None:
    """Until somebody in this database waits for somebody else."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(5_000):
        if store.query(lambda connection: connection.execute(waiting).scalar()):
            return
    raise AssertionError("nobody waited")
