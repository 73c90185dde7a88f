"""Who may have one of the player's threads: what is slow delays only itself.

A line of work is what one owner has of one kind: its pushes to its endpoint, say, or what it sends to suppliers. What
has been played for as long as SLOW gives its thread back to the others and goes on in a spare one. Its line is played
one thing at a time from then on, until something of it was quick.
"""

import threading
from collections import Counter

from sandbox.store.lanes import Job, line_of
from sandbox.store.shares import Shares

SLOW = 1_000  # milliseconds of real time

_Key = tuple[int, int]  # the lane and the fence of what is played


class Bulkhead:
    """The threads of one player. An owner gets at most half of them at once. `spare` are those for what is slow."""

    def __init__(self, threads: int, spare: int) -> None:
        self._threads = threads
        self._spare = spare
        self._share = max(1, threads // 2)
        self._quick: dict[_Key, tuple[Job, int | None]] = {}  # with the moment at which it began, if it has
        self._waiting: dict[_Key, Job] = {}
        self._slow: set[str] = set()
        self._put_off: dict[str, int] = {}  # lines that have had their share until that moment
        self._lock = threading.Lock()

    def free(self, now: int) -> int:
        """How many threads there are for more, now that what has become slow has given its own back."""
        with self._lock:
            self._put_off = {line: until for line, until in self._put_off.items() if until > now}
            for key, (job, began) in list(self._quick.items()):
                if began is not None and now - began >= SLOW:
                    self._slow.add(line_of(job))
                    if len(self._waiting) < self._spare:
                        self._waiting[key] = job
                        del self._quick[key]
            return max(0, self._threads - len(self._quick))

    def take(self, job: Job) -> None:
        """It gets a thread."""
        with self._lock:
            self._quick[job.lane_id, job.fence] = job, None

    def begin(self, job: Job, now: int) -> None:
        """It is its turn: until then it was not slow, but others were before it."""
        with self._lock:
            self._quick[job.lane_id, job.fence] = job, now

    def put_off(self, job: Job, until: int) -> bool:
        """Nothing of its line before this moment: it rests, as all that was claimed of it would have to."""
        with self._lock:
            self._put_off[line_of(job)] = until
        return False

    def end(self, job: Job, now: int, following: Job | None = None) -> bool:
        """It is done with, and its thread goes on with `following`. Whether somebody who was at a limit may have more
        now.
        """
        with self._lock:
            at_limit = (
                len(self._quick) == self._threads
                or line_of(job) in self._slow
                or sum(each.owner == job.owner for each, _ in self._quick.values()) >= self._share
            )
            key = job.lane_id, job.fence
            waited = self._waiting.pop(key, None) is not None
            _, began = self._quick.pop(key, (job, None))
            if waited or (began is not None and now - began >= SLOW):
                self._slow.add(line_of(job))
            else:
                self._slow.discard(line_of(job))
            if following is not None:
                self._quick[following.lane_id, following.fence] = following, None
            return at_limit and (following is None or following.owner != job.owner)

    def is_quick(self, job: Job) -> bool:
        """Whether it has a thread that is not one of the spare ones."""
        with self._lock:
            return (job.lane_id, job.fence) in self._quick

    def shares(self, beside: Job | None = None) -> Shares:
        """What everybody has, for the next claim; `beside` what is about to end."""
        with self._lock:
            quick = [job for job, _ in self._quick.values() if job is not beside]
            lines = Counter(line_of(job) for job in (*quick, *self._waiting.values()))
            crowded = len(self._waiting) >= self._spare
            slow = (line for line in self._slow if crowded or lines[line])
            barred = frozenset((*slow, *self._put_off))
            alone = frozenset(self._slow) - barred
            return Shares(Counter(job.owner for job in quick), self._share, barred, alone)
