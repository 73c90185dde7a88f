"""Snapshots of worlds: every row of the present epoch, copied to a shelf, and from there into an epoch that begins.

The shelf is a world that is not in the table of worlds, so nothing on it is seen, claimed or swept with the rest; a
snapshot's number stands in place of the epoch. What was taken off the shelf is swept by `epochs`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, case, delete, func, insert, literal, select
from sqlalchemy.sql.elements import ColumnElement

from sandbox.domain.worldtime import World
from sandbox.store import faults
from sandbox.store.accounts import next_number
from sandbox.store.lane_tables import jobs, lanes
from sandbox.store.snapshot_tables import snapshots
from sandbox.store.store import Tx
from sandbox.store.tables import IN_WORLDS

_ROW = 100  # bytes that a row takes beside its documents, roughly
_Place = tuple[str, int]  # (world, epoch)
_Anew = Mapping[Column[Any], ColumnElement[Any]]


@dataclass(frozen=True)
class Snapshot:
    """A world as it was at `at` in its own time, and at `taken_at` in real time."""

    world: str
    owner: str
    name: str
    number: int
    taken_in: int
    taken_at: int
    at: int
    rate: int
    rows: int
    bytes: int


def shelf(world: Any) -> Any:
    """Where a world's snapshots lie, by its name or by a column of names: no world can be called so."""
    return world + " shelf"


def of_owner(tx: Tx, owner: str) -> list[Snapshot]:
    """The snapshots that somebody took of this world, oldest first."""
    rows = tx.connection.execute(select(*snapshots.c).where(*_owned(tx, owner)).order_by(snapshots.c.number))
    return [Snapshot(*row) for row in rows]


def find(tx: Tx, owner: str, name: str) -> Snapshot | None:
    """The owner's snapshot of this name; nobody takes it off the shelf until this transaction ends."""
    query = select(*snapshots.c).where(*_owned(tx, owner), snapshots.c.name == name).with_for_update()
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else Snapshot(*row)


def size(tx: Tx) -> tuple[int, int]:
    """(rows, bytes) that a snapshot of the world's present epoch would have."""
    counts = [tx.connection.execute(_size(table, _here(tx))).one() for table in [*IN_WORLDS, jobs]]
    rows = sum(count for count, _ in counts)
    return rows, rows * _ROW + sum(documents for _, documents in counts)


def put(tx: Tx, owner: str, name: str, rows: int, size_in_bytes: int) -> Snapshot:
    """Copy the world's present epoch to the shelf. To be done in a transaction that sees one moment."""
    number = next_number(tx.connection, tx.world.name, "", "snapshot")
    moment = (number, tx.world.epoch, tx.real, tx.now, tx.world.rate)
    snapshot = Snapshot(tx.world.name, owner, name, *moment, rows, size_in_bytes)
    tx.connection.execute(insert(snapshots).values([vars(snapshot)]))
    _copy(tx, _here(tx), (shelf(tx.world.name), number), {})
    return snapshot


def copy_into(tx: Tx, snapshot: Snapshot, world: World) -> None:
    """Fill an epoch that has just begun. Nobody has a lane of it; what rested then has as long to rest from now."""
    rested = lanes.c.not_before - snapshot.taken_at
    anew: _Anew = {
        lanes.c.leased_until: literal(0),
        lanes.c.not_before: case((rested > 0, rested + tx.real), else_=literal(0)),
    }
    _copy(tx, (shelf(world.name), snapshot.number), (world.name, world.epoch), anew)
    faults.recount(replace(tx, world=world))


def forget(tx: Tx, snapshot: Snapshot) -> None:
    """Take it off the shelf; its rows are swept later."""
    tx.connection.execute(delete(snapshots).where(*_owned(tx, snapshot.owner), snapshots.c.name == snapshot.name))


def forget_all(connection: Connection, world: str, owner: str | None = None) -> None:
    """Take all of a world's off the shelf, or all that somebody took of it."""
    of_world = delete(snapshots).where(snapshots.c.world == world)
    connection.execute(of_world if owner is None else of_world.where(snapshots.c.owner == owner))


def _copy(tx: Tx, source: _Place, target: _Place, anew: _Anew) -> None:
    """Every row of one place to another, where nothing is yet. `anew` says what some columns have there."""
    for table in IN_WORLDS:
        place: _Anew = {table.c.world: literal(target[0]), table.c.epoch: literal(target[1])}
        _insert(tx, table, {**place, **anew}, select(table).where(*_at(table, source)))
    here, there = lanes.alias(), lanes.alias()
    waiting = select(jobs).join(here, jobs.c.lane_id == here.c.id).join(there, there.c.name == here.c.name)
    _insert(tx, jobs, {jobs.c.lane_id: there.c.id}, waiting.where(*_at(here, source), *_at(there, target)))


def _insert(tx: Tx, table: Table, placed: _Anew, rows: Any) -> None:
    """Insert these rows with other values in some columns; numbers that the database gives are given in their order."""
    key = table.primary_key.columns
    kept = [column for column in table.c if column.name != "id" or len(key) > 1]
    values = [placed.get(column, column) for column in kept]
    tx.connection.execute(insert(table).from_select(kept, rows.with_only_columns(*values).order_by(*key)))


def _size(table: Table, place: _Place) -> Any:
    documents = [func.coalesce(func.length(column), 0) for column in table.c if isinstance(column.type, LargeBinary)]
    counted = select(func.count(), func.coalesce(func.sum(sum(documents, start=literal(0))), 0))
    if table is jobs:
        return counted.join_from(jobs, lanes, jobs.c.lane_id == lanes.c.id).where(*_at(lanes, place))
    return counted.select_from(table).where(*_at(table, place))


def _here(tx: Tx) -> _Place:
    return tx.world.name, tx.world.epoch


def _at(table: Any, place: _Place) -> Sequence[ColumnElement[bool]]:
    return table.c.world == place[0], table.c.epoch == place[1]


def _owned(tx: Tx, owner: str) -> Sequence[ColumnElement[bool]]:
    return snapshots.c.world == tx.world.name, snapshots.c.owner == owner
