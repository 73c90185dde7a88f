"""Going back: a snapshot keeps a world as it is, and restoring it begins a new epoch with all that was in it.

What was waiting waits again, each thing at its own time, and is played as after a crash. What comes of it has ids of
the new epoch, so it is not taken for what came of it the first time. Numbers go on from the highest ever given out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.domain.errors import INVALID_REQUEST, Problem
from sandbox.domain.worldtime import gone_back
from sandbox.store import snapshots
from sandbox.store.snapshots import Snapshot
from sandbox.store.store import Store, Tx
from sandbox.world.reset import Reset, begin

Check = Callable[[Tx], None]  # raises where what is open in a world cannot be brought back


@dataclass(frozen=True)
class Room:
    """How many snapshots somebody may keep of a world, and of how many bytes each."""

    count: int
    bytes: int


def take(store: Store, world: str, owner: str, name: str, room: Room, check: Check, epoch: int | None) -> Snapshot:
    """Keep the world as it is under this name. Refuses a name that is in use, and what there is no room for."""

    def work(tx: Tx) -> Snapshot:
        check(tx)
        present = snapshots.of_owner(tx, owner)
        if name in [each.name for each in present]:
            raise _refused(f"you have a snapshot {name} already: delete it first, or take another name")
        if len(present) >= room.count:
            raise _refused(f"you have {len(present)} snapshots, as many as are kept: delete one first")
        rows, size = snapshots.size(tx)
        if size > room.bytes:
            # how much it is would tell those who share the world of each other
            raise _refused(f"the world holds more than the {room.bytes} bytes of a snapshot: take it earlier")
        return snapshots.put(tx, owner, name, rows, size)

    return store.write(world, work, epoch=epoch, one_moment=True)


def restore(store: Store, world: str, owner: str, name: str, check: Check) -> Reset | None:
    """Begin the world's next epoch as its snapshot has it, whatever is under way; None when there is none."""

    def work(tx: Tx) -> Reset | None:
        snapshot = snapshots.find(tx, owner, name)
        if snapshot is None:
            return None
        done = begin(tx, gone_back(tx.world, tx.real, snapshot.at, snapshot.rate))
        snapshots.copy_into(tx, snapshot, done.world)
        check(replace(tx, world=done.world))
        return done

    return store.write(world, work)


def forget(store: Store, world: str, owner: str, name: str, epoch: int | None) -> bool:
    """Whether there was such a snapshot, which is gone now."""

    def work(tx: Tx) -> bool:
        snapshot = snapshots.find(tx, owner, name)
        if snapshot is not None:
            snapshots.forget(tx, snapshot)
        return snapshot is not None

    return store.write(world, work, epoch=epoch)


def _refused(message: str) -> Problem:
    return Problem(INVALID_REQUEST, (message,), 409)
