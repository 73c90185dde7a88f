"""Rows of lines as their suppliers know them: where they lie, at which port they end, and who uses them."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from sandbox.store.schema import lines
from sandbox.store.statements import Statement
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
_OF_SUPPLIER = (
    lines.c.world == bindparam("in_world"),
    lines.c.epoch == bindparam("in_epoch"),
    lines.c.supplier == bindparam("of_supplier"),
)
_AT_PREMISES = Statement(
    select(*_COLUMNS).where(*_OF_SUPPLIER, lines.c.premises == bindparam("at")).order_by(lines.c.ont_port)
)
_KNOWN = Statement(select(lines.c.line_id).where(*_OF_SUPPLIER, lines.c.line_id == bindparam("of_line")))
_ADD = Statement(insert(lines))


def at_premises(tx: Tx, supplier: str, premises: str) -> list[Line]:
    """The supplier's lines at these premises, by port."""
    return [Line(*row) for row in _AT_PREMISES.rows(tx.connection, _key(tx, supplier) | {"at": premises})]


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
    return _KNOWN.one(tx.connection, _key(tx, supplier) | {"of_line": line_id}) is not None


def add(tx: Tx, line: Line) -> None:
    """A new line."""
    _ADD.change(tx.connection, {**tx.key, **vars(line)})


def save(tx: Tx, line: Line, **changes: Any) -> Line:
    """The line with these changes, kept."""
    tx.connection.execute(
        update(lines).where(*_of_supplier(tx, line.supplier), lines.c.line_id == line.line_id).values(**changes)
    )
    return replace(line, **changes)


def _key(tx: Tx, supplier: str) -> dict[str, Any]:
    return {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_supplier": supplier}


def _of_supplier(tx: Tx, supplier: str) -> tuple[Any, ...]:
    return (lines.c.world == tx.world.name, lines.c.epoch == tx.world.epoch, lines.c.supplier == supplier)
