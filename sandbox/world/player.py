"""The only loop: claim what is due, do it, settle it.

A job's handler does its work with no transaction open and returns how to settle it; settling and taking the job out of
its lane are one transaction. A handler may therefore be run again after a crash, and is written to bear it.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from sandbox.store import lanes
from sandbox.store.lanes import Job, LaneLost
from sandbox.store.store import StaleEpoch, Store, Tx, Unavailable
from sandbox.world.clock import Clock

log = logging.getLogger("sandbox.player")

Settle = Callable[[Tx], int | None]  # None when the job is done, else when, in world time, it is to be tried again
Handlers = Mapping[str, Callable[[Job], Settle]]

LOOK_AGAIN = 500  # milliseconds after which a player looks by itself: other processes cannot ring its bell
AFTER_FAILURE = 5_000  # milliseconds of real time that a lane rests after a handler broke


def play(store: Store, handlers: Handlers, job: Job) -> bool:
    """Do and settle one claimed job. False when its handler broke: the job stays, and its lane rests."""
    try:
        settle = handlers[job.kind](job)
        store.write(job.world, lambda tx: _settle(tx, job, settle), at=job.due_at, epoch=job.epoch)
    except (LaneLost, StaleEpoch) as lost:
        log.info("dropped %s of %s: %s", job.kind, job.owner, type(lost).__name__)
    except Exception:
        log.exception("%s of %s broke: it is tried again", job.kind, job.owner)
        _rest(store, job)
        return False
    return True


def _settle(tx: Tx, job: Job, settle: Settle) -> None:
    again = settle(tx)
    if again is None:
        lanes.finish(tx, job)
    else:
        lanes.postpone(tx, job, again)


def _rest(store: Store, job: Job) -> None:
    try:
        store.write(
            job.world,
            lambda tx: lanes.postpone(tx, job, job.due_at, not_before=tx.real + AFTER_FAILURE),
            at=job.due_at,
            epoch=job.epoch,
        )
    except (LaneLost, StaleEpoch, Unavailable):
        log.info("%s of %s is left to its lease", job.kind, job.owner)


class Player:
    """Plays what comes due as real time goes by, on a few threads."""

    def __init__(self, store: Store, clock: Clock, handlers: Handlers, *, threads: int, lease: int) -> None:
        self._store = store
        self._clock = clock
        self._handlers = handlers
        self._lease = lease
        self._free = threading.Semaphore(threads)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="player")
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
        while not self._stopping.is_set():
            heard = self._store.bell.heard(lanes.PLAYER)
            try:
                claimed = self._claim()
                wake = (
                    None
                    if claimed
                    else self._store.query(lambda connection: lanes.next_wake(connection, self._clock.now()))
                )
            except Unavailable:
                log.exception("the database is unavailable: looking again soon")
                claimed, wake = 0, None
            if not claimed and not self._stopping.is_set():
                self._wait(heard, wake)

    def _wait(self, heard: int, wake: int | None) -> None:
        soon = self._clock.now() + LOOK_AGAIN
        until = soon if wake is None else min(wake, soon)
        self._store.bell.wait(lanes.PLAYER, heard, lambda condition: self._clock.wait(condition, until))

    def _claim(self) -> int:
        """Claim as many lanes as there are free threads, and hand them over; how many that were."""
        now = self._clock.now()
        if not self._store.query(lambda connection: lanes.anything_due(connection, now)):
            return 0
        free = self._take_free()
        claimed: list[Job] = []
        try:
            claimed = self._store.transact(lambda connection: lanes.claim(connection, now, now + self._lease, free))
        finally:
            for _ in range(free - len(claimed)):
                self._free.release()
        for job in claimed:
            self._threads.submit(self._play, job)
        return len(claimed)

    def _take_free(self) -> int:
        self._free.acquire()  # at least one: waits until a thread is free
        taken = 1
        while self._free.acquire(blocking=False):
            taken += 1
        return taken

    def _play(self, job: Job) -> None:
        try:
            play(self._store, self._handlers, job)
        finally:
            self._free.release()
