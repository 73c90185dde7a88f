"""Transactions: one per use case, never held over a network call."""

from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, exc, insert

from sandbox.domain.errors import invalid
from sandbox.domain.worldtime import World
from sandbox.store import worlds
from sandbox.store.accounts import numbers_of
from sandbox.store.bell import Bell
from sandbox.store.documents import pack
from sandbox.store.engines import open_engines, own_file, sqlite_file
from sandbox.store.schema import timeline
from sandbox.store.statements import Statement
from sandbox.store.writer import GroupWriter, Waiting

PLAYED = "played"  # the kind of numbers that count what was played of an owner's
CURSOR = "cursor"  # and of those that count the KCIs which it was told
FORGOTTEN = "forgotten"  # and of those that count how often something of its conversation was removed

_TRIES = 5
# The database is out of reach, out of connections, or (PostgreSQL) has ended a deadlock at this one's expense.
_TROUBLE = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)
_UNFIT = "a value holds a character or a number that cannot be kept, such as U+0000"
_KEEP_NOTES = Statement(insert(timeline))
T = TypeVar("T")


class StaleEpoch(Exception):
    """The world was reset or closed meanwhile: what was begun belongs to an epoch that is gone."""


class Unavailable(Exception):
    """The database could not do it: nothing was kept, and it may work again later."""


class Uncertain(Unavailable):
    """The database went away while it was committing: whether anything was kept, nobody knows."""


@dataclass
class Acted:
    """When a call of this owner's acted: its world's time, and how much had been played of the owner's, and how many
    KCIs it had been told, as of its first write, or else of its last read.

    `place` tells which of the owner's calls acted first, whenever they came: all numbers that the owner was given by
    then, twice, so that what was given a number itself stands between those who saw it not yet, and already.
    """

    owner: str
    at: int | None = None
    played: int = 0
    told: int = 0
    place: int = 0
    written: bool = False

    def note(self, tx: "Tx") -> None:
        """It acts in this transaction."""
        given = numbers_of(tx.connection, tx.world.name, self.owner)
        self.at, self.played, self.told = tx.now, given.get(PLAYED, 0), given.get(CURSOR, 0)
        self.place = 2 * sum(given.values())

    def wrote(self, tx: "Tx") -> None:
        """All that it writes in this transaction is written."""
        after = 2 * sum(numbers_of(tx.connection, tx.world.name, self.owner).values())
        if after > self.place:
            self.place = after - 1


# Whoever records a call sets this for it; a call that it makes inside this process has a context of its own.
ACTED: ContextVar[Acted | None] = ContextVar("acted", default=None)


@dataclass(frozen=True)
class Tx:
    """One transaction in one world, at one moment: `now` in world time, `real` in real time.

    `rings` are rung once it is committed; `notes`, for the timelines of (owner, thing), are kept at its end.
    """

    connection: Connection
    world: World
    now: int
    real: int
    rings: set[str] = field(default_factory=set)
    notes: dict[tuple[str, str], list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)

    @property
    def key(self) -> dict[str, object]:
        """How every key of this world begins."""
        return {"world": self.world.name, "epoch": self.world.epoch}


