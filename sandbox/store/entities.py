"""Rows of orders, tests and problems, as the gateway knows them."""

from typing import Any

from sqlalchemy import bindparam, insert, select, update

from sandbox.domain.entities import Entity, Ref
from sandbox.store.documents import pack, unpack
from sandbox.store.schema import entities
from sandbox.store.statements import Statement
from sandbox.store.store import Tx

_NAMES = (
    "tenant",
    "kind",
    "id",
    "supplier",
    "status",
    "conversation",
    "choice",
    "body",
    "sequence",
    "supplier_sequence",
    "supplier_reference",
    "before",
    "disorder",
)
_IN_WORLD = (entities.c.world == bindparam("in_world"), entities.c.epoch == bindparam("in_epoch"))
_BY_ID = (
    *_IN_WORLD,
    entities.c.tenant == bindparam("of_tenant"),
    entities.c.kind == bindparam("of_kind"),
    entities.c.id == bindparam("of_id"),
)
_OF_ID = select(*(entities.c[name] for name in _NAMES)).where(*_BY_ID)
_FIND = Statement(_OF_ID)
_LOCK = Statement(_OF_ID.with_for_update())
_BY_REFERENCE = Statement(
    select(entities.c.id).where(
        *_IN_WORLD,
        entities.c.supplier == bindparam("of_supplier"),
        entities.c.supplier_reference == bindparam("reference"),
        entities.c.tenant == bindparam("of_tenant"),
        entities.c.kind == bindparam("of_kind"),
    )
)
_ADD = Statement(insert(entities))
_SAVE = Statement(
    update(entities)
    .where(*_BY_ID)
    .values(
        status=bindparam("new_status"),
        body=bindparam("new_body"),
        sequence=bindparam("new_sequence"),
        supplier_sequence=bindparam("new_supplier_sequence"),
        supplier_reference=bindparam("new_reference"),
        before=bindparam("new_before"),
    )
)


def find(tx: Tx, tenant: str, ref: Ref, *, lock: bool = False) -> Entity | None:
    """This thing of the tenant's; `lock` keeps others from changing it until this transaction ends."""
    row = (_LOCK if lock else _FIND).one(tx.connection, _key(tx, tenant, ref))
    if row is None:
        return None
    known = dict(zip(_NAMES, row, strict=True))
    disorder = known["disorder"] and tuple(unpack(known["disorder"]))
    documents = {"choice": unpack(known["choice"]), "body": unpack(known["body"]), "disorder": disorder or ()}
    return Entity(**{**known, **documents})


def find_by_reference(tx: Tx, tenant: str, supplier: str, kind: str, reference: str) -> int | None:
    """The number of the tenant's thing that this supplier knows by its own reference."""
    parameters = {"of_supplier": supplier, "of_tenant": tenant, "of_kind": kind, "reference": reference}
    row = _BY_REFERENCE.one(tx.connection, _world(tx) | parameters)
    return None if row is None else int(row[0])


def add(tx: Tx, entity: Entity) -> None:
    """A new entity."""
    row = {name: getattr(entity, name) for name in _NAMES}
    documents = {"choice": pack(entity.choice), "body": pack(entity.body)}
    disorder = pack([dict(each) for each in entity.disorder]) if entity.disorder else None
    _ADD.change(tx.connection, {**tx.key, **row, **documents, "disorder": disorder})


def save(tx: Tx, entity: Entity) -> None:
    """Keep the entity as it is now."""
    changes = {
        "new_status": entity.status,
        "new_body": pack(entity.body),
        "new_sequence": entity.sequence,
        "new_supplier_sequence": entity.supplier_sequence,
        "new_reference": entity.supplier_reference,
        "new_before": entity.before,
    }
    _SAVE.change(tx.connection, _key(tx, entity.tenant, entity.ref) | changes)


def _key(tx: Tx, tenant: str, ref: Ref) -> dict[str, Any]:
    return _world(tx) | {"of_tenant": tenant, "of_kind": ref.kind, "of_id": ref.id}


def _world(tx: Tx) -> dict[str, Any]:
    return {"in_world": tx.world.name, "in_epoch": tx.world.epoch}
