"""Runs: advance, step and drain play what is due, each thing at its own time, and own the world meanwhile."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from sandbox.domain.entities import Ref
from sandbox.domain.errors import Problem
from sandbox.domain.worldtime import with_rate
from sandbox.store import lanes, recordings, worlds
from sandbox.store.lanes import Job, NewJob
from sandbox.store.store import ACTED, Acted, Store, Tx
from sandbox.world.clock import ManualClock
from sandbox.world.player import Settle
from sandbox.world.runs import SETTLING, Conductor, Played
from tests.store.databases import START, add_worlds, open_store
from tests.store.playing import LEASE, claim, put, put_one

MINUTE = 60_000
YEAR = 366 * 24 * 60 * MINUTE


class Stage:
    """Handlers that note what they play and when; `doing` is done while one plays."""

    def __init__(self, store: Store) -> None:
        self.played: list[tuple[str, int]] = []
        self.doing: Callable[[Job], None] = lambda _job: None
        self.again: int | None = None
        self._store = store

    def handle(self, job: Job) -> Settle:
        """Note the world's time, as everybody sees it now."""
        now = self._store.read(job.world, lambda tx: tx.now)
        self.doing(job)
        self.played.append((job.kind, now - START))
        return lambda tx: None if self.again is None else tx.now + self.again


@pytest.fixture
def stage(store: Store) -> Stage:
    """The handlers of the conductor."""
    return Stage(store)


@pytest.fixture
def conductor(store: Store, clock: ManualClock, stage: Stage) -> Conductor:
    """Runs of at most thirty seconds."""
    return Conductor(store, clock, dict.fromkeys("abc", stage.handle), run_limit=30_000, lease=LEASE)


def by(milliseconds: int) -> Callable[[int], int]:
    """The target of a jump by this much."""
    return lambda now: now + milliseconds


def now(store: Store, world: str = "earth") -> int:
    """World time since START."""
    return store.read(world, lambda tx: tx.now) - START


def fired(played: Played) -> list[tuple[str, int]]:
    """What a run played, and when."""
    return [(job.kind, job.due_at - START) for job in played.fired]


def test_a_jump_plays_each_thing_at_its_own_time(store: Store, conductor: Conductor, stage: Stage) -> None:
    """In order of time; the clock stands at each while it is played, and at the target in the end."""
    put_one(store, "one", "b", due=START + 2 * MINUTE)
    put_one(store, "other", "a", due=START + MINUTE)
    put_one(store, "later", "c", due=START + 10 * MINUTE)
    played = conductor.advance("earth", by(5 * MINUTE))
    assert stage.played == fired(played) == [("a", MINUTE), ("b", 2 * MINUTE)]
    assert (played.now - START, played.more) == (5 * MINUTE, False)
    assert now(store) == 5 * MINUTE


def test_what_a_played_thing_causes_joins_the_run(store: Store, conductor: Conductor, stage: Stage) -> None:
    """It is stamped with that thing's time, and played in the same run if it is due in it."""
    put_one(store, "one", "a", due=START + MINUTE)
    put_one(store, "two", "b", due=START + 3 * MINUTE)

    def cause(job: Job) -> None:
        if job.kind == "a":
            new = NewJob("c", START + 2 * MINUTE, Ref("order", 1), 0)
            store.write("earth", lambda tx: lanes.queue(tx, f"caused at {tx.now - START}", "TENANT1", [new]))

    stage.doing = cause
    conductor.advance("earth", by(5 * MINUTE))
    assert stage.played == [("a", MINUTE), ("c", 2 * MINUTE), ("b", 3 * MINUTE)]


def test_a_step_plays_one_thing(store: Store, conductor: Conductor, stage: Stage) -> None:
    """And leaves the clock there; with nothing to play it stays where it is."""
    put_one(store, "one", "a", due=START + MINUTE)
    put_one(store, "two", "b", due=START + 3 * MINUTE)
    assert fired(conductor.step("earth")) == [("a", MINUTE)]
    assert now(store) == MINUTE
    assert fired(conductor.step("earth")) == [("b", 3 * MINUTE)]
    assert fired(conductor.step("earth")) == []
    assert now(store) == 3 * MINUTE


