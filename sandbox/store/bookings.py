"""Rows of appointments in the fake suppliers' diaries."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, or_, select, update

from sandbox.store.accounts import next_number
from sandbox.store.documents import pack, unpack
from sandbox.store.schema import bookings
from sandbox.store.store import Tx


@dataclass(frozen=True)
class Booking:
    """One place in one slot. It is free again after `expires_at` (world time), unless an order confirms it: None."""

    supplier: str
    tenant: str
    id: int
    reference: str
    area: str
    slot_start: int
    slot_end: int
    expires_at: int | None
    digest: str
    answer: dict[str, Any]


_NAMES = ("supplier", "tenant", "id", "reference", "area", "slot_start", "slot_end", "expires_at", "digest", "answer")


def open_diary(tx: Tx, supplier: str, area: str) -> None:
    """Keep others out of this diary until the transaction ends, so that what is counted in it stays true."""
    next_number(tx.connection, tx.world.name, f"{supplier} {area}", "diary")


def taken(tx: Tx, supplier: str, area: str) -> dict[int, int]:
    """How many places of each slot, by its start, are taken at this moment."""
    rows = tx.connection.execute(
        select(bookings.c.slot_start, func.count())
        .where(
            *_in_world(tx),
            bookings.c.supplier == supplier,
            bookings.c.area == area,
            or_(bookings.c.expires_at.is_(None), bookings.c.expires_at > tx.now),
        )
        .group_by(bookings.c.slot_start)
    )
    return {row[0]: row[1] for row in rows}


def find(tx: Tx, supplier: str, tenant: str, booking_id: int) -> Booking | None:
    """The booking made for this reservation of the tenant's."""
    query = select(*(bookings.c[name] for name in _NAMES)).where(*_key(tx, supplier, tenant, booking_id))
    row = tx.connection.execute(query).mappings().one_or_none()
    return None if row is None else Booking(**{**row, "answer": unpack(row["answer"])})


def add(tx: Tx, booking: Booking) -> None:
    """A new booking."""
    tx.connection.execute(insert(bookings), {**tx.key, **vars(booking), "answer": pack(booking.answer)})


def change(tx: Tx, booking: Booking, **changes: int | None) -> None:
    """Confirm (expires_at=None), give up (expires_at=now) or move (slot_start, slot_end) a booking."""
    tx.connection.execute(
        update(bookings).where(*_key(tx, booking.supplier, booking.tenant, booking.id)).values(**changes)
    )


def _in_world(tx: Tx) -> tuple[Any, ...]:
    return (bookings.c.world == tx.world.name, bookings.c.epoch == tx.world.epoch)


def _key(tx: Tx, supplier: str, tenant: str, booking_id: int) -> tuple[Any, ...]:
    return (*_in_world(tx), bookings.c.supplier == supplier, bookings.c.tenant == tenant, bookings.c.id == booking_id)
