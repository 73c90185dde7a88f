"""Rows of partners' own suppliers, by world. They lie outside epochs, like all credentials: no reset touches them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from sandbox.domain import lifecycles
from sandbox.domain.entities import Ref
from sandbox.store.documents import pack, unpack
from sandbox.store.schema import entities, partners
from sandbox.store.store import Tx


@dataclass(frozen=True)
class Partner:
    """A supplier that a partner runs. `credentials`, with which we sign in, are encrypted; time-outs are in real
    milliseconds; `client_id` is its own, for its KCIs.
    """

    world: str
    code: str
    tenant: str
    title: str
    base_url: str
    connect_timeout: int
    answer_timeout: int
    specifications: list[dict[str, Any]]
    capabilities: tuple[str, ...]
    credentials: bytes | None
    client_id: str


@dataclass(frozen=True)
class OpenWork:
    """Something at a partner's supplier that is not final: it, or its sending, may go on at any moment of real time."""

    tenant: str
    ref: Ref
    supplier: str
    status: str


_FIND = select(*partners.c).where(partners.c.world == bindparam("in_world"), partners.c.code == bindparam("of_code"))
_OF_WORLD = select(*partners.c).where(partners.c.world == bindparam("in_world")).order_by(partners.c.code)
_AT_PARTNERS = (
    select(*(entities.c[name] for name in ("tenant", "kind", "id", "supplier", "status")))
    .join(partners, (partners.c.world == entities.c.world) & (partners.c.code == entities.c.supplier))
    .where(entities.c.world == bindparam("in_world"), entities.c.epoch == bindparam("in_epoch"))
    .order_by(entities.c.supplier, entities.c.tenant, entities.c.kind, entities.c.id)
)


def find(connection: Connection, world: str, code: str) -> Partner | None:
    """The partner's supplier of this code in this world."""
    row = connection.execute(_FIND, {"in_world": world, "of_code": code}).mappings().one_or_none()
    return None if row is None else _from_row(row)


def of_world(connection: Connection, world: str) -> list[Partner]:
    """Every partner's supplier in this world, by code."""
    return [_from_row(row) for row in connection.execute(_OF_WORLD, {"in_world": world}).mappings()]


def add(connection: Connection, partner: Partner) -> None:
    """A new one."""
    packed = {"specifications": pack(partner.specifications), "capabilities": " ".join(partner.capabilities)}
    connection.execute(insert(partners).values([vars(partner) | packed]))


def remove(connection: Connection, world: str, code: str) -> None:
    """Forget it."""
    connection.execute(delete(partners).where(partners.c.world == world, partners.c.code == code))


def open_work(tx: Tx) -> list[OpenWork]:
    """All that is open at the partners' suppliers of this world."""
    rows = tx.connection.execute(_AT_PARTNERS, {"in_world": tx.world.name, "in_epoch": tx.world.epoch})
    return [
        OpenWork(row.tenant, Ref(row.kind, row.id), row.supplier, row.status)
        for row in rows
        if not lifecycles.terminal(row.kind, row.status)
    ]


def _from_row(row: Any) -> Partner:
    unpacked = {"specifications": unpack(row["specifications"]), "capabilities": tuple(row["capabilities"].split())}
    return Partner(**{**row, **unpacked})
