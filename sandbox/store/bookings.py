"""Rows of appointments in the fake suppliers' diaries."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, distinct, func, insert, or_, select, update

from sandbox.store.accounts import next_number
from sandbox.store.documents import pack, unpack
from sandbox.store.schema import bookings
from sandbox.store.statements import Statement
from sandbox.store.store import Tx


@dataclass(frozen=True)
class Booking:
    """One place in one slot. It is free again after `expires_at` (world time), unless an order confirms it: None.

    While its supplier tells that it is moved, it keeps its place in the slot that it leaves (`left_start`, `left_end`).
    """

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
    left_start: int | None = None
    left_end: int | None = None


_NAMES = tuple(Booking.__dataclass_fields__)


_OF_SUPPLIER = (
    bookings.c.world == bindparam("in_world"),
    bookings.c.epoch == bindparam("in_epoch"),
    bookings.c.supplier == bindparam("of_supplier"),
)
_BY_ID = (*_OF_SUPPLIER, bookings.c.tenant == bindparam("of_tenant"), bookings.c.id == bindparam("of_id"))
_ONE = select(*(bookings.c[name] for name in _NAMES)).where(*_BY_ID)
_FIND, _FIND_LOCKED = Statement(_ONE), Statement(_ONE.with_for_update())
_ADD = Statement(insert(bookings))
_IN_AREA = (
    *_OF_SUPPLIER,
    bookings.c.area == bindparam("in_area"),
    bookings.c.slot_start >= bindparam("now"),
)
_TAKEN = Statement(
    select(bookings.c.slot_start, bookings.c.left_start, func.count())
    .where(*_IN_AREA, or_(bookings.c.expires_at.is_(None), bookings.c.expires_at > bindparam("now")))
    .group_by(bookings.c.slot_start, bookings.c.left_start)
)
_LAPSE = Statement(
    update(bookings)
    .where(*_IN_AREA, bookings.c.expires_at <= bindparam("now"), bookings.c.expires_at > bindparam("never"))
    .values(expires_at=bindparam("never"))
)


def open_diary(tx: Tx, supplier: str, area: str) -> None:
    """Keep others out of this diary until the transaction ends, so that what is counted in it stays true.

    Reservations that have expired lapse for good.
    """
    next_number(tx.connection, tx.world.name, f"{supplier} {area}", "diary")
    # Whoever confirms one of these at this very moment may think that it is earlier: one of the two finds out.
    _LAPSE.change(tx.connection, {**_area(tx, supplier, area), "now": tx.now, "never": 0})


def taken(tx: Tx, supplier: str, area: str) -> dict[int, int]:
    """How many places of each slot to come, by its start, are taken at this moment."""
    held: Counter[int] = Counter()
    for here, there, count in _TAKEN.rows(tx.connection, {**_area(tx, supplier, area), "now": tx.now}):
        held.update(dict.fromkeys({here, there} - {None}, count))
    return held


def counted(tx: Tx, supplier: str, area: str, tenant: str) -> tuple[int, int]:
    """In how many slots of this area there ever was a booking of this tenant's, and how many bookings of others'."""
    bound = (bookings.c.supplier == supplier, bookings.c.area == area)
    query = select(
        func.count(distinct(case((bookings.c.tenant == tenant, bookings.c.slot_start)))),
        func.count(case((bookings.c.tenant != tenant, bookings.c.id))),
    ).where(bookings.c.world == tx.world.name, bookings.c.epoch == tx.world.epoch, *bound)
    theirs, others = tx.connection.execute(query).one()
    return int(theirs), int(others)


def find(tx: Tx, supplier: str, tenant: str, booking_id: int, *, lock: bool = False) -> Booking | None:
    """The booking made for this reservation of the tenant's; `lock` keeps others from changing it meanwhile."""
    statement = _FIND_LOCKED if lock else _FIND
    row = statement.one(tx.connection, _key(tx, supplier, tenant, booking_id))
    if row is None:
        return None
    known = dict(zip(_NAMES, row, strict=True))
    return Booking(**{**known, "answer": unpack(known["answer"])})


def add(tx: Tx, booking: Booking) -> None:
    """A new booking."""
    _ADD.change(tx.connection, {**tx.key, **vars(booking), "answer": pack(booking.answer)})


def change(tx: Tx, booking: Booking, **changes: int | None) -> None:
    """Confirm (expires_at=None), give up (expires_at=now) or move (slot_start, left_start, …) a booking."""
    named = {f"new_{name}": value for name, value in changes.items()}
    key = _key(tx, booking.supplier, booking.tenant, booking.id)
    _changing(tuple(changes)).change(tx.connection, {**key, **named})


@cache
def _changing(names: tuple[str, ...]) -> Statement:
    return Statement(update(bookings).where(*_BY_ID).values({name: bindparam(f"new_{name}") for name in names}))


def _area(tx: Tx, supplier: str, area: str) -> dict[str, Any]:
    return {**_in_world(tx), "of_supplier": supplier, "in_area": area}


def _key(tx: Tx, supplier: str, tenant: str, booking_id: int) -> dict[str, Any]:
    return {**_in_world(tx), "of_supplier": supplier, "of_tenant": tenant, "of_id": booking_id}


def _in_world(tx: Tx) -> dict[str, Any]:
    return {"in_world": tx.world.name, "in_epoch": tx.world.epoch}
