"""What happened to an order, in the order in which it happened."""

from typing import Any

from sqlalchemy import bindparam, select

from sandbox.domain.entities import Ref
from sandbox.store.documents import unpack
from sandbox.store.schema import timeline
from sandbox.store.statements import Statement
from sandbox.store.store import Tx

_OF_ENTITY = Statement(
    select(timeline.c.at, timeline.c.notes)
    .where(
        timeline.c.world == bindparam("in_world"),
        timeline.c.epoch == bindparam("in_epoch"),
        timeline.c.owner == bindparam("of_owner"),
        timeline.c.entity == bindparam("of_entity"),
    )
    .order_by(timeline.c.id)
)

_OF_OWNER = (
    select(timeline.c.entity, timeline.c.notes)
    .where(
        timeline.c.world == bindparam("in_world"),
        timeline.c.epoch == bindparam("in_epoch"),
        timeline.c.owner == bindparam("of_owner"),
    )
    .order_by(timeline.c.id.desc())
    .limit(bindparam("most"))
)


def note(tx: Tx, owner: str, ref: Ref, kind: str, detail: dict[str, Any]) -> None:
    """Add to the order's timeline: `kind` is call, sent, state, kci, attempt or refused. It is kept with the rest."""
    tx.notes.setdefault((owner, str(ref)), []).append((kind, detail))


def of_entity(tx: Tx, owner: str, ref: Ref) -> list[tuple[int, str, dict[str, Any]]]:
    """(at, kind, detail) of everything that happened to the order."""
    key = {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_owner": owner, "of_entity": str(ref)}
    rows = _OF_ENTITY.rows(tx.connection, key)
    return [(at, kind, detail) for at, notes in rows for kind, detail in unpack(notes)]


def of_owner(tx: Tx, owner: str, most: int) -> list[tuple[str, str, dict[str, Any]]]:
    """(about what, kind, detail) of the last that happened to all of the owner's things, oldest first."""
    key = {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_owner": owner, "most": most}
    rows = tx.connection.execute(_OF_OWNER, key).all()
    return [(entity, kind, detail) for entity, notes in reversed(rows) for kind, detail in unpack(notes)]
