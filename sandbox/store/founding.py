"""Worlds and tenants as they begin and end: the rows that belong together, those outside epochs among them."""

from sqlalchemy import Connection, delete, select

from sandbox.domain.worldtime import World, begun_anew
from sandbox.store import accounts, examinations, partners, snapshots, terms, worlds
from sandbox.store.account_tables import tenants
from sandbox.store.accounts import Tenant
from sandbox.store.lane_tables import jobs, lanes
from sandbox.store.schema import worlds as world_table
from sandbox.store.tables import metadata
from sandbox.store.terms import TenantTerms, WorldTerms


def found_world(connection: Connection, world: World, partner: str | None) -> None:
    """A new world of this partner's; None: one that is shipped."""
    worlds.add(connection, world)
    terms.add_world(connection, WorldTerms(world.name, partner, world.real_base))


def found_tenant(connection: Connection, tenant: Tenant, agreed: TenantTerms) -> None:
    """A new tenant, in a world that is there."""
    accounts.add_tenant(connection, tenant)
    terms.add_tenant(connection, agreed)


def close_tenant(connection: Connection, tenant: Tenant, real: int) -> None:
    """End a tenant with its credentials, its own suppliers, and the worlds in which it was the last."""
    given = accounts.clients_of(connection, tenant.code)
    accounts.remove_tenant(connection, tenant.code)
    terms.remove_tenant(connection, tenant.code)
    partners.remove_all(connection, tenant.world, tenant.code)
    snapshots.forget_all(connection, tenant.world, tenant.code)
    examinations.forget_all(connection, tenant.code)
    for name in sorted({tenant.world, *(client.world for client in given)}):
        close_world(connection, name, real)


def close_idle(connection: Connection, tenant: Tenant, since: int, real: int) -> None:
    """End a tenant, unless it has signed in since that moment after all."""
    agreed = terms.of_tenant(connection, tenant.code)
    if agreed is not None and agreed.seen_at < since:
        close_tenant(connection, tenant, real)


def close_world(connection: Connection, name: str, real: int) -> None:
    """End a partner's world that nobody is in any more: what is in it is gone at once, and swept like after a reset."""
    agreed = terms.of_world(connection, name)
    if agreed is None or agreed.partner is None or accounts.anybody_in(connection, name):
        return
    world = worlds.find(connection, name)
    snapshots.forget_all(connection, name)
    worlds.begin_epoch(connection, begun_anew(world, real, world.virtual_base, None))
    terms.change_world(connection, name, cron=None, pinned_until=None, closed_at=real)


def erase_world(connection: Connection, name: str) -> None:
    """Remove a world with everybody and everything in it, at once: one as small as a test's, or swept before."""
    places = (name, snapshots.shelf(name))
    for code in connection.execute(select(tenants.c.code).where(tenants.c.world == name)).scalars().all():
        terms.remove_tenant(connection, code)
    of_world = select(lanes.c.id).where(lanes.c.world.in_(places))
    connection.execute(delete(jobs).where(jobs.c.lane_id.in_(of_world)))
    for table in reversed(metadata.sorted_tables):
        if "world" in table.c:
            connection.execute(delete(table).where(table.c.world.in_(places)))
    connection.execute(delete(world_table).where(world_table.c.name == name))
