"""The only loop: claim what is due, do it, settle it.

A job's handler does its work with no transaction open and returns how to settle it; settling and taking the job out of
its lane are one transaction. A handler may therefore be run again after a crash, and is written to bear it.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from prometheus_client import Counter
from structlog.contextvars import bound_contextvars

from sandbox.store import claiming, lanes, recordings
from sandbox.store.lanes import Job, LaneLost
from sandbox.store.store import StaleEpoch, Store, Tx, Unavailable
from sandbox.world.bulkhead import Bulkhead
from sandbox.world.clock import Clock
from sandbox.world.turns import Turns, pause

log = logging.getLogger("sandbox.player")

PLAYED = Counter(
    "sandbox_jobs_played",
    "Jobs of this process, by kind and by what became of them",
    ["kind", "outcome"],
    registry=None,
)

Settle = Callable[[Tx], int | None]  # None when the job is done, else when, in world time, it is to be tried again
Handlers = Mapping[str, Callable[[Job], Settle]]
T = TypeVar("T")

BREATH = 5  # milliseconds from one look to the next: threads that have something to play go on by themselves
LOOK_AGAIN = 100  # milliseconds after which a player looks at all worlds: other processes cannot ring its bell
WORLDS = 4  # with something due, in which a thread looks for more
SPARE = 4  # threads for what is slow, for each of the others
AFTER_FAILURE = 5_000  # milliseconds of real time that a lane rests after a handler broke


@dataclass(eq=False)
class NotYet(Exception):
    """A handler may not do its work before this moment of real time: its owner has had its share for now."""

    until: int


def nothing_more(_tx: Tx) -> None:
    """What comes after a job that is played for itself."""


def let_it_rest(_until: int) -> bool:
    """What becomes of a job whose time has not come, where nobody waits for that."""
    return False


def play(
    store: Store,
    handlers: Handlers,
    job: Job,
    after: Callable[[Tx], T | None] = nothing_more,
    early: Callable[[int], bool] = let_it_rest,
) -> tuple[bool, T | None]:
    """Do and settle one claimed job: (whether its handler held, what `after` gave). Where it broke, the job stays, and
    its lane rests.

    `after` is done in the transaction that settles the job, and gives None where it is not settled. `early` is told
    when the time of one that may not be done yet will have come: it waits until then and says True, or the lane rests.
    """
    with bound_contextvars(job=job.kind, owner=job.owner, about=str(job.ref), world=job.world):
        return _play(store, handlers, job, after, early)


def _play(
    store: Store, handlers: Handlers, job: Job, after: Callable[[Tx], T | None], early: Callable[[int], bool]
) -> tuple[bool, T | None]:
    def work(tx: Tx) -> T | None:
        _settle(tx, job, settle)
        return after(tx)

    found: T | None = None
    try:
        settle = _do(handlers, job, early)
        found = store.write(job.world, work, at=job.due_at, epoch=job.epoch)
        PLAYED.labels(job.kind, "settled").inc()
    except (LaneLost, StaleEpoch) as lost:
        PLAYED.labels(job.kind, "dropped").inc()
        log.info("dropped %s of %s: %s", job.kind, job.owner, type(lost).__name__)
    except NotYet as told:
        PLAYED.labels(job.kind, "early").inc()
        _rest(store, job, told.until)
    except Exception as broken:
        PLAYED.labels(job.kind, "broken").inc()
        if _rest(store, job, store.real_now() + AFTER_FAILURE):
            log.error("%s of %s broke: it is tried again", job.kind, job.owner, exc_info=broken)
        return False, None
    return True, found


def _settle(tx: Tx, job: Job, settle: Settle) -> None:
    again = settle(tx)
    recordings.note_played(tx, job)
    if again is None:
        lanes.finish(tx, job)
    else:
        lanes.postpone(tx, job, again)


def _do(handlers: Handlers, job: Job, early: Callable[[int], bool]) -> Settle:
    while True:
        try:
            return handlers[job.kind](job)
        except NotYet as told:
            if not early(told.until):
                raise


def _rest(store: Store, job: Job, until: int) -> bool:
    """Whether there is something to rest: what breaks because its world was reset is of no interest."""
    try:
        store.write(
            job.world,
            lambda tx: lanes.rest(tx, job, until),
            at=job.due_at,
            epoch=job.epoch,
        )
    except StaleEpoch:
        log.info("dropped %s of %s: its world was reset", job.kind, job.owner)
        return False
    except (LaneLost, Unavailable):
        log.info("%s of %s is left to its lease", job.kind, job.owner)
    return True


class Player:
    """Plays what comes due as real time goes by, on a few threads; an endpoint that hangs holds up nobody else."""

    def __init__(
        self, store: Store, clock: Clock, handlers: Handlers, turns: Turns, *, threads: int, lease: int
    ) -> None:
        self._store = store
        self._clock = clock
        self._handlers = handlers
        self._turns = turns
        self._lease = lease
        self._bulkhead = Bulkhead(threads, SPARE * threads)
        self._threads = ThreadPoolExecutor((1 + SPARE) * threads, thread_name_prefix="player")
        self._wakes: dict[str, int] = {}  # when, in real time, each world next has something to play: as last looked at
        self._due = deque[str]()  # those that had something then: whoever looks for more begins with the next of them
        self._looked_at_all = 0
        self._stopping = threading.Event()
        self._loop = threading.Thread(target=self._watch, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to play."""
        self._loop.start()

    def stop(self) -> None:
        """Finish what is claimed, and claim nothing more."""
        self._stopping.set()
        self._store.bell.ring([lanes.PLAYER])
        self._loop.join()
        self._threads.shutdown()

    def _watch(self) -> None:
        unavailable = False
        while not self._stopping.is_set():
            heard, began = self._store.bell.heard(lanes.PLAYER), self._clock.now()
            try:
                with self._turns.turn("player"):
                    wake, gone = self._look(), False
            except Unavailable as trouble:
                wake, gone, self._looked_at_all = self._clock.now() + LOOK_AGAIN, True, 0
                if not unavailable:
                    log.error("the database is unavailable: looking until it is back: %s", trouble)
            except Exception:  # whatever it was, the loop goes on: without it nothing would ever be played again
                wake, gone, self._looked_at_all = self._clock.now() + LOOK_AGAIN, False, 0
                log.exception("could not look at what is due: looking again soon")
            unavailable = gone
            if wake is not None and not self._stopping.is_set():
                self._wait(heard, min(wake, self._clock.now() + LOOK_AGAIN))
            pause(self._clock, min(BREATH, began + BREATH - self._clock.now()))  # somebody may set the clock back

    def _wait(self, heard: int, until: int) -> None:
        self._store.bell.wait(lanes.PLAYER, heard, lambda condition: self._clock.wait(condition, until))

    def _look(self) -> int | None:
        """Play what is due. None when that was something, else when to look again at the latest."""
        now = self._clock.now()
        free = self._bulkhead.free(now)
        self._look_at_worlds(now)
        if self._due and free:
            self._claim(free)
            return None
        later = (wake for wake in self._wakes.values() if wake > now)
        return min(later, default=now + LOOK_AGAIN)

    def _look_at_worlds(self, now: int) -> None:
        """At those where something has happened, at those that had something due, and every so often at all."""
        rung, shares = self._store.bell.gather(lanes.PLAYER), self._bulkhead.shares()
        if self._looked_at_all <= now < self._looked_at_all + LOOK_AGAIN:
            names = rung | {name for name, wake in self._wakes.items() if wake <= now}
            others = {name: wake for name, wake in self._wakes.items() if name not in names}
            found = self._store.query(lambda connection: claiming.wakes(connection, now, shares, names))
            self._wakes = others | found
        else:  # it is time, or somebody has set the clock back
            self._wakes = self._store.query(lambda connection: claiming.wakes(connection, now, shares))
            self._looked_at_all = now
        due = {name: wake for name, wake in self._wakes.items() if wake <= now}
        still = [name for name in tuple(self._due) if name in due]
        self._due = deque([*still, *sorted(due.keys() - set(still), key=due.__getitem__)])

    def _claim(self, free: int) -> None:
        """Claim as many lanes as there are free threads, and hand them over."""
        shares, now, names = self._bulkhead.shares(), self._clock.now(), tuple(self._due)
        claimed = self._store.transact(
            lambda connection: (
                []
                if self._stopping.is_set()  # looked at here, so that nothing is claimed after a stop
                else claiming.claim(connection, now, now + self._lease, free, shares, names)
            )
        )
        for job in claimed:
            self._bulkhead.take(job)
            self._threads.submit(self._play, job)

    def _play(self, job: Job) -> None:
        """Play it, and then whatever is claimed by the transaction that settles it, as long as that is something."""
        playing: Job | None = job
        while playing is not None:
            job, playing = playing, None
            try:
                with self._turns.turn(job.owner, job=True):
                    self._bulkhead.begin(job, self._clock.now())
                    early = partial(self._bulkhead.put_off, job)
                    _, playing = play(self._store, self._handlers, job, partial(self._next, job), early)
            finally:
                if self._bulkhead.end(job, self._clock.now(), playing):
                    self._store.bell.ring([lanes.playing(job.world)])

    def _next(self, job: Job, tx: Tx) -> Job | None:
        """What this thread may go on with, claimed. A thread that was slow is one of the spare ones: it ends."""
        if self._stopping.is_set() or not self._bulkhead.is_quick(job):
            return None
        now = self._clock.now()
        names = dict.fromkeys((*tuple(self._due)[:WORLDS], job.world))
        self._due.rotate(-1)
        claimed = claiming.claim(tx.connection, now, now + self._lease, 1, self._bulkhead.shares(beside=job), names)
        return claimed[0] if claimed else None
