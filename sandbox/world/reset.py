"""Beginning a world anew: one transaction raises its epoch, and everything that was in it is invisible at once.

Its time begins again. Counters go on, and what lies outside worlds (credentials, callbacks) stays as it is. What the
earlier epochs left is swept in small batches afterwards, by whoever gets to it: a crash leaves only more to sweep.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from sandbox.domain.durations import to_ms
from sandbox.domain.worldtime import World, begun_anew
from sandbox.store import claiming, epochs, founding, lanes, terms, worlds
from sandbox.store.lanes import Job
from sandbox.store.store import Store, Tx

KCIS = ("beat", "post", "deliver", "push")  # jobs that would have become a KCI, or brought one
BATCH = 200  # rows that one transaction of a sweep removes


@dataclass(frozen=True)
class Reset:
    """The world as it begins anew; what players had of it at that moment; and how many KCIs, by owner, never come."""

    world: World
    on_the_wire: tuple[Job, ...]
    cancelled: Mapping[str, int]


def beginning(world_start: str, real: int) -> int:
    """World time at a world's beginning, as SANDBOX_WORLD_START has it. Raises INVALID_REQUEST for no moment."""
    return real if world_start == "now" else to_ms(world_start)


def reset(store: Store, name: str, world_start: str) -> Reset:
    """Begin the world anew, whatever is under way in it."""
    return store.write(name, lambda tx: begin(tx, _anew(tx, world_start, tx.world.resets_at)))


def reset_if_due(store: Store, name: str, world_start: str, due: int, following: int | None) -> Reset | None:
    """Begin the world anew as the timetable says. None when another process has done so for that time (`due`)."""

    def work(tx: Tx) -> Reset | None:
        return begin(tx, _anew(tx, world_start, following)) if tx.world.resets_at == due else None

    return store.write(name, work)


def _anew(tx: Tx, world_start: str, resets_at: int | None) -> World:
    return begun_anew(tx.world, tx.real, beginning(world_start, tx.real), resets_at)


def begin(tx: Tx, world: World) -> Reset:
    """Make this the world's next epoch, with nothing in it, in a transaction that is open."""
    worlds.begin_epoch(tx.connection, world)  # from here on nothing more is claimed: what was is all that there is
    on_the_wire = claiming.leased(tx)
    cancelled = Counter(epochs.waiting(tx, KCIS))
    cancelled.subtract(job.owner for job in on_the_wire if job.kind in KCIS)
    tx.rings.add(lanes.playing(tx.world.name))
    return Reset(world, tuple(on_the_wire), cancelled)


def sweep(store: Store, go_on: Callable[[], bool]) -> int:
    """Remove what earlier epochs and forgotten snapshots left of any world, then worlds that were closed. How many rows
    that were; asks after each batch.
    """
    removed = 0
    for world in store.query(epochs.with_leftovers):
        while batch := store.transact(partial(epochs.sweep, world=world, most=BATCH)):
            removed += batch
            if not go_on():
                return removed
    if closed := store.query(terms.closed_worlds):
        left = {world.name for world in store.query(epochs.with_leftovers)}
        for name in sorted(set(closed) - left):
            store.transact(partial(founding.erase_world, name=name))
    return removed
