"""The loop in real time: it plays what comes due, and nothing stops it but being stopped."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.domain.entities import Ref
from sandbox.domain.worldtime import World, with_rate
from sandbox.store import claiming, lanes, worlds
from sandbox.store.lanes import Job, NewJob
from sandbox.store.store import Store
from sandbox.world.clock import Clock, ManualClock, SystemClock
from sandbox.world.player import Player, Settle
from sandbox.world.turns import Turns, away
from tests.store.databases import START
from tests.store.playing import claim_next

CLOCK = SystemClock()
WAIT = 20
MANY = 30


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Store]:
    """A store on the machine's clock, with a live world."""
    store = Store(f"sqlite:///{tmp_path}/live.db", CLOCK.now)
    now = CLOCK.now()
    store.transact(lambda connection: worlds.add(connection, World("earth", "seed", 1, now, now, 1, None)))
    yield store
    store.close()


def queue(store: Store, lane: str, *kinds: str, owner: str = "TENANT1", after: int = 0, world: str = "earth") -> None:
    """Jobs that are due some milliseconds from now."""
    store.write(
        world,
        lambda tx: lanes.queue(
            tx, lane, owner, [NewJob(kind, tx.now + after, Ref("order", 1), rank) for rank, kind in enumerate(kinds)]
        ),
    )


class Stage:
    """Handlers that note what they play; `hang` waits until it is let go."""

    def __init__(self) -> None:
        self.played: list[str] = []
        self.let_go = threading.Event()
        self.changed = threading.Condition()

    def play(self, job: Job) -> Settle:
        """Note it at once."""
        with self.changed:
            self.played.append(f"{job.kind} of {job.owner}")
            self.changed.notify_all()
        if job.kind == "hang":
            with away():  # as everybody who waits for somebody
                self.let_go.wait(WAIT)
        return lambda _tx: None

    def wait_for(self, *played: str) -> None:
        """Fails when it does not come to that in time."""
        with self.changed:
            assert self.changed.wait_for(lambda: set(played) <= set(self.played), WAIT), self.played


def make_player(store: Store, stage: Stage, threads: int = 4, clock: Clock = CLOCK) -> Player:
    """A player of these handlers, started."""
    kinds = ("a", "b", "c", "hang")
    player = Player(store, clock, dict.fromkeys(kinds, stage.play), Turns(1), threads=threads, lease=60_000)
    player.start()
    return player


def test_what_is_queued_is_played_at_once_and_in_order(live: Store) -> None:
    """Before and after the start, what is due now and what is due soon."""
    stage = Stage()
    queue(live, "lane", "a", "b")
    player = make_player(live, stage)
    stage.wait_for("b of TENANT1")
    queue(live, "lane", "c", after=100)
    stage.wait_for("c of TENANT1")
    player.stop()
    assert stage.played == ["a of TENANT1", "b of TENANT1", "c of TENANT1"]


def test_a_change_of_speed_wakes_the_player(live: Store) -> None:
    """What was hours away is due at once at a hundred hours a second."""
    stage = Stage()
    player = make_player(live, stage)
    queue(live, "lane", "a", after=3_600_000)
    live.write("earth", lambda tx: worlds.set_clock(tx.connection, with_rate(tx.world, tx.real, 360_000)))
    stage.wait_for("a of TENANT1")
    player.stop()
    assert stage.played == ["a of TENANT1"]


class SetBack(SystemClock):
    """The machine's clock, which somebody sets back by an hour once it was looked at so often."""

    looks = 20

    def now(self) -> int:
        """Later, or an hour ago."""
        self.looks -= 1
        return super().now() - (3_600_000 if self.looks < 0 else 0)


def test_a_clock_that_is_set_back_stops_nobody(live: Store) -> None:
    """Looks are some milliseconds apart, whatever the clock says; the world itself stands at its own time."""
    stage = Stage()
    player = make_player(live, stage, clock=SetBack())
    queue(live, "lane", "a", after=-3_700_000)
    stage.wait_for("a of TENANT1")
    player.stop()
    assert stage.played == ["a of TENANT1"]