class Store:
    """The database of one deployment. `real_now` gives real time in milliseconds; whoever has to wait until others have
    written is in `waiting` meanwhile.
    """

    def __init__(
        self, url: str, real_now: Callable[[], int], *, fsync: bool = False, waiting: Waiting = nullcontext
    ) -> None:
        self.bell = Bell()
        self.real_now = real_now
        file = sqlite_file(url)
        with ExitStack() as opened:
            self._owned = opened.enter_context(own_file(file)) if file else None
            self._reading, self._writing = open_engines(url, fsync=fsync)
            opened.pop_all()  # what was opened stays so, now that nothing of it failed
        self._writer = GroupWriter(self._writing, waiting) if file else None

    def query(self, work: Callable[[Connection], T]) -> T:
        """Read outside any world, as of one moment. Raises Unavailable; a Problem for a value that cannot be there."""
        try:
            with self._reading.begin() as connection:
                return work(connection)
        except _TROUBLE as error:
            raise Unavailable(str(error)) from error
        except exc.DataError:
            raise invalid(_UNFIT) from None

    def transact(self, work: Callable[[Connection], T], *, one_moment: bool = False) -> T:
        """Write outside any world. The work may be run more than once; only one run is kept.

        With `one_moment` all that it reads is as of one moment, so that it can copy; it must not change what others
        change. Raises Unavailable when nothing could be kept, Uncertain when something may have been; a Problem when a
        value is of a kind that cannot be kept.
        """
        for attempt in range(_TRIES):
            last = self._writer is not None or attempt == _TRIES - 1
            try:
                return self._run(work, one_moment)
            except Uncertain:  # done again, it might be done twice
                raise
            except (*_TROUBLE, worlds.Outrun) as error:
                if last:
                    raise Unavailable(str(error)) from error
            except exc.IntegrityError:  # another process entered the same key a moment ago: now it can be seen
                if last:
                    raise
            except exc.DataError:
                raise invalid(_UNFIT) from None
        raise AssertionError("not reached")

    def _run(self, work: Callable[[Connection], T], one_moment: bool) -> T:
        if self._writer is not None:
            result: T = self._writer.run(work)
            return result
        done = False
        try:
            with (self._reading if one_moment else self._writing).begin() as connection:
                kept = work(connection)
                done = True
            return kept
        except exc.DBAPIError as error:
            if done and error.connection_invalidated:
                raise Uncertain(str(error)) from error
            raise

    def read(self, world: str, work: Callable[[Tx], T], *, at: int | None = None, epoch: int | None = None) -> T:
        """Read in a world, at its present moment or as of `at`. Raises StaleEpoch if it is no longer in `epoch`."""
        acted = _unwritten()

        def run(connection: Connection) -> T:
            tx = self._open(connection, world, at, epoch)
            if acted is not None:
                acted.note(tx)
            return work(tx)

        return self.query(run)

    def write(
        self,
        world: str,
        work: Callable[[Tx], T],
        *,
        at: int | None = None,
        epoch: int | None = None,
        one_moment: bool = False,
        acts: bool = True,
    ) -> T:
        """Write in a world and wake whom it concerns. Raises StaleEpoch if the world is no longer in `epoch`.

        What happens around a call, and is not what it does, says `acts=False`.
        """
        acted = _unwritten() if acts else None

        def run(connection: Connection) -> tuple[T, set[str]]:
            tx = self._open(connection, world, at, epoch)
            if acted is not None:
                acted.note(tx)
            result = work(tx)
            _keep_notes(tx)
            if acted is not None:
                acted.wrote(tx)
            return result, tx.rings

        result, rings = self.transact(run, one_moment=one_moment)
        if acted is not None:
            acted.written = True
        self.bell.ring(rings)
        return result

    def close(self) -> None:
        """Finish what is being written and let go of the database."""
        if self._writer is not None:
            self._writer.close()
        self._reading.dispose()
        self._writing.dispose()
        if self._owned is not None:
            self._owned.close()

    def _open(self, connection: Connection, name: str, at: int | None, epoch: int | None) -> Tx:
        world = worlds.look(connection, name)
        if world is None or (epoch is not None and world.epoch != epoch):
            raise StaleEpoch(name)
        real = self.real_now()
        return Tx(connection, world, world.now(real) if at is None else at, real)


def acting_at() -> int | None:
    """The moment at which the call of this context has acted, as far as it is recorded and has."""
    acted = ACTED.get()
    return None if acted is None else acted.at


def act_anew() -> None:
    """The call of this context acts with its next write, whatever it has written: what was under way ends first."""
    acted = ACTED.get()
    if acted is not None:
        acted.written = False


def _unwritten() -> Acted | None:
    """Who wants to know when this call acts, and has not been told by a write."""
    acted = ACTED.get()
    return None if acted is None or acted.written else acted


def _keep_notes(tx: Tx) -> None:
    """One row for what this transaction notes about one thing."""
    rows = [
        {**tx.key, "owner": owner, "entity": entity, "at": tx.now, "real": tx.real, "notes": pack(notes)}
        for (owner, entity), notes in tx.notes.items()
    ]
    _KEEP_NOTES.change_all(tx.connection, rows)
