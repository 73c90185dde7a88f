"""What is left of a world's earlier epochs: rows that nobody sees any more, removed in small batches."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, func, select, tuple_

from sandbox.domain.worldtime import World
from sandbox.store.schema import jobs, lanes, worlds
from sandbox.store.store import Tx
from sandbox.store.tables import metadata
from sandbox.store.worlds import find

_IN_WORLDS = [
    table for table in metadata.sorted_tables if table is not worlds and {"world", "epoch"} <= set(table.c.keys())
]


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
    """The worlds in which there is something to sweep: a look that writes nothing, by one seek per world and table."""
    found: set[str] = set()
    for table in _IN_WORLDS:
        left = select(table.c.world).where(table.c.world == worlds.c.name, table.c.epoch < worlds.c.epoch)
        found.update(connection.execute(select(worlds.c.name).where(worlds.c.epoch > 1, left.exists())).scalars())
    return [find(connection, name) for name in sorted(found)]


def sweep(connection: Connection, world: World, most: int) -> int:
    """Remove up to `most` rows of the world's earlier epochs: how many those were, 0 when none is left.

    Rows that another process is removing are passed over.
    """
    if removed := _sweep_lanes(connection, world, most):
        return removed
    for table in _IN_WORLDS:
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
    old = (table.c.world == world.name, table.c.epoch < world.epoch)
    return select(*table.primary_key.columns).where(*old).limit(most)
