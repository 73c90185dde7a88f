"""How much a tenant has in its world: looked at now and again, to hold it against its quotas."""

from sqlalchemy import LargeBinary, Table, bindparam, func, select

from sandbox.domain import lifecycles
from sandbox.domain.entities import ORDER
from sandbox.store.schema import entities, kcis, requests, reservations, timeline
from sandbox.store.statements import Statement
from sandbox.store.store import Tx

# Each of these has documents of one tenant, which this column names.
_OWNED = ((entities, "tenant"), (requests, "tenant"), (reservations, "tenant"), (kcis, "owner"), (timeline, "owner"))


def _documents(table: Table, owner: str) -> Statement:
    documents = (func.coalesce(func.length(column), 0) for column in table.c if isinstance(column.type, LargeBinary))
    total = func.coalesce(func.sum(sum(documents, start=0)), 0)
    place = (table.c.world == bindparam("in_world"), table.c.epoch == bindparam("in_epoch"))
    return Statement(select(total).select_from(table).where(*place, table.c[owner] == bindparam("of_tenant")))


_BYTES = tuple(_documents(*each) for each in _OWNED)
_ORDERS = Statement(
    select(entities.c.status, func.count())
    .where(
        entities.c.world == bindparam("in_world"),
        entities.c.epoch == bindparam("in_epoch"),
        entities.c.tenant == bindparam("of_tenant"),
        entities.c.kind == ORDER,
    )
    .group_by(entities.c.status)
)


def open_orders(tx: Tx, tenant: str) -> int:
    """How many orders of the tenant's have not come to their end."""
    counted = _ORDERS.rows(tx.connection, _key(tx, tenant))
    return sum(count for status, count in counted if not lifecycles.terminal(ORDER, status))


def bytes_kept(tx: Tx, tenant: str) -> int:
    """The size of the documents that are kept for the tenant: orders and the like, KCIs, timelines."""
    return sum(int(row[0]) for each in _BYTES for row in each.rows(tx.connection, _key(tx, tenant)))


def _key(tx: Tx, tenant: str) -> dict[str, str | int]:
    return {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_tenant": tenant}
