"""What is left of a world's earlier epochs: rows that nobody sees any more, removed in small batches."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, func, select, tuple_

from sandbox.domain.worldtime import World
from sandbox.store.schema import jobs, lanes, metadata, worlds
from sandbox.store.store import Tx

# A job belongs to its lane's epoch, and goes with it.
_ROWS = [
    table
    for table in metadata.sorted_tables
    if table not in (worlds, lanes) and {"world", "epoch"} <= set(table.columns.keys())
]


def waiting(tx: Tx, kinds: Collection[str]) -> Mapping[str, int]:
    """How many jobs of these kinds wait in the world's lanes, by owner, those among them that players have."""
    rows = tx.connection.execute(
        select(lanes.c.owner, func.count())
        .join(jobs, jobs.c.lane_id == lanes.c.id)
        .where(lanes.c.world == tx.world.name, lanes.c.epoch == tx.world.epoch, jobs.c.kind.in_(kinds))
        .group_by(lanes.c.owner)
    )
    return dict(rows.tuples().all())


def sweep(connection: Connection, world: World, most: int) -> int:
    """Remove about `most` rows of the world's earlier epochs: how many those were, 0 when none is left.

    Rows that another process is removing are passed over.
    """
    old = select(lanes.c.id).where(lanes.c.world == world.name, lanes.c.epoch < world.epoch)
    lane_ids = connection.execute(old.limit(most).with_for_update(skip_locked=True)).scalars().all()
    if lane_ids:
        removed = connection.execute(delete(jobs).where(jobs.c.lane_id.in_(lane_ids))).rowcount
        return removed + connection.execute(delete(lanes).where(lanes.c.id.in_(lane_ids))).rowcount
    for table in _ROWS:
        key = tuple_(*table.primary_key.columns)
        old_rows = select(*table.primary_key.columns).where(table.c.world == world.name, table.c.epoch < world.epoch)
        batch = old_rows.limit(most).with_for_update(skip_locked=True)
        if removed := connection.execute(delete(table).where(key.in_(batch))).rowcount:
            return removed
    return 0
