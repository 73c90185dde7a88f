"""Rows of the services that tenants have live: what the gateway learnt from the KCIs that it handed on."""

from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from sandbox.store.documents import pack, unpack
from sandbox.store.schema import services
from sandbox.store.store import Tx


class Service(NamedTuple):
    """One service. `body` has its address, specification and characteristics; `live` until it is ceased."""

    tenant: str
    supplier: str
    service_id: str
    live: bool
    body: dict[str, Any]


def find(tx: Tx, tenant: str, supplier: str, service_id: str) -> Service | None:
    """The tenant's service of this id, live or ended."""
    row = tx.connection.execute(select(services).where(*_key(tx, tenant, supplier, service_id))).one_or_none()
    return None if row is None else _from_row(row)


def live_of(tx: Tx, tenant: str) -> list[Service]:
    """The tenant's live services."""
    query = select(services).where(*_in_world(tx), services.c.tenant == tenant, services.c.live)
    rows = tx.connection.execute(query.order_by(services.c.supplier, services.c.service_id))
    return [_from_row(row) for row in rows]


def put(tx: Tx, service: Service) -> None:
    """Keep the service as it is now."""
    key = _key(tx, service.tenant, service.supplier, service.service_id)
    changes = {"live": service.live, "body": pack(service.body)}
    if tx.connection.execute(update(services).where(*key).values(**changes)).rowcount == 0:
        tx.connection.execute(insert(services), {**tx.key, **service._asdict(), **changes})


def _from_row(row: Any) -> Service:
    return Service(row.tenant, row.supplier, row.service_id, row.live, unpack(row.body))


def _in_world(tx: Tx) -> tuple[Any, ...]:
    return (services.c.world == tx.world.name, services.c.epoch == tx.world.epoch)


def _key(tx: Tx, tenant: str, supplier: str, service_id: str) -> tuple[Any, ...]:
    return (
        *_in_world(tx),
        services.c.tenant == tenant,
        services.c.supplier == supplier,
        services.c.service_id == service_id,
    )
