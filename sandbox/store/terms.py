"""Rows of what was agreed with tenants, and for worlds, beside what playing needs. They lie outside epochs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from sandbox.domain.quotas import NAMES
from sandbox.store.account_tables import tenant_terms, world_terms


@dataclass(frozen=True)
class TenantTerms:
    """A tenant's: `partner` is None for those that are shipped; times are real; `allowed_from` are networks, none for
    anywhere; `quotas` are those of its own by name, None for those that the deployment gives everybody.
    """

    tenant: str
    partner: str | None
    title: str
    created_at: int
    seen_at: int
    allowed_from: tuple[str, ...]
    quotas: Mapping[str, int | None]


@dataclass(frozen=True)
class WorldTerms:
    """A world's: `partner` is None for those that are shipped; times are real; `cron` and `time_zone` are a timetable
    of its own, None for the deployment's, which does not reset it before `pinned_until`.
    """

    world: str
    partner: str | None
    created_at: int
    cron: str | None = None
    time_zone: str | None = None
    pinned_until: int | None = None
    closed_at: int | None = None


NO_QUOTAS: Mapping[str, int | None] = dict.fromkeys(NAMES)


def of_tenant(connection: Connection, code: str) -> TenantTerms | None:
    """What was agreed with this tenant."""
    row = connection.execute(select(*tenant_terms.c).where(tenant_terms.c.tenant == code)).one_or_none()
    return None if row is None else _tenant(row)


def tenants_of(connection: Connection, partner: str | None, *, after: str, most: int) -> list[TenantTerms]:
    """What was agreed with each of a partner's tenants, None for all partners', by code and after this one."""
    query = select(*tenant_terms.c).where(tenant_terms.c.tenant > after).order_by(tenant_terms.c.tenant).limit(most)
    if partner is not None:
        query = query.where(tenant_terms.c.partner == partner)
    return [_tenant(row) for row in connection.execute(query)]


def idle_since(connection: Connection, moment: int) -> list[TenantTerms]:
    """Partners' tenants that have not signed in since."""
    query = select(*tenant_terms.c).where(tenant_terms.c.partner.is_not(None), tenant_terms.c.seen_at < moment)
    return [_tenant(row) for row in connection.execute(query.order_by(tenant_terms.c.tenant))]


def add_tenant(connection: Connection, terms: TenantTerms) -> None:
    """What is agreed with a new tenant."""
    connection.execute(insert(tenant_terms).values(_values(vars(terms))))


def change_tenant(connection: Connection, code: str, **changes: Any) -> None:
    """Agree otherwise: `title`, `seen_at`, `allowed_from`, or `quotas`, of which those that are left out stay."""
    if changes:
        connection.execute(update(tenant_terms).where(tenant_terms.c.tenant == code).values(_values(changes)))


def remove_tenant(connection: Connection, code: str) -> None:
    """Forget what was agreed."""
    connection.execute(delete(tenant_terms).where(tenant_terms.c.tenant == code))


def of_world(connection: Connection, name: str) -> WorldTerms | None:
    """The terms of this world."""
    row = connection.execute(select(*world_terms.c).where(world_terms.c.world == name)).one_or_none()
    return None if row is None else WorldTerms(*row)


def worlds_of(connection: Connection) -> list[WorldTerms]:
    """The terms of every world, by name."""
    return [WorldTerms(*row) for row in connection.execute(select(*world_terms.c).order_by(world_terms.c.world))]


def closed_worlds(connection: Connection) -> list[str]:
    """The names of those that were closed and are still to be removed."""
    return list(connection.execute(select(world_terms.c.world).where(world_terms.c.closed_at.is_not(None))).scalars())


def add_world(connection: Connection, terms: WorldTerms) -> None:
    """The terms of a new world."""
    connection.execute(insert(world_terms).values(vars(terms)))


def change_world(connection: Connection, name: str, **changes: Any) -> None:
    """Agree otherwise: `cron` with `time_zone`, `pinned_until`, or `closed_at`."""
    connection.execute(update(world_terms).where(world_terms.c.world == name).values(**changes))


def _tenant(row: Row[Any]) -> TenantTerms:
    tenant, partner, title, created_at, seen_at, allowed_from, *quotas = tuple(row)
    agreed = dict(zip(NAMES, quotas, strict=True))
    return TenantTerms(tenant, partner, title, created_at, seen_at, tuple(allowed_from.split()), agreed)


def _values(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of these fields."""
    values = {**changes, **changes.get("quotas", {})}
    values.pop("quotas", None)
    return values | ({"allowed_from": " ".join(values["allowed_from"])} if "allowed_from" in values else {})
