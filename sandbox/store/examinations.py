"""Rows of conformance runs: under way, and what came of the last of each tenant's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from sandbox.store.documents import pack, unpack
from sandbox.store.examination_tables import examinations


@dataclass(frozen=True)
class Examination:
    """One run. Times are real; `report` and `certificate` are None as long as there is none."""

    id: str
    tenant: str
    world: str
    suite: str
    name: str
    url: str
    started_at: int
    until: int
    progress: Mapping[str, Any]
    ended_at: int | None = None
    report: Mapping[str, Any] | None = None
    certificate: Mapping[str, Any] | None = None

    def under_way(self, real: int) -> bool:
        """Whether it goes on: a run whose process was killed never ends, and is over when its time is."""
        return self.ended_at is None and real < self.until


_PACKED = ("progress", "report", "certificate")


def of_tenant(connection: Connection, tenant: str) -> list[Examination]:
    """The tenant's, newest first."""
    query = select(*examinations.c).where(examinations.c.tenant == tenant)
    query = query.order_by(examinations.c.started_at.desc(), examinations.c.id)
    return [_from_row(row) for row in connection.execute(query).mappings()]


def find(connection: Connection, tenant: str, name: str) -> Examination | None:
    """The tenant's run of this id."""
    query = select(*examinations.c).where(examinations.c.id == name, examinations.c.tenant == tenant)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _from_row(row)


def add(connection: Connection, made: Examination, kept: int) -> None:
    """A new run; of the tenant's others so many are kept, the newest."""
    for old in of_tenant(connection, made.tenant)[kept:]:
        connection.execute(delete(examinations).where(examinations.c.id == old.id))
    connection.execute(insert(examinations).values(**_values(vars(made))))


def change(connection: Connection, name: str, **changes: Any) -> None:
    """What has become of a run, if it is still known."""
    connection.execute(update(examinations).where(examinations.c.id == name).values(**_values(changes)))


def forget_all(connection: Connection, tenant: str) -> None:
    """The tenant is no more."""
    connection.execute(delete(examinations).where(examinations.c.tenant == tenant))


def _from_row(row: Any) -> Examination:
    return Examination(**{name: unpack(row[name]) if name in _PACKED and row[name] else row[name] for name in row})


def _values(known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: pack(value) if name in _PACKED and value is not None else value for name, value in known.items()}
