"""Transactions: one per use case, never held over a network call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from sandbox.domain.worldtime import World
from sandbox.store import worlds
from sandbox.store.bell import Bell
from sandbox.store.engines import is_sqlite, open_engines
from sandbox.store.writer import GroupWriter

_TRIES = 5
T = TypeVar("T")


class StaleEpoch(Exception):
    """The world was reset meanwhile: what was begun belongs to an epoch that is gone."""


@dataclass(frozen=True)
class Tx:
    """One transaction in one world, at one moment of world time."""

    connection: Connection
    world: World
    now: int
    rings: set[str] = field(default_factory=set)

    @property
    def key(self) -> dict[str, object]:
        """How every key of this world begins."""
        return {"world": self.world.name, "epoch": self.world.epoch}


class Store:
    """The database of one deployment. `real_now` gives real time in milliseconds."""

    def __init__(self, url: str, real_now: Callable[[], int], *, fsync: bool = False) -> None:
        self.bell = Bell()
        self.real_now = real_now
        self._reading, self._writing = open_engines(url, fsync=fsync)
        self._writer = GroupWriter(self._writing) if is_sqlite(url) else None

    def query(self, work: Callable[[Connection], T]) -> T:
        """Read outside any world."""
        with self._reading.connect() as connection:
            return work(connection)

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Write outside any world. The work may be run more than once; only one run is kept."""
        if self._writer is not None:
            result: T = self._writer.run(work)
            return result
        for attempt in range(_TRIES):
            try:
                with self._writing.begin() as connection:
                    return work(connection)
            except OperationalError:  # PostgreSQL chose this one to end a deadlock
                if attempt == _TRIES - 1:
                    raise
        raise AssertionError("not reached")

    def read(self, world: str, work: Callable[[Tx], T], *, at: int | None = None) -> T:
        """Read in a world, at its present moment or as of `at`."""
        return self.query(lambda connection: work(self._open(connection, world, at)))

    def write(self, world: str, work: Callable[[Tx], T], *, at: int | None = None, epoch: int | None = None) -> T:
        """Write in a world and wake whom it concerns. Raises StaleEpoch if the world is no longer in `epoch`."""

        def run(connection: Connection) -> tuple[T, set[str]]:
            tx = self._open(connection, world, at)
            if epoch is not None and tx.world.epoch != epoch:
                raise StaleEpoch(world)
            return work(tx), tx.rings

        result, rings = self.transact(run)
        self.bell.ring(rings)
        return result

    def close(self) -> None:
        """Finish what is being written and let go of the database."""
        if self._writer is not None:
            self._writer.close()
        self._reading.dispose()
        self._writing.dispose()

    def _open(self, connection: Connection, name: str, at: int | None) -> Tx:
        world = worlds.find(connection, name)
        return Tx(connection, world, world.now(self.real_now()) if at is None else at)
