"""Rows of what partners say. They lie outside worlds: no reset removes one, nor the closing of their tenant."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from sandbox.store.account_tables import feedback
from sandbox.store.documents import pack, unpack


@dataclass(frozen=True)
class Feedback:
    """What a tenant said in a world, at a moment of real time. `number` is as the tenant counts, `id` as all count."""

    id: int
    tenant: str
    number: int
    said_in: str
    at: int
    body: dict[str, Any]


def add(connection: Connection, tenant: str, world: str, at: int, body: dict[str, Any]) -> int:
    """Keep what a tenant says: the number that it has there."""
    of_tenant = select(func.coalesce(func.max(feedback.c.number), 0)).where(feedback.c.tenant == tenant)
    number = int(connection.execute(of_tenant).scalar_one()) + 1
    values = {"tenant": tenant, "number": number, "said_in": world, "at": at, "body": pack(body)}
    connection.execute(insert(feedback).values(**values))
    return number


def read(connection: Connection, tenant: str | None, after: int, most: int) -> list[Feedback]:
    """What a tenant has said after this number of its; None: what all have said after this id. Oldest first."""
    counted = feedback.c.id if tenant is None else feedback.c.number
    query = select(*feedback.c).where(counted > after).order_by(counted).limit(most)
    if tenant is not None:
        query = query.where(feedback.c.tenant == tenant)
    return [Feedback(**{**row, "body": unpack(row["body"])}) for row in connection.execute(query).mappings()]
