"""Rows of scenarios and suppliers that tenants brought."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from sandbox.store.documents import pack, unpack
from sandbox.store.own_tables import own_files


@dataclass(frozen=True)
class OwnRow:
    """One file: `kind` is scenario or supplier, `whole` its value with all that it extends."""

    tenant: str
    kind: str
    name: str
    world: str
    source: bytes
    whole: Mapping[str, Any]
    gone: bool = False


def of_tenant(connection: Connection, tenant: str) -> list[OwnRow]:
    """Everything that the tenant ever brought, by kind and name."""
    query = select(own_files).where(own_files.c.tenant == tenant).order_by(own_files.c.kind, own_files.c.name)
    return [_from_row(row) for row in connection.execute(query)]


def in_world(connection: Connection, world: str, kind: str, name: str) -> OwnRow | None:
    """The file of this name that a tenant of this world brought; that which is not gone before one that is."""
    query = select(own_files).where(own_files.c.world == world, own_files.c.kind == kind, own_files.c.name == name)
    row = connection.execute(query.order_by(own_files.c.gone)).first()
    return None if row is None else _from_row(row)


def put(connection: Connection, row: OwnRow) -> None:
    """Keep this file, in the place of the one of its name."""
    key = (own_files.c.tenant == row.tenant, own_files.c.kind == row.kind, own_files.c.name == row.name)
    connection.execute(delete(own_files).where(*key))
    connection.execute(insert(own_files).values(**{**vars(row), "whole": pack(row.whole)}))


def take_away(connection: Connection, tenant: str, kind: str, name: str) -> bool:
    """Whether there was one to take away."""
    key = (own_files.c.tenant == tenant, own_files.c.kind == kind, own_files.c.name == name)
    taken = update(own_files).where(*key, own_files.c.gone.is_(False)).values(gone=True)
    return connection.execute(taken).rowcount == 1


def _from_row(row: Any) -> OwnRow:
    return OwnRow(row.tenant, row.kind, row.name, row.world, row.source, unpack(row.whole), row.gone)
