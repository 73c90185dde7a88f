"""Rows of orders, as the gateway knows them."""

from typing import Any

from sqlalchemy import bindparam, insert, select, update

from sandbox.domain.orders import Order
from sandbox.store.documents import pack, unpack
from sandbox.store.schema import orders
from sandbox.store.statements import Statement
from sandbox.store.store import Tx

_NAMES = (
    "tenant",
    "id",
    "supplier",
    "status",
    "conversation",
    "choice",
    "entity",
    "sequence",
    "supplier_sequence",
    "supplier_reference",
)
_IN_WORLD = (orders.c.world == bindparam("in_world"), orders.c.epoch == bindparam("in_epoch"))
_BY_ID = (*_IN_WORLD, orders.c.tenant == bindparam("of_tenant"), orders.c.id == bindparam("of_id"))
_OF_ID = select(*(orders.c[name] for name in _NAMES)).where(*_BY_ID)
_FIND = Statement(_OF_ID)
_LOCK = Statement(_OF_ID.with_for_update())
_BY_REFERENCE = Statement(
    select(orders.c.id).where(
        *_IN_WORLD,
        orders.c.supplier == bindparam("of_supplier"),
        orders.c.supplier_reference == bindparam("reference"),
        orders.c.tenant == bindparam("of_tenant"),
    )
)
_ADD = Statement(insert(orders))
_SAVE = Statement(
    update(orders)
    .where(*_BY_ID)
    .values(
        status=bindparam("new_status"), entity=bindparam("new_entity"), sequence=bindparam("new_sequence"),
        supplier_sequence=bindparam("new_supplier_sequence"), supplier_reference=bindparam("new_reference"),
    )
)  # fmt: skip


def find(tx: Tx, tenant: str, order_id: int, *, lock: bool = False) -> Order | None:
    """The tenant's order of this id; `lock` keeps others from changing it until this transaction ends."""
    row = (_LOCK if lock else _FIND).one(tx.connection, _key(tx, tenant, order_id))
    if row is None:
        return None
    known = dict(zip(_NAMES, row, strict=True))
    return Order(**{**known, "choice": unpack(known["choice"]), "entity": unpack(known["entity"])})


def find_by_reference(tx: Tx, tenant: str, supplier: str, reference: str) -> int | None:
    """The id of the tenant's order that this supplier knows by its own reference."""
    parameters = {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_supplier": supplier, "of_tenant": tenant}
    row = _BY_REFERENCE.one(tx.connection, parameters | {"reference": reference})
    return None if row is None else int(row[0])


def add(tx: Tx, order: Order) -> None:
    """A new order."""
    row = {name: getattr(order, name) for name in _NAMES}
    _ADD.change(tx.connection, {**tx.key, **row, "choice": pack(order.choice), "entity": pack(order.entity)})


def save(tx: Tx, order: Order) -> None:
    """Keep the order as it is now."""
    changes = {
        "new_status": order.status, "new_entity": pack(order.entity), "new_sequence": order.sequence,
        "new_supplier_sequence": order.supplier_sequence, "new_reference": order.supplier_reference,
    }  # fmt: skip
    _SAVE.change(tx.connection, _key(tx, order.tenant, order.id) | changes)


def _key(tx: Tx, tenant: str, order_id: int) -> dict[str, Any]:
    return {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_tenant": tenant, "of_id": order_id}
