"""Rows of orders as the fake suppliers know them: their side of the door, in their words."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from sandbox.store.documents import pack, unpack
from sandbox.store.schema import supplier_orders
from sandbox.store.statements import Statement
from sandbox.store.store import Tx


@dataclass(frozen=True)
class SupplierOrder:
    """`sequence` counts the KCIs sent. `digest` and `answer` let the same request, sent again, get the same answer."""

    supplier: str
    tenant: str
    id: int
    conversation: str
    sequence: int
    digest: str
    answer: dict[str, Any]
    entity: dict[str, Any]


_NAMES = ("supplier", "tenant", "id", "conversation", "sequence", "digest", "answer", "entity")
_BY_ID = (
    supplier_orders.c.world == bindparam("in_world"),
    supplier_orders.c.epoch == bindparam("in_epoch"),
    supplier_orders.c.supplier == bindparam("of_supplier"),
    supplier_orders.c.tenant == bindparam("of_tenant"),
    supplier_orders.c.id == bindparam("of_id"),
)
_ADD = Statement(insert(supplier_orders))
_FIND = Statement(select(*(supplier_orders.c[name] for name in _NAMES)).where(*_BY_ID))
_SAVE = Statement(
    update(supplier_orders).where(*_BY_ID).values(sequence=bindparam("new_sequence"), entity=bindparam("new_entity"))
)


def find(tx: Tx, supplier: str, tenant: str, order_id: int) -> SupplierOrder | None:
    """The supplier's order of this tenant and gateway id."""
    row = _FIND.one(tx.connection, _key(tx, supplier, tenant, order_id))
    if row is None:
        return None
    *about, answer, entity = row
    values = (*about, unpack(answer), unpack(entity))
    return SupplierOrder(*values)


def add(tx: Tx, order: SupplierOrder) -> None:
    """A new order at the supplier."""
    documents = {"answer": pack(order.answer), "entity": pack(order.entity)}
    _ADD.change(tx.connection, {**tx.key, **vars(order), **documents})


def save(tx: Tx, order: SupplierOrder) -> None:
    """Keep the order as the supplier has it now."""
    changes = {"new_sequence": order.sequence, "new_entity": pack(order.entity)}
    _SAVE.change(tx.connection, _key(tx, order.supplier, order.tenant, order.id) | changes)


def _key(tx: Tx, supplier: str, tenant: str, order_id: int) -> dict[str, Any]:
    return {
        "in_world": tx.world.name,
        "in_epoch": tx.world.epoch,
        "of_supplier": supplier,
        "of_tenant": tenant,
        "of_id": order_id,
    }
