"""What is left of a world's earlier epochs, and of snapshots taken off its shelf: rows that nobody sees any more,
removed in small batches.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, delete, func, or_, select, tuple_

from sandbox.domain.worldtime import World
from sandbox.store.lane_tables import jobs, lanes
from sandbox.store.schema import worlds
from sandbox.store.snapshot_tables import snapshots
from sandbox.store.snapshots import shelf
from sandbox.store.store import Tx
from sandbox.store.tables import IN_WORLDS
from sandbox.store.worlds import find


def waiting(tx: Tx, kinds: Collection[str]) -> Mapping[str, int]:
    """How many jobs of these kinds wait in the world's lanes, by owner, those among them that players have."""
    rows = tx.connection.execute(
        select(lanes.c.owner, func.count())
        .join(jobs, jobs.c.lane_id == lanes.c.id)
        .where(lanes.c.world == tx.world.name, lanes.c.epoch == tx.world.epoch, jobs.c.kind.in_(kinds))
        .group_by(lanes.c.owner)
    )
    return dict(rows.all())


def with_leftovers(connection: Connection) -> list[World]:
    """The worlds of which there is something to sweep: a look that writes nothing."""
    found: set[str] = set()
    kept = select(snapshots.c.number).where(snapshots.c.world == worlds.c.name)
    for table in IN_WORLDS:
        old = select(table.c.world).where(table.c.world == worlds.c.name, table.c.epoch < worlds.c.epoch)
        on_shelf = table.c.world == shelf(worlds.c.name)
        off_the_shelf = select(table.c.world).where(on_shelf, table.c.epoch.not_in(kept.correlate(worlds)))
        query = select(worlds.c.name).where(or_(old.exists(), off_the_shelf.exists()))
        found.update(connection.execute(query).scalars())
    return [find(connection, name) for name in sorted(found)]


def sweep(connection: Connection, world: World, most: int) -> int:
    """Remove up to `most` of those rows: how many those were, 0 when none is left.

    Rows that another process is removing are passed over.
    """
    if removed := _sweep_lanes(connection, world, most):
        return removed
    for table in IN_WORLDS:
        key = tuple_(*table.primary_key.columns)
        batch = _left(table, world, most).with_for_update(skip_locked=True)
        if removed := connection.execute(delete(table).where(key.in_(batch))).rowcount:
            return removed
    return 0


def _sweep_lanes(connection: Connection, world: World, most: int) -> int:
    """Lanes go with the jobs that wait in them, of which most have a few."""
    some = _left(lanes, world, max(1, most // 5)).with_for_update(skip_locked=True)
    lane_ids = connection.execute(some).scalars().all()
    if not lane_ids:
        return 0
    removed = connection.execute(delete(jobs).where(jobs.c.lane_id.in_(lane_ids))).rowcount
    return removed + connection.execute(delete(lanes).where(lanes.c.id.in_(lane_ids))).rowcount


def _left(table: Table, world: World, most: int) -> Select[Any]:
    kept = select(snapshots.c.number).where(snapshots.c.world == world.name)
    old = and_(table.c.world == world.name, table.c.epoch < world.epoch)
    off_the_shelf = and_(table.c.world == shelf(world.name), table.c.epoch.not_in(kept))
    return select(*table.primary_key.columns).where(or_(old, off_the_shelf)).limit(most)
