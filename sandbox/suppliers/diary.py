"""A fake supplier's diary at one address: the supplier's slots, as the place itself lets them be."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sandbox.domain import slots
from sandbox.domain.behaviours import NO_SLOTS, ONE_SLOT, VANISHING
from sandbox.domain.durations import to_ms
from sandbox.domain.errors import invalid
from sandbox.domain.premises import Premises
from sandbox.domain.slots import Slot
from sandbox.domain.suppliers import Supplier
from sandbox.store import bookings
from sandbox.store.bookings import Booking
from sandbox.store.store import Tx

OUTSIDERS = "(outsiders)"  # who takes a slot that vanishes: customers from outside this world
GONE = "/timeslot: the slot has gone meanwhile: take another from GET /available-appointments"


def listed(tx: Tx, supplier: Supplier, premises: Premises, from_date: date | None) -> list[Slot]:
    """The slots with a place left, in order of time."""
    terms = supplier.appointments
    if terms is None:
        return []
    taken = bookings.taken(tx, supplier.code, premises.area)
    return [slot for slot in _open(tx, supplier, premises, from_date) if slots.has_place(terms, slot, taken)]


def free_slot(tx: Tx, supplier: Supplier, premises: Premises, wanted: Mapping[str, str]) -> Slot:
    """The slot of these times. Raises INVALID_REQUEST where there is none such, or no place in it."""
    terms, slot = supplier.appointments, _find(tx, supplier, premises, wanted)
    if terms is None or slot is None:
        raise invalid("/timeslot: the diary has no such slot: GET /available-appointments lists those that are free")
    if not slots.has_place(terms, slot, bookings.taken(tx, supplier.code, premises.area)):
        raise invalid(GONE)
    return slot


def vanishes(tx: Tx, supplier: Supplier, premises: Premises, slot: Slot) -> bool:
    """Whether outsiders get the slot at this very moment: at some addresses, of every two wishes for one the first."""
    if premises.behaviour.slots != VANISHING:
        return False
    theirs, granted = bookings.counted(tx, supplier.code, premises.area, OUTSIDERS)
    if theirs > granted:
        return False
    for place in range(slot.capacity):
        about = (supplier.code, OUTSIDERS, slot.start_ms + place, "", premises.area, slot.start_ms, slot.end_ms)
        bookings.add(tx, Booking(*about, None, "", {}))
    return True


def _open(tx: Tx, supplier: Supplier, premises: Premises, from_date: date | None) -> list[Slot]:
    kind = premises.behaviour.slots
    if kind == NO_SLOTS:
        return []
    if kind == ONE_SLOT:
        first = slots.diary(supplier, premises.area, tx.now, None, tx.world.seed)[:1]
        soon = (slot for slot in first if from_date is None or slots.local_date(slot.start_ms) >= from_date)
        return [replace(slot, capacity=1) for slot in soon]
    return slots.diary(supplier, premises.area, tx.now, from_date, tx.world.seed)


def _find(tx: Tx, supplier: Supplier, premises: Premises, wanted: Mapping[str, str]) -> Slot | None:
    times = to_ms(wanted["timeslotStartDateTime"]), to_ms(wanted["timeslotEndDateTime"])
    if premises.behaviour.slots in (NO_SLOTS, ONE_SLOT):
        every = _open(tx, supplier, premises, None)
        return next((slot for slot in every if (slot.start_ms, slot.end_ms) == times), None)
    return slots.find_slot(supplier, premises.area, tx.now, tx.world.seed, *times)
