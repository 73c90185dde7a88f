"""What happened to an order, in the order in which it happened."""

from typing import Any

from sqlalchemy import bindparam, insert, select

from sandbox.store.documents import pack, unpack
from sandbox.store.schema import timeline
from sandbox.store.statements import Statement
from sandbox.store.store import Tx

_ADD = Statement(insert(timeline))
_OF_ORDER = Statement(
    select(timeline.c.at, timeline.c.kind, timeline.c.detail)
    .where(
        timeline.c.world == bindparam("in_world"),
        timeline.c.epoch == bindparam("in_epoch"),
        timeline.c.owner == bindparam("of_owner"),
        timeline.c.order_id == bindparam("of_order"),
    )
    .order_by(timeline.c.id)
)


def note(tx: Tx, owner: str, order_id: int, kind: str, detail: dict[str, Any]) -> None:
    """Add to the order's timeline: `kind` is call, sent, state, kci, attempt or refused."""
    entry = {"owner": owner, "order_id": order_id, "at": tx.now, "kind": kind, "detail": pack(detail)}
    _ADD.change(tx.connection, {**tx.key, **entry})


def of_order(tx: Tx, owner: str, order_id: int) -> list[tuple[int, str, dict[str, Any]]]:
    """(at, kind, detail) of everything that happened to the order."""
    key = {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_owner": owner, "of_order": order_id}
    return [(at, kind, unpack(detail)) for at, kind, detail in _OF_ORDER.rows(tx.connection, key)]
