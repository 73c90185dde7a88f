"""Rows of orders by the thousand: what a played one left, and the copies of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from sandbox.store import recording_tables
from sandbox.store.accounts import next_number
from sandbox.store.lane_tables import lanes
from sandbox.store.schema import counters, timeline
from sandbox.store.statements import Statement
from sandbox.store.store import Tx
from sandbox.store.tables import IN_WORLDS

# A lane in which nothing waits is no loss, and nobody had the conversation that a recording would tell of.
_LEFT_OUT = (lanes, *(table for table in vars(recording_tables).values() if isinstance(table, Table)))
_TABLES = {table.name: table for table in IN_WORLDS if table not in _LEFT_OUT}
_ADD = {name: Statement(insert(table)) for name, table in _TABLES.items()}


def rows_of(tx: Tx) -> list[tuple[str, dict[str, Any]]]:
    """(table, row) of everything in the world's present epoch, without where it is and when it was noted."""
    found: list[tuple[str, dict[str, Any]]] = []
    for name, table in _TABLES.items():
        query = select(table).where(table.c.world == tx.world.name, table.c.epoch == tx.world.epoch)
        left_out = {"world", "epoch"} | ({"id", "real"} if table is timeline else set())
        rows = tx.connection.execute(query.order_by(*table.primary_key)).mappings()
        found += [(name, {key: value for key, value in row.items() if key not in left_out}) for row in rows]
    return found


def add_rows(tx: Tx, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Keep these (table, row) in the world's present epoch."""
    key, by_table = tx.key, dict[str, list[dict[str, Any]]]()
    for name, row in rows:
        noted = {"real": tx.real} if name == timeline.name else {}
        by_table.setdefault(name, []).append({**key, **noted, **row})
    for name, some in by_table.items():
        _ADD[name].change_all(tx.connection, some)


def take_numbers(connection: Connection, world: str, owner: str, kind: str, count: int) -> int:
    """The first of so many numbers of this kind in a row, none of which anybody else gets."""
    first = next_number(connection, world, owner, kind)
    of_kind = (counters.c.world == world, counters.c.owner == owner, counters.c.kind == kind)
    connection.execute(update(counters).where(*of_kind).values(value=counters.c.value + count - 1))
    return first
