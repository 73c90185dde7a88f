"""What has been kept for so long that it goes, although its world was not reset: timelines, and what was recorded."""

from sqlalchemy import Connection, delete, select

from sandbox.store.accounts import next_number
from sandbox.store.recording_tables import conversation
from sandbox.store.schema import timeline, worlds
from sandbox.store.store import FORGOTTEN

# Both are written as time goes by, so the oldest come first; a snapshot's copies go with the snapshot.
_AGING = ((timeline, timeline.c.real), (conversation, conversation.c.came))
_ALIVE = select(worlds.c.name)


def forget(connection: Connection, before: int, most: int) -> int:
    """Remove up to `most` rows of before this moment of real time: how many those were, 0 when none is left.

    Whose conversation is no longer whole is counted (FORGOTTEN).
    """
    for table, real in _AGING:
        oldest = select(table.c.id, table.c.world, table.c.owner, real).where(table.c.world.in_(_ALIVE))
        found = connection.execute(oldest.order_by(table.c.id).limit(most)).all()
        old = [(each, world, owner) for each, world, owner, at in found if at < before]
        if not old:
            continue
        if table is conversation:
            for world, owner in sorted({(world, owner) for _, world, owner in old}):
                next_number(connection, world, owner, FORGOTTEN)
        return connection.execute(delete(table).where(table.c.id.in_([each for each, *_ in old]))).rowcount
    return 0
