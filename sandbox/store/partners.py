"""Rows of partners' own suppliers, by world. They lie outside epochs, like all credentials: no reset touches them."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from sandbox.domain import lifecycles
from sandbox.domain.entities import Ref
from sandbox.store.documents import pack, unpack
from sandbox.store.partner_tables import partners
from sandbox.store.schema import entities
from sandbox.store.statements import Statement
from sandbox.store.store import Tx


@dataclass(frozen=True)
class Partner:
    """A supplier that a partner runs. `credentials`, with which we sign in, are encrypted; time-outs are in real
    milliseconds.
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


class OpenWork(NamedTuple):
    """Something at a partner's supplier that is not final: it, or its sending, may go on at any moment of real time."""

    supplier: str
    tenant: str
    ref: Ref
    status: str


_FIND = select(*partners.c).where(partners.c.world == bindparam("in_world"), partners.c.code == bindparam("of_code"))
_OF_WORLD = select(*partners.c).where(partners.c.world == bindparam("in_world")).order_by(partners.c.code)
_CODES = Statement(select(partners.c.code).where(partners.c.world == bindparam("in_world")).order_by(partners.c.code))
_ENTITIES_AT = select(*(entities.c[name] for name in ("tenant", "kind", "id", "supplier", "status"))).where(
    entities.c.world == bindparam("in_world"),
    entities.c.epoch == bindparam("in_epoch"),
    entities.c.supplier.in_(bindparam("codes", expanding=True)),
)  # not ordered: SQLite would then leave the index by supplier and look through the whole world


def find(connection: Connection, world: str, code: str) -> Partner | None:
    """The partner's supplier of this code in this world."""
    row = connection.execute(_FIND, {"in_world": world, "of_code": code}).mappings().one_or_none()
    return None if row is None else _from_row(row)


def of_world(connection: Connection, world: str) -> list[Partner]:
    """Every partner's supplier in this world, by code."""
    return [_from_row(row) for row in connection.execute(_OF_WORLD, {"in_world": world}).mappings()]


def codes_in(connection: Connection, world: str) -> list[str]:
    """The codes of the partners' suppliers in this world, in order."""
    return [code for (code,) in _CODES.rows(connection, {"in_world": world})]


def add(connection: Connection, partner: Partner) -> None:
    """A new one."""
    packed = {"specifications": pack(partner.specifications), "capabilities": " ".join(partner.capabilities)}
    connection.execute(insert(partners).values([vars(partner) | packed]))


def remove(connection: Connection, world: str, code: str) -> None:
    """Forget it."""
    connection.execute(delete(partners).where(partners.c.world == world, partners.c.code == code))


def remove_all(connection: Connection, world: str, tenant: str) -> None:
    """Forget all that this tenant brought."""
    connection.execute(delete(partners).where(partners.c.world == world, partners.c.tenant == tenant))


def open_work(tx: Tx) -> list[OpenWork]:
    """All that is open at the partners' suppliers of this world, in order. Every step of a run asks."""
    codes = codes_in(tx.connection, tx.world.name)
    if not codes:
        return []
    where = {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "codes": codes}
    rows = tx.connection.execute(_ENTITIES_AT, where)
    found = (OpenWork(row.supplier, row.tenant, Ref(row.kind, row.id), row.status) for row in rows)
    return sorted(each for each in found if not lifecycles.terminal(each.ref.kind, each.status))


def _from_row(row: Any) -> Partner:
    unpacked = {"specifications": unpack(row["specifications"]), "capabilities": tuple(row["capabilities"].split())}
    return Partner(**{**row, **unpacked})
