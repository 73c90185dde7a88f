"""What suppliers have sent: every KCI id with its answer, and the bodies of those that wait for a missing one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from sandbox.store.documents import pack, unpack
from sandbox.store.schema import received
from sandbox.store.statements import Row, Statement
from sandbox.store.store import Tx


@dataclass(frozen=True)
class Received:
    """A supplier's KCI. `held`: it waits for one that is missing. `refusal` says why it was refused, None if taken."""

    supplier: str
    kci: str
    tenant: str
    order_id: int
    sequence: int
    received_on: int
    digest: str
    held: bool
    refusal: tuple[str, ...] | None
    body: dict[str, Any] | None


_NAMES = ("supplier", "kci", "tenant", "order_id", "sequence", "received_on", "digest", "held", "refusal", "body")
_COLUMNS = tuple(received.c[name] for name in _NAMES)
_IN_WORLD = (received.c.world == bindparam("in_world"), received.c.epoch == bindparam("in_epoch"))
_BY_ID = (*_IN_WORLD, received.c.supplier == bindparam("of_supplier"), received.c.kci == bindparam("of_kci"))
_ADD = Statement(insert(received))
_FIND = Statement(select(*_COLUMNS).where(*_BY_ID))
_HELD = Statement(
    select(*_COLUMNS)
    .where(
        *_IN_WORLD,
        received.c.tenant == bindparam("of_tenant"),
        received.c.order_id == bindparam("of_order"),
        received.c.held,
    )
    .order_by(received.c.sequence, received.c.received_on, received.c.kci)
)
_SETTLE = Statement(update(received).where(*_BY_ID).values(held=False, body=None))


def add(tx: Tx, item: Received) -> None:
    """Remember a supplier's KCI."""
    row = vars(item) | {"refusal": _packed(item.refusal), "body": _packed(item.body)}
    _ADD.change(tx.connection, {**tx.key, **row})


def find(tx: Tx, supplier: str, kci: str) -> Received | None:
    """The KCI of this id, if this supplier has sent it before."""
    row = _FIND.one(tx.connection, _key(tx) | {"of_supplier": supplier, "of_kci": kci})
    return None if row is None else _from_row(row)


def held(tx: Tx, tenant: str, order_id: int) -> list[Received]:
    """The KCIs of an order that wait, the lowest number first."""
    rows = _HELD.rows(tx.connection, _key(tx) | {"of_tenant": tenant, "of_order": order_id})
    return [_from_row(row) for row in rows]


def settle(tx: Tx, item: Received) -> None:
    """A held KCI was judged, whatever came of it: its sender was told that it was taken, and is told so again."""
    _SETTLE.change(tx.connection, _key(tx) | {"of_supplier": item.supplier, "of_kci": item.kci})


def _packed(document: Any) -> bytes | None:
    return None if document is None else pack(document)


def _from_row(row: Row) -> Received:
    *about, held, refusal, body = row
    why = None if refusal is None else tuple(unpack(refusal))
    values = (*about, bool(held), why, None if body is None else unpack(body))
    return Received(*values)


def _key(tx: Tx) -> dict[str, Any]:
    return {"in_world": tx.world.name, "in_epoch": tx.world.epoch}
