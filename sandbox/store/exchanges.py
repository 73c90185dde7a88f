"""Calls that a partner's own supplier did not answer as its document says: the last of them, to look at."""

from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from sandbox.store.accounts import last_number, next_number
from sandbox.store.documents import pack, unpack
from sandbox.store.partner_tables import exchanges
from sandbox.store.store import Tx

KEPT = 100  # exchanges per supplier

_KIND = "exchange"  # of number
_OF_SUPPLIER = (
    exchanges.c.world == bindparam("in_world"),
    exchanges.c.epoch == bindparam("in_epoch"),
    exchanges.c.supplier == bindparam("of_supplier"),
)
_ADD = insert(exchanges)
_FORGET = delete(exchanges).where(*_OF_SUPPLIER, exchanges.c.number <= bindparam("upto"))
_READ = (
    select(exchanges.c.number, exchanges.c.at, exchanges.c.detail)
    .where(*_OF_SUPPLIER, exchanges.c.tenant == bindparam("of_tenant"), exchanges.c.number > bindparam("after"))
    .order_by(exchanges.c.number)
)


def note(tx: Tx, supplier: str, tenant: str, detail: dict[str, Any]) -> None:
    """Keep an exchange of this tenant's; the supplier's oldest goes when there are more than are kept."""
    number = next_number(tx.connection, tx.world.name, supplier, _KIND)
    about = {"supplier": supplier, "number": number, "tenant": tenant}
    tx.connection.execute(_ADD, {**tx.key, **about, "at": tx.now, "detail": pack(detail)})
    tx.connection.execute(_FORGET, _key(tx, supplier) | {"upto": number - KEPT})


def read(tx: Tx, supplier: str, tenant: str, after: int) -> list[tuple[int, int, dict[str, Any]]]:
    """(number, at, detail) of each that is kept, after a number, oldest first."""
    rows = tx.connection.execute(_READ, _key(tx, supplier) | {"of_tenant": tenant, "after": after})
    return [(row.number, row.at, unpack(row.detail)) for row in rows]


def end(tx: Tx, supplier: str) -> int:
    """The number of the latest; 0 before the first. No reset sets it back."""
    return last_number(tx.connection, tx.world.name, supplier, _KIND)


def _key(tx: Tx, supplier: str) -> dict[str, Any]:
    return {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_supplier": supplier}
