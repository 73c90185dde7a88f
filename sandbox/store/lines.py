"""Rows of lines as their suppliers know them: where they lie, at which port they end, and who uses them."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select, update

from sandbox.store.schema import lines
from sandbox.store.store import Tx


@dataclass(frozen=True)
class Line:
    """One line. `premises` is the UPRN; `stopped_at` is None while the port is active."""

    supplier: str
    line_id: str
    premises: str
    ont_reference: str
    ont_port: int
    tenant: str
    service_id: str
    specification: str
    stopped_at: int | None = None


_NAMES = tuple(Line.__dataclass_fields__)
_COLUMNS = tuple(lines.c[name] for name in _NAMES)


def at_premises(tx: Tx, supplier: str, premises: str) -> list[Line]:
    """The supplier's lines at these premises, by port."""
    query = select(*_COLUMNS).where(*_of_supplier(tx, supplier), lines.c.premises == premises)
    return [Line(*row) for row in tx.connection.execute(query.order_by(lines.c.ont_port))]


def by_service(tx: Tx, supplier: str, tenant: str, service_id: str) -> Line | None:
    """The line that carries this live service of the tenant's."""
    query = select(*_COLUMNS).where(
        *_of_supplier(tx, supplier),
        lines.c.tenant == tenant,
        lines.c.service_id == service_id,
        lines.c.stopped_at.is_(None),
    )
    row = tx.connection.execute(query).first()
    return None if row is None else Line(*row)


def known(tx: Tx, supplier: str, line_id: str) -> bool:
    """Whether the supplier has a line of this id, wherever it lies."""
    query = select(lines.c.line_id).where(*_of_supplier(tx, supplier), lines.c.line_id == line_id)
    return tx.connection.execute(query).first() is not None


def add(tx: Tx, line: Line) -> None:
    """A new line."""
    tx.connection.execute(insert(lines), {**tx.key, **vars(line)})


def save(tx: Tx, line: Line, **changes: Any) -> Line:
    """The line with these changes, kept."""
    tx.connection.execute(
        update(lines).where(*_of_supplier(tx, line.supplier), lines.c.line_id == line.line_id).values(**changes)
    )
    return replace(line, **changes)


def _of_supplier(tx: Tx, supplier: str) -> tuple[Any, ...]:
    return (lines.c.world == tx.world.name, lines.c.epoch == tx.world.epoch, lines.c.supplier == supplier)
