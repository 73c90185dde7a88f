"""Rows of the services that tenants have live: what the gateway learnt from the KCIs that it handed on."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update

from sandbox.store.documents import pack, unpack
from sandbox.store.schema import services
from sandbox.store.statements import Row, Statement
from sandbox.store.store import Tx


class Service(NamedTuple):
    """One service. `body` has its address, specification and characteristics; `live` until it is ceased."""

    tenant: str
    supplier: str
    service_id: str
    live: bool
    body: dict[str, Any]


_COLUMNS = tuple(services.c[name] for name in Service._fields)
_OF_TENANT = (
    services.c.world == bindparam("in_world"),
    services.c.epoch == bindparam("in_epoch"),
    services.c.tenant == bindparam("of_tenant"),
)
_BY_ID = (
    *_OF_TENANT,
    services.c.supplier == bindparam("of_supplier"),
    services.c.service_id == bindparam("of_service"),
)
_FIND = Statement(select(*_COLUMNS).where(*_BY_ID))
_LIVE = Statement(
    select(*_COLUMNS).where(*_OF_TENANT, services.c.live).order_by(services.c.supplier, services.c.service_id)
)
_ADD = Statement(insert(services))
_SAVE = Statement(update(services).where(*_BY_ID).values(live=bindparam("new_live"), body=bindparam("new_body")))


def find(tx: Tx, tenant: str, supplier: str, service_id: str) -> Service | None:
    """The tenant's service of this id, live or ended."""
    row = _FIND.one(tx.connection, _key(tx, tenant, supplier, service_id))
    return None if row is None else _from_row(row)


def live_of(tx: Tx, tenant: str) -> list[Service]:
    """The tenant's live services."""
    return [_from_row(row) for row in _LIVE.rows(tx.connection, _of_tenant(tx, tenant))]


def put(tx: Tx, service: Service) -> None:
    """Keep the service as it is now."""
    body = pack(service.body)
    key = _key(tx, service.tenant, service.supplier, service.service_id)
    if _SAVE.change(tx.connection, {**key, "new_live": service.live, "new_body": body}) == 0:
        _ADD.change(tx.connection, {**tx.key, **service._asdict(), "body": body})


def _from_row(row: Row) -> Service:
    *named, live, body = row
    values = (*named, bool(live), unpack(body))
    return Service(*values)


def _of_tenant(tx: Tx, tenant: str) -> dict[str, Any]:
    return {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_tenant": tenant}


def _key(tx: Tx, tenant: str, supplier: str, service_id: str) -> dict[str, Any]:
    return _of_tenant(tx, tenant) | {"of_supplier": supplier, "of_service": service_id}