def test_a_drain_ends_with_what_keeps_failing(store: Store, conductor: Conductor, stage: Stage) -> None:
    """Everything is tried once; what failed is left to its schedule."""
    put(store, "failing", "a", "b", due=START + MINUTE)
    put_one(store, "other", "c", due=START + 5 * MINUTE)
    stage.again = MINUTE
    stage.doing = lambda job: setattr(stage, "again", MINUTE if job.kind == "a" else None)
    assert fired(conductor.drain("earth")) == [("a", MINUTE), ("c", 5 * MINUTE)]
    assert fired(conductor.step("earth")) == [("a", 2 * MINUTE)]


def test_time_does_not_go_back(store: Store, conductor: Conductor) -> None:
    """A target in the past is refused, and nothing is played."""
    put_one(store, "one", "a")
    with pytest.raises(Problem, match="only moves forward"):
        conductor.advance("earth", by(-1))
    assert now(store) == 0
    assert fired(conductor.advance("earth", by(0))) == [("a", 0)]


def test_a_jump_has_a_limit(store: Store, conductor: Conductor) -> None:
    """Ten years, and no millisecond more."""
    with pytest.raises(Problem, match="ten years"):
        conductor.advance("earth", by(10 * YEAR + 1))
    conductor.advance("earth", by(10 * YEAR))
    assert now(store) == 10 * YEAR


def test_a_second_run_is_refused_at_once(store: Store, conductor: Conductor, stage: Stage) -> None:
    """Of whatever kind, also for a moment that lies back; the world is the first one's until it ends."""
    put_one(store, "one", "a", due=START + MINUTE)
    refusals: list[Problem] = []

    def interfere(_job: Job) -> None:
        for run in (conductor.step, conductor.drain, lambda world: conductor.advance(world, by(-1))):
            with pytest.raises(Problem) as refused:
                run("earth")
            refusals.append(refused.value)

    stage.doing = interfere
    assert fired(conductor.advance("earth", by(2 * MINUTE))) == [("a", MINUTE)]
    assert [problem.status for problem in refusals] == [409] * 3
    assert now(store) == 2 * MINUTE
    assert conductor.step("earth").fired == ()


def test_a_run_that_takes_too_long_says_that_there_is_more(
    store: Store, clock: ManualClock, conductor: Conductor, stage: Stage
) -> None:
    """The clock stands at what was played last, and a further run goes on from there."""
    for minute in (1, 2, 3):
        put_one(store, f"{minute}", "a", due=START + minute * MINUTE)
    stage.doing = lambda _job: setattr(clock, "at", clock.at + 20_000)
    target = START + 10 * MINUTE
    first = conductor.advance("earth", lambda _now: target)
    assert (fired(first), first.more, first.now - START) == ([("a", MINUTE), ("a", 2 * MINUTE)], True, 2 * MINUTE)
    second = conductor.advance("earth", lambda _now: target)
    assert (fired(second), second.more, second.now) == ([("a", 3 * MINUTE)], False, target)


def test_a_run_whose_process_died_lets_go_after_its_lease(
    store: Store, clock: ManualClock, conductor: Conductor
) -> None:
    """Until then the world stands still and other runs are refused; then it goes on from there."""
    put_one(store, "one", "a", due=START + MINUTE)
    assert store.transact(lambda tx: worlds.begin_run(tx, "earth", "of the dead", START, START + LEASE))
    clock.at += LEASE - 1
    with pytest.raises(Problem, match="under way"):
        conductor.step("earth")
    clock.at += 1
    assert fired(conductor.step("earth")) == [("a", MINUTE)]


def test_a_run_that_lost_the_world_stops(store: Store, clock: ManualClock, conductor: Conductor, stage: Stage) -> None:
    """It was slower than its lease, and another run took over: it plays nothing more and settles nothing."""
    put(store, "lane", "a", "b", due=START + MINUTE)

    def dawdle(_job: Job) -> None:
        stage.doing = lambda _job: None
        clock.at += LEASE
        assert fired(conductor.step("earth")) == [("a", MINUTE)]

    stage.doing = dawdle
    conductor = replace(conductor, run_limit=10 * LEASE)
    with pytest.raises(Problem, match="lost the clock") as lost:
        conductor.advance("earth", by(5 * MINUTE))
    assert lost.value.status == 409
    assert stage.played == [("a", MINUTE), ("a", MINUTE)]
    assert now(store) == MINUTE
    assert fired(conductor.drain("earth")) == [("b", MINUTE)]


