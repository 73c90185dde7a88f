"""Who computes. Python runs one thread at a time, and many that contend for it hold each other up with every statement
of SQL; so they get turns here. Owners are served one after another: whoever wants much waits for itself.

A turn is for computing alone: who waits for somebody else goes `away` meanwhile. What has its turn for LONG, for
whatever reason, goes on beside the others.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sandbox.world.clock import Clock, stopwatch

LONG = 0.05  # seconds
MOST_PATIENT = 5 * LONG  # seconds after which whoever waits looks whether somebody has had its turn for too long
CALLS = 7  # calls of an owner that are served before one of its jobs: somebody waits for their answers

_here = threading.local()  # the turn that this thread has


@dataclass(eq=False)
class _Turn:
    """A turn that somebody wants, or has `since` a moment of the stopwatch."""

    turns: "Turns"
    owner: str
    is_job: bool
    begun: bool = False
    since: float = 0
    gate: threading.Lock = field(default_factory=threading.Lock)


@dataclass(eq=False)
class _Line:
    """Those of one owner that wait: what was `away` goes first, then calls. `served` is how many calls have gone since
    the last job.
    """

    back: deque[_Turn] = field(default_factory=deque)
    calls: deque[_Turn] = field(default_factory=deque)
    jobs: deque[_Turn] = field(default_factory=deque)
    served: int = 0

    def of(self, turn: _Turn) -> deque[_Turn]:
        """Where it waits."""
        return self.back if turn.begun else self.jobs if turn.is_job else self.calls

    def next(self) -> _Turn:
        """Whose turn it is."""
        if self.back:
            return self.back.popleft()
        if self.calls and (self.served < CALLS or not self.jobs):
            self.served += 1
            return self.calls.popleft()
        self.served = 0
        return self.jobs.popleft()

    def __bool__(self) -> bool:
        return bool(self.back or self.calls or self.jobs)


class Turns:
    """So many compute at once, and `waiting` is how many would like to."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lock = threading.Lock()
        self._having: set[_Turn] = set()
        self.waiting = 0
        self._lines: OrderedDict[str, _Line] = OrderedDict()  # the owner that is next comes first

    @contextmanager
    def turn(self, owner: str, *, job: bool = False) -> Iterator[None]:
        """Have a turn while the block lasts, as soon as it is the owner's; who has one already keeps it."""
        if _mine() is not None:
            yield
            return
        turn = _Turn(self, owner, job)
        self.take(turn)
        _here.turn = turn
        try:
            yield
        finally:
            _here.turn = None
            self.give(turn)

    def take(self, turn: _Turn) -> None:
        """Wait for it."""
        with self._lock:
            if len(self._having) < self._at_once:  # nobody waits then
                self._begin(turn)
                return
            turn.gate.acquire()
            self._lines.setdefault(turn.owner, _Line()).of(turn).append(turn)
            self.waiting += 1
            patience = min(LONG * self.waiting, MOST_PATIENT)  # not all who wait need to look every time
        try:
            while not turn.gate.acquire(timeout=patience):
                with self._lock:
                    self._having -= {each for each in self._having if each.since < stopwatch() - LONG}
                    self._serve()
        except BaseException:  # a Ctrl-C, say
            self._leave(turn)
            raise
        turn.gate.release()

    def give(self, turn: _Turn) -> None:
        """Let the next one have it."""
        with self._lock:
            self._having.discard(turn)
            self._serve()

    def _leave(self, turn: _Turn) -> None:
        """Want it no more."""
        with self._lock:
            line = self._lines.get(turn.owner)
            if line is not None and turn in line.of(turn):
                line.of(turn).remove(turn)
                self.waiting -= 1
                if not line:
                    del self._lines[turn.owner]
        self.give(turn)

    def _serve(self) -> None:
        while self._lines and len(self._having) < self._at_once:
            owner, line = self._lines.popitem(last=False)
            turn = line.next()
            self.waiting -= 1
            if line:
                self._lines[owner] = line
            self._begin(turn)
            turn.gate.release()

    def _begin(self, turn: _Turn) -> None:
        turn.begun, turn.since = True, stopwatch()
        self._having.add(turn)


@contextmanager
def away() -> Iterator[None]:
    """Have no turn while the block lasts: for waiting. Does nothing where there is none. Who comes back is the first of
    its owner's: it may have a connection, or a thread, that others wait for.
    """
    turn = _mine()
    if turn is None:
        yield
        return
    _here.turn = None
    turn.turns.give(turn)
    try:
        yield
    finally:
        turn.turns.take(turn)
        _here.turn = turn


def pause(clock: Clock, milliseconds: int) -> None:
    """Let so much real time go by."""
    until, unrung = clock.now() + milliseconds, threading.Condition()
    with away(), unrung:
        while clock.now() < until:
            clock.wait(unrung, until)


def let_others() -> None:
    """Whoever waits for a turn comes first, before this goes on: its owner's other calls too."""
    turn = _mine()
    if turn is not None:
        turn.turns.give(turn)
        turn.begun = False
        turn.turns.take(turn)


def _mine() -> _Turn | None:
    return getattr(_here, "turn", None)
