"""A world with much in it, put there at once: rows in every table that worlds have rows in, whichever those are."""

from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, func, insert, select

from sandbox.store.documents import pack
from sandbox.store.lane_tables import jobs, lanes
from sandbox.store.store import Store, Tx
from sandbox.store.tables import IN_WORLDS

ORDERS_LEAVE = [table for table in IN_WORLDS if table.name != "beginnings"]  # of which an epoch has one from the first
PER_ORDER = {"kcis": 4, "mailbox": 4, "received": 4, "timeline": 8, "jobs": 4}
LATER = 10_000_000_000_000  # world time

_DOCUMENT = pack({"note": "x" * 300})
_NOBODYS = {"leased_until": 0, "not_before": 0, "attempts": 0, "fence": 0, "due_at": LATER, "kind": "beat"}


def fill(store: Store, world: str, orders: int, owner: str = "TENANT1") -> None:
    """What so many orders of this owner leave in the world's present epoch: about 25 rows each."""
    store.write(world, lambda tx: fill_in(tx, orders, owner))


def fill_in(tx: Tx, orders: int, owner: str = "TENANT1") -> None:
    """The same as part of a transaction."""
    for table in ORDERS_LEAVE:
        _fill(tx, table, orders, owner)


def rows_of(store: Store, world: str) -> dict[tuple[str, int], int]:
    """How many rows there are by (table, epoch); of jobs, by the epoch of their lanes."""
    counts = {
        (table.name, epoch): count
        for table in ORDERS_LEAVE
        for epoch, count in store.query(
            lambda connection, table=table: connection.execute(  # type: ignore[misc]
                select(table.c.epoch, func.count()).where(table.c.world == world).group_by(table.c.epoch)
            ).all()
        )
    }
    of_jobs = select(lanes.c.epoch, func.count()).join(jobs).where(lanes.c.world == world).group_by(lanes.c.epoch)
    waiting = store.query(lambda connection: connection.execute(of_jobs).all())
    return counts | {("jobs", epoch): count for epoch, count in waiting}


def _fill(tx: Tx, table: Table, orders: int, owner: str) -> None:
    serial = [column for column in table.primary_key if column.name == "id" and len(table.primary_key.columns) == 1]
    first = tx.connection.execute(select(func.coalesce(func.max(table.c.id), 0) + 1)).scalar_one() if serial else 1
    rows = [_row(tx, table, first + n, owner) for n in range(orders * PER_ORDER.get(table.name, 1))]
    tx.connection.execute(insert(table), rows)
    if serial and tx.connection.dialect.name == "postgresql":  # its sequence counts only what it gave
        tx.connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), rows[-1]["id"])))
    if table is lanes:
        waiting = [
            {"lane_id": row["id"], "rank": rank, "due_at": LATER, "kind": "beat", "attempts": 0, "payload": _DOCUMENT}
            for row in rows
            for rank in range(PER_ORDER["jobs"])
        ]
        tx.connection.execute(insert(jobs), waiting)


def _row(tx: Tx, table: Table, number: int, owner: str) -> dict[str, Any]:
    named = {**tx.key, **_NOBODYS, "owner": owner, "tenant": owner}
    return {column.name: named.get(column.name, _value(column, number)) for column in table.columns}


def _value(column: Column[Any], number: int) -> Any:
    if isinstance(column.type, LargeBinary):
        return _DOCUMENT
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Integer):
        return number
    assert isinstance(column.type, String), column
    return f"{column.name} {number}"
