"""Keeps what tenants ask and are answered, so that a conversation can be played again.

A call does not wait for it: what was said is gathered, and written many at a time. A tenant's conversation is bounded
in bytes in every epoch; what comes after that is not kept.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sandbox.store import recordings
from sandbox.store.recordings import Exchange
from sandbox.store.store import Store, Unavailable
from sandbox.world.turns import Turns, away

GATHER = 0.05  # seconds that something said may wait for more
MANY = 200  # exchanges that whoever comes next writes rather than let wait
KNOWN = 10_000  # conversations whose size is remembered
HOUR = 3_600_000  # milliseconds after which sizes are looked up anew: what is old is removed by whoever gets to it

_Whose = tuple[str, int, str]  # (world, epoch, owner)


class Recorder:
    """`most` bytes are kept of a conversation, 0 for none. `start` makes it write by itself; else `flush` does."""

    def __init__(self, store: Store, most: int, turns: Turns) -> None:
        self.most = most
        self.real_now = store.real_now
        self._store = store
        self._turns = turns
        self._said: deque[Exchange] = deque()
        self._sizes: OrderedDict[_Whose, int] = OrderedDict()
        self._hour = 0
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Write from now on, soon after something was said."""
        self._thread = threading.Thread(target=self._serve, name="recorder", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what was said so far."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def note(self, exchange: Exchange) -> None:
        """Keep an exchange."""
        self._said.append(exchange)
        if len(self._said) >= MANY:
            self.flush()
        self._wake.set()

    def flush(self) -> None:
        """Write what was said so far: whoever reads a conversation does so first."""
        with self._alone():
            if self._hour != (hour := self.real_now() // HOUR):
                self._sizes.clear()
                self._hour = hour
            said = [self._said.popleft() for _ in range(len(self._said))]
            kept = [each for each in said if self._has_room(each)]
            if kept:
                try:
                    self._store.transact(partial(recordings.add, exchanges=kept))
                except Unavailable:
                    self._said.extendleft(reversed(kept))
                    raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else writes meanwhile. Who does may have to wait for its turn: so nobody waits for it who has one."""
        if not self._writing.acquire(blocking=False):
            with away():
                self._writing.acquire()
        try:
            yield
        finally:
            self._writing.release()

    def full(self, world: str, epoch: int, owner: str) -> bool:
        """Whether something of this conversation may be missing at its end."""
        return self._size((world, epoch, owner)) >= self.most

    def _has_room(self, exchange: Exchange) -> bool:
        whose = (exchange.world, exchange.epoch, exchange.owner)
        before = self._size(whose)
        if before >= self.most:
            return False
        self._sizes[whose] = before + exchange.size
        return True

    def _size(self, whose: _Whose) -> int:
        if whose not in self._sizes:
            self._sizes[whose] = self._store.query(lambda connection: recordings.size(connection, *whose))
            if len(self._sizes) > KNOWN:
                self._sizes.popitem(last=False)
        return self._sizes[whose]

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._stopping.wait(GATHER)
            self._wake.clear()
            try:
                with self._turns.turn("recorder"):
                    self.flush()
            except Unavailable:
                continue
