"""A supplier moves an appointment by itself: to a slot that has a place, which it holds before it says a word."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from sandbox.domain import slots
from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.errors import invalid
from sandbox.domain.planning import PlannedBeat
from sandbox.domain.slots import Slot
from sandbox.domain.suppliers import Appointments, Supplier
from sandbox.store import bookings
from sandbox.store.bookings import Booking
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers.booking import timeslot

_SLOT = "appointmentTimeslot"
_MOST_TRIED = 250  # days on which the same part of the day is looked at, before the appointment stays where it is


def moves(beat: PlannedBeat) -> bool:
    """Whether the supplier moves an appointment with this KCI. (An amendment names a reservation of its own.)"""
    return _SLOT in beat.changes and beat.reason_code != "AMENDED"


def held(tx: Tx, supplier: Supplier, entity: SupplierEntity, beat: PlannedBeat) -> PlannedBeat:
    """The KCI with a slot that has a place, which is held from now on beside the present one.

    That is the slot which was planned, or else the next like it; asked again it is the same. The target date is never
    before it.
    """
    terms = supplier.appointments
    booking = _booking(tx, entity) if moves(beat) else None
    if booking is None or terms is None:
        return beat
    planned = _planned(supplier, beat.changes[_SLOT])
    if booking.left_start is not None:
        slot = slots.slot_at(supplier, booking.slot_start, booking.slot_end)
    else:
        bookings.open_diary(tx, entity.supplier, booking.area)
        slot = _with_place(tx, supplier, terms, booking, planned)
        left = {"left_start": booking.slot_start, "left_end": booking.slot_end}
        bookings.change(tx, booking, slot_start=slot.start_ms, slot_end=slot.end_ms, **left)
    if slot.start_ms == planned.start_ms:
        return beat
    target = beat.changes.get("targetDate")
    later = {} if target is None else {"targetDate": to_text(max(to_ms(target), slot.start_ms))}
    return replace(beat, changes={**beat.changes, **later, _SLOT: timeslot(slot)})


def check_place(tx: Tx, supplier: Supplier, entity: SupplierEntity, wanted: Mapping[str, Any]) -> None:
    """Refuse a slot that somebody asks the supplier to move the appointment to, and that is full."""
    booking, terms = _booking(tx, entity), supplier.appointments
    if booking is None or terms is None:
        return
    slot = _planned(supplier, wanted)
    if slot.start_ms != booking.slot_start and not slots.has_place(terms, slot, _taken(tx, booking)):
        raise invalid("/appointmentTimeslot: the slot is full: take another, or leave it out")


def settle(tx: Tx, entity: SupplierEntity, *, moved: bool) -> None:
    """The KCI was taken, and the booking has one place again, the new one; or refused, and it has the old one."""
    booking = _booking(tx, entity)
    if booking is None or booking.left_start is None:
        return
    back = {} if moved else {"slot_start": booking.left_start, "slot_end": booking.left_end}
    bookings.change(tx, booking, **back, left_start=None, left_end=None)


def _booking(tx: Tx, entity: SupplierEntity) -> Booking | None:
    number = entity.body.get("appointmentReservationId", 0)
    return bookings.find(tx, entity.supplier, entity.tenant, number)


def _planned(supplier: Supplier, slot: Mapping[str, Any]) -> Slot:
    return slots.slot_at(supplier, to_ms(slot["timeslotStartDateTime"]), to_ms(slot["timeslotEndDateTime"]))


def _with_place(tx: Tx, supplier: Supplier, terms: Appointments, booking: Booking, planned: Slot) -> Slot:
    """The first slot from the planned one on that has a place; the present one where none has."""
    taken, here = _taken(tx, booking), booking.slot_start
    for slot in islice(_from(supplier, planned), _MOST_TRIED):
        if slot.start_ms == here or slots.has_place(terms, slot, taken):
            return slot
    return slots.slot_at(supplier, here, booking.slot_end)


def _from(supplier: Supplier, slot: Slot) -> Iterator[Slot]:
    while True:
        yield slot
        slot = slots.next_slot_like(supplier, slot.start_ms, slot.end_ms, 1)


def _taken(tx: Tx, booking: Booking) -> Mapping[int, int]:
    return bookings.taken(tx, booking.supplier, booking.area)
