"""Rows of appointment reservations, as the gateway gave them to tenants."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from sandbox.store.documents import pack, unpack
from sandbox.store.schema import reservations
from sandbox.store.store import Tx


@dataclass(frozen=True)
class Reservation:
    """`body` is the published reservation; `order_id` is the order that used it; `expires_at` None is never."""

    tenant: str
    id: int
    expires_at: int | None
    order_id: int | None
    body: dict[str, Any]


def add(tx: Tx, reservation: Reservation) -> None:
    """A new reservation."""
    tx.connection.execute(insert(reservations), {**tx.key, **vars(reservation), "body": pack(reservation.body)})


def find(tx: Tx, tenant: str, reservation_id: int) -> Reservation | None:
    """The tenant's reservation of this id, locked until this transaction ends."""
    row = tx.connection.execute(
        select(reservations).where(*_key(tx, tenant, reservation_id)).with_for_update()
    ).one_or_none()
    return None if row is None else Reservation(row.tenant, row.id, row.expires_at, row.order_id, unpack(row.body))


def use(tx: Tx, tenant: str, reservation_id: int, order_id: int) -> None:
    """An order has used the reservation."""
    tx.connection.execute(update(reservations).where(*_key(tx, tenant, reservation_id)).values(order_id=order_id))


def any_used(tx: Tx, tenant: str) -> bool:
    """Whether an order has used any of the tenant's."""
    place = (reservations.c.world == tx.world.name, reservations.c.epoch == tx.world.epoch)
    used = (reservations.c.tenant == tenant, reservations.c.order_id.is_not(None))
    query = select(reservations.c.id).where(*place, *used)
    return tx.connection.execute(query.limit(1)).first() is not None


def _key(tx: Tx, tenant: str, reservation_id: int) -> tuple[Any, ...]:
    return (
        reservations.c.world == tx.world.name,
        reservations.c.epoch == tx.world.epoch,
        reservations.c.tenant == tenant,
        reservations.c.id == reservation_id,
    )