def test_a_broken_handler_stops_its_lane_and_no_other(store: Store, conductor: Conductor, stage: Stage) -> None:
    """Its job is tried once in a run, and again in the next."""
    put(store, "broken", "a", "b", due=START + MINUTE)
    put_one(store, "other", "c", due=START + 2 * MINUTE)

    def break_down(job: Job) -> None:
        if job.kind == "a":
            raise ZeroDivisionError

    stage.doing = break_down
    assert fired(conductor.drain("earth")) == [("a", MINUTE), ("c", 2 * MINUTE)]
    stage.doing = lambda _job: None
    assert fired(conductor.drain("earth")) == [("a", MINUTE), ("b", MINUTE)]
    assert now(store) == 2 * MINUTE


def test_a_run_waits_for_what_the_loop_has_claimed(store: Store, clock: ManualClock, conductor: Conductor) -> None:
    """It never plays beside the loop."""
    put(store, "lane", "a", "b")
    claim(store, lease=1_000)
    played = conductor.drain("earth")
    assert (fired(played), played.more) == ([("a", 0), ("b", 0)], False)
    assert clock.at >= START + 1_000


def test_a_run_does_not_wait_for_ever(store: Store, clock: ManualClock, conductor: Conductor) -> None:
    """What the loop does not finish is set aside, and there is more to play; the clock waits for it."""
    put(store, "hanging", "a", "b")
    claim(store)
    put_one(store, "other", "c", due=START + MINUTE)
    waited = conductor.advance("earth", by(2 * MINUTE))
    assert (fired(waited), waited.more, waited.now - START) == ([("c", MINUTE)], True, MINUTE)
    assert clock.at == START + SETTLING
    clock.at += LEASE
    assert fired(conductor.advance("earth", by(MINUTE))) == [("a", 0), ("b", 0)]


def test_worlds_do_not_disturb_each_other(store: Store, conductor: Conductor, stage: Stage) -> None:
    """A run of one leaves the other's clock and jobs alone, also while it is under way."""
    put_one(store, "one", "a", due=START + MINUTE)
    put(store, "lane", "b", world="moon", due=START + MINUTE)
    seen: list[tuple[list[tuple[str, int]], int]] = []

    def run_the_other(job: Job) -> None:
        if job.world == "earth":
            seen.append((fired(conductor.advance("moon", by(3 * MINUTE))), now(store)))

    stage.doing = run_the_other
    conductor.advance("earth", by(2 * MINUTE))
    assert seen == [([("b", MINUTE)], MINUTE)]
    assert (now(store), now(store, "moon")) == (2 * MINUTE, 3 * MINUTE)


def test_the_time_that_a_run_takes_is_not_the_worlds(store: Store, clock: ManualClock, stage: Stage) -> None:
    """A live world goes on from where the run left it."""
    conductor = Conductor(store, clock, {"a": stage.handle}, run_limit=30_000, lease=LEASE)
    store.write("earth", lambda tx: worlds.set_clock(tx.connection, with_rate(tx.world, START, 1)))
    put_one(store, "one", "a", due=START + MINUTE)
    stage.doing = lambda _job: setattr(clock, "at", clock.at + 7_000)
    played = conductor.advance("earth", by(2 * MINUTE))
    assert played.now - START == now(store) == 2 * MINUTE
    clock.at += 1_000
    assert now(store) == 2 * MINUTE + 1_000


class Finishing(ManualClock):
    """A clock at which, while somebody waits, the loop settles what it has claimed."""

    settle: Callable[[], object] = lambda: None

    def wait(self, condition: threading.Condition, until: int) -> None:
        """Once."""
        super().wait(condition, until)
        settle, self.settle = self.settle, lambda: None
        threading.Thread(target=settle).start()


def test_what_the_loop_had_begun_counts_as_played_before_the_run(tmp_path: Path) -> None:
    """A recording is played again in that order: the run did not play it."""
    clock = Finishing(START)
    store = open_store(f"sqlite:///{tmp_path}/run.db", clock)
    add_worlds(store, "earth", rate=0)
    stage = Stage(store)
    conductor = Conductor(store, clock, dict.fromkeys("abc", stage.handle), run_limit=30_000, lease=LEASE)
    put_one(store, "begun", "a")
    put_one(store, "waiting", "b")
    (begun,) = claim(store, most=1)

    def settle(tx: Tx) -> None:
        recordings.note_played(tx, begun)
        lanes.finish(tx, begun)

    clock.settle = partial(store.write, "earth", settle)
    acted = Acted("TENANT1")
    ACTED.set(acted)
    try:
        assert fired(conductor.drain("earth")) == [("b", 0)]
    finally:
        ACTED.set(None)
    assert acted.played == 1
    store.close()
