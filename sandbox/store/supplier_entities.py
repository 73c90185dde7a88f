"""Rows of what the fake suppliers know, in their words: orders, tests, problems, requests about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from sandbox.domain.entities import Ref
from sandbox.store.documents import pack, unpack
from sandbox.store.schema import supplier_entities
from sandbox.store.statements import Row, Statement
from sandbox.store.store import Tx


@dataclass(frozen=True)
class SupplierEntity:
    """One thing that a supplier was sent, with the gateway's `id`. A request's kind is amendment or cancellation.

    `sequence` counts the KCIs sent about it. `digest` and `answer` let the same request, sent again, get the same
    answer. `memo` is what else the fake keeps in mind, beside what it has told of the thing.
    """

    supplier: str
    tenant: str
    kind: str
    id: int
    reference: str | None
    conversation: str
    sequence: int
    digest: str
    memo: dict[str, Any]
    answer: dict[str, Any]
    body: dict[str, Any]

    @property
    def ref(self) -> Ref:
        """Which thing it is."""
        return Ref(self.kind, self.id)


_DOCUMENTS = ("memo", "answer", "body")
_NAMES = ("supplier", "tenant", "kind", "id", "reference", "conversation", "sequence", "digest", *_DOCUMENTS)
_BY_ID = (
    supplier_entities.c.world == bindparam("in_world"),
    supplier_entities.c.epoch == bindparam("in_epoch"),
    supplier_entities.c.supplier == bindparam("of_supplier"),
    supplier_entities.c.tenant == bindparam("of_tenant"),
    supplier_entities.c.kind == bindparam("of_kind"),
    supplier_entities.c.id == bindparam("of_id"),
)
_COLUMNS = tuple(supplier_entities.c[name] for name in _NAMES)
_FIND = Statement(select(*_COLUMNS).where(*_BY_ID))
_FIND_LOCKED = Statement(select(*_COLUMNS).where(*_BY_ID).with_for_update())
_SAVE = Statement(
    update(supplier_entities)
    .where(*_BY_ID)
    .values(sequence=bindparam("new_sequence"), memo=bindparam("new_memo"), body=bindparam("new_body"))
)
_ADD = Statement(insert(supplier_entities))


def find(tx: Tx, supplier: str, tenant: str, ref: Ref, *, lock: bool = False) -> SupplierEntity | None:
    """The supplier's version of this thing of the tenant's; with `lock` nobody else changes it in the meantime."""
    row = (_FIND_LOCKED if lock else _FIND).one(tx.connection, _key(tx, supplier, tenant, ref))
    return None if row is None else _from_row(row)


def find_by_reference(tx: Tx, supplier: str, tenant: str, kinds: Sequence[str], reference: str) -> Ref | None:
    """Which thing of this tenant's, of one of these kinds, the supplier knows by its own reference."""
    query = select(supplier_entities.c.kind, supplier_entities.c.id).where(
        *_of_tenant(tx, supplier, tenant),
        supplier_entities.c.reference == reference,
        supplier_entities.c.kind.in_(kinds),
    )
    row = tx.connection.execute(query).first()
    return None if row is None else Ref(*row)


def of_kind(tx: Tx, supplier: str, tenant: str, kind: str) -> list[SupplierEntity]:
    """Everything of this kind that the supplier has for the tenant, oldest first."""
    query = select(*_COLUMNS).where(*_of_tenant(tx, supplier, tenant), supplier_entities.c.kind == kind)
    return [_from_row(row) for row in tx.connection.execute(query.order_by(supplier_entities.c.id))]


def add(tx: Tx, entity: SupplierEntity) -> None:
    """Something new at the supplier."""
    documents = {name: pack(getattr(entity, name)) for name in _DOCUMENTS}
    _ADD.change(tx.connection, {**tx.key, **vars(entity), **documents})


def remove(tx: Tx, entity: SupplierEntity) -> None:
    """The supplier forgets it: as if it had never been sent."""
    about = {"kind": entity.kind, "id": entity.id}
    matches = (supplier_entities.c[name] == value for name, value in about.items())
    tx.connection.execute(delete(supplier_entities).where(*_of_tenant(tx, entity.supplier, entity.tenant), *matches))


def save(tx: Tx, entity: SupplierEntity) -> None:
    """Keep it as the supplier has it now."""
    changes = {"new_sequence": entity.sequence, "new_memo": pack(entity.memo), "new_body": pack(entity.body)}
    _SAVE.change(tx.connection, _key(tx, entity.supplier, entity.tenant, entity.ref) | changes)


def _of_tenant(tx: Tx, supplier: str, tenant: str) -> tuple[Any, ...]:
    return (
        supplier_entities.c.world == tx.world.name,
        supplier_entities.c.epoch == tx.world.epoch,
        supplier_entities.c.supplier == supplier,
        supplier_entities.c.tenant == tenant,
    )


def _key(tx: Tx, supplier: str, tenant: str, ref: Ref) -> dict[str, Any]:
    return {
        "in_world": tx.world.name,
        "in_epoch": tx.world.epoch,
        "of_supplier": supplier,
        "of_tenant": tenant,
        "of_kind": ref.kind,
        "of_id": ref.id,
    }


def _from_row(row: Row) -> SupplierEntity:
    known = dict(zip(_NAMES, row, strict=True))
    return SupplierEntity(**{**known, **{name: unpack(known[name]) for name in _DOCUMENTS}})