@pytest.mark.parametrize("threads", [2, 8])
def test_no_world_waits_until_others_have_nothing_left(live: Store, threads: int) -> None:
    """However much they have that was due before, and however few threads there are. One of these stands still."""
    now, stage, planets = CLOCK.now(), Stage(), ("earth", "mars", "venus", "saturn", "jupiter", "neptune")
    for world, rate in (*((planet, 1) for planet in planets[1:]), ("moon", 0)):
        fresh = World(world, "seed", 1, now, now, rate, None)
        live.transact(lambda connection, fresh=fresh: worlds.add(connection, fresh))  # type: ignore[misc]
    for planet in planets:
        for number in range(MANY):
            queue(live, f"a {number}", "a", owner=planet.upper(), after=number - 10_000, world=planet)
    queue(live, "c", "c", owner="LUNATIC", world="moon")
    player = make_player(live, stage, threads=threads)
    stage.wait_for("c of LUNATIC", *(f"a of {planet.upper()}" for planet in planets))
    firsts = [stage.played.index(f"a of {planet.upper()}") for planet in planets]
    place = stage.played.index("c of LUNATIC")
    player.stop()
    assert max(place, *firsts) < MANY, stage.played


def test_one_hanging_endpoint_holds_up_nobody_else(live: Store) -> None:
    """Its owner gets half of the threads, and the rest again when they are free."""
    stage = Stage()
    for number in range(6):
        queue(live, f"lane {number}", "hang", owner="TENANT3")
    player = make_player(live, stage, threads=4)
    stage.wait_for("hang of TENANT3")
    queue(live, "other", "a", "b", owner="TENANT4")
    stage.wait_for("b of TENANT4")
    assert stage.played.count("hang of TENANT3") == 2
    queue(live, "last", "c", owner="TENANT3")
    stage.let_go.set()
    stage.wait_for("c of TENANT3")
    player.stop()
    assert stage.played.count("hang of TENANT3") == 6


def test_however_many_endpoints_hang_others_are_served(tmp_path: Path) -> None:
    """More of them than there are threads. Nobody waits for real: the clock goes on with every look of the player."""
    clock = ManualClock(START)
    store = Store(f"sqlite:///{tmp_path}/made-up.db", clock.now)
    store.transact(lambda connection: worlds.add(connection, World("earth", "seed", 1, START, START, 1, None)))
    stage = Stage()
    for owner in range(6):
        for number in range(3):
            queue(store, f"hang {owner} {number}", "hang", owner=f"HANGING{owner}")
    for number in range(20):
        queue(store, f"a {number}", "a", "b", owner="QUICK")
    player = make_player(store, stage, clock=clock)
    with stage.changed:
        assert stage.changed.wait_for(lambda: stage.played.count("b of QUICK") == 20, WAIT), stage.played
    assert {stage.played.count(f"hang of HANGING{owner}") for owner in range(6)} <= {0, 1, 2}
    stage.let_go.set()
    with stage.changed:
        assert stage.changed.wait_for(lambda: len(stage.played) == 6 * 3 + 20 * 2, WAIT), stage.played
    player.stop()
    store.close()


def test_stop_finishes_what_is_claimed_and_claims_nothing_more(live: Store) -> None:
    """The lane is given back, with the next job at its head."""
    stage = Stage()
    queue(live, "lane", "hang", "a")
    player = make_player(live, stage)
    stage.wait_for("hang of TENANT1")
    stopping = threading.Thread(target=player.stop)
    stopping.start()
    assert player._stopping.wait(WAIT)
    stage.let_go.set()
    stopping.join(WAIT)
    assert not stopping.is_alive()
    assert not live.read("earth", lambda tx: claiming.anything_leased(tx, tx.real))
    head = claim_next(live, None)
    assert head is not None
    assert (head.kind, stage.played) == ("a", ["hang of TENANT1"])


def test_the_loop_survives_whatever_goes_wrong_in_it(live: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A player that died silently would leave every order waiting for ever."""
    stage, real, failures = Stage(), claiming.wakes, [ZeroDivisionError(), RuntimeError()]

    def fail_at_first(*args: object) -> dict[str, int]:
        if failures:
            raise failures.pop()
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(claiming, "wakes", fail_at_first)
    queue(live, "lane", "a")
    player = make_player(live, stage)
    stage.wait_for("a of TENANT1")
    player.stop()
    assert failures == []
