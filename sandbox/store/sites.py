"""Rows of which orders a fake supplier was sent for which premises: of those suppliers that mind a second one."""

from sqlalchemy import insert, select

from sandbox.domain.entities import ORDER, Ref
from sandbox.store.schema import sites
from sandbox.store.store import Tx


def add(tx: Tx, supplier: str, premises: str, tenant: str, order: int) -> None:
    """The supplier takes an order for these premises."""
    row = {"supplier": supplier, "premises": premises, "tenant": tenant, "id": order}
    tx.connection.execute(insert(sites), {**tx.key, **row})


def orders_at(tx: Tx, supplier: str, premises: str) -> list[tuple[str, Ref]]:
    """The orders that it ever took there: (tenant, which order)."""
    query = select(sites.c.tenant, sites.c.id).where(
        sites.c.world == tx.world.name,
        sites.c.epoch == tx.world.epoch,
        sites.c.supplier == supplier,
        sites.c.premises == premises,
    )
    return [(tenant, Ref(ORDER, number)) for tenant, number in tx.connection.execute(query)]
