"""Rows of amendments and cancellations, as tenants asked for them."""

from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from sandbox.domain import lifecycles
from sandbox.domain.entities import Ref, parse_ref
from sandbox.domain.requests import RESOLUTION, Request
from sandbox.store.documents import pack, unpack
from sandbox.store.schema import requests
from sandbox.store.statements import Statement
from sandbox.store.store import Tx

_NAMES = ("tenant", "kind", "id", "entity", "status", "conversation", "choice", "body", "supplier_reference")
_COLUMNS = tuple(requests.c[name] for name in _NAMES)
_UNDECIDED = Statement(  # every KCI that ends something asks
    select(*_COLUMNS)
    .where(
        requests.c.world == bindparam("in_world"),
        requests.c.epoch == bindparam("in_epoch"),
        requests.c.tenant == bindparam("of_tenant"),
        requests.c.entity == bindparam("of_entity"),
        or_(requests.c.status == lifecycles.RECEIVED_BY_GATEWAY, requests.c.status == lifecycles.PENDING),
        requests.c.kind != RESOLUTION,
    )
    .order_by(requests.c.id)
)


def find(tx: Tx, tenant: str, kind: str, request_id: int) -> Request | None:
    """The tenant's request of this kind and number."""
    row = tx.connection.execute(select(*_COLUMNS).where(*_key(tx, tenant, kind, request_id))).mappings().one_or_none()
    return None if row is None else _from_row(row)


def find_by_reference(tx: Tx, tenant: str, kind: str, entity: Ref, reference: str) -> Request | None:
    """The request about this thing that the supplier knows by its own reference."""
    query = select(*_COLUMNS).where(
        *_of_entity(tx, tenant, entity), requests.c.kind == kind, requests.c.supplier_reference == reference
    )
    row = tx.connection.execute(query).mappings().first()
    return None if row is None else _from_row(row)


def undecided(tx: Tx, tenant: str, entity: Ref) -> list[Request]:
    """The requests about this thing that wait for the supplier, oldest first."""
    about = {"of_tenant": tenant, "of_entity": str(entity)}
    rows = _UNDECIDED.rows(tx.connection, {"in_world": tx.world.name, "in_epoch": tx.world.epoch, **about})
    return [_from_row(dict(zip(_NAMES, row, strict=True))) for row in rows]


def of_kind(tx: Tx, tenant: str, entity: Ref, kind: str) -> list[Request]:
    """The requests of this kind about this thing, oldest first."""
    query = select(*_COLUMNS).where(*_of_entity(tx, tenant, entity), requests.c.kind == kind)
    return [_from_row(row) for row in tx.connection.execute(query.order_by(requests.c.id)).mappings()]


def add(tx: Tx, request: Request) -> None:
    """A new request."""
    row = {name: getattr(request, name) for name in _NAMES}
    packed = {"entity": str(request.entity), "choice": pack(request.choice), "body": pack(request.body)}
    tx.connection.execute(insert(requests), {**tx.key, **row, **packed})


def save(tx: Tx, request: Request) -> None:
    """Keep the request as it is now."""
    changes = {"status": request.status, "body": pack(request.body), "supplier_reference": request.supplier_reference}
    tx.connection.execute(update(requests).where(*_key(tx, request.tenant, request.kind, request.id)).values(**changes))


def _from_row(row: Any) -> Request:
    return Request(
        **{**row, "entity": parse_ref(row["entity"]), "choice": unpack(row["choice"]), "body": unpack(row["body"])}
    )


def _key(tx: Tx, tenant: str, kind: str, request_id: int) -> tuple[Any, ...]:
    return (*_in_world(tx), requests.c.tenant == tenant, requests.c.kind == kind, requests.c.id == request_id)


def _of_entity(tx: Tx, tenant: str, entity: Ref) -> tuple[Any, ...]:
    return (*_in_world(tx), requests.c.tenant == tenant, requests.c.entity == str(entity))


def _in_world(tx: Tx) -> tuple[Any, ...]:
    return (requests.c.world == tx.world.name, requests.c.epoch == tx.world.epoch)
