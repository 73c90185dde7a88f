"""A fake supplier's diary: free slots, and places held in them for a limited time."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from sandbox.domain import slots
from sandbox.domain.durations import to_date, to_ms, to_text
from sandbox.domain.errors import invalid
from sandbox.domain.ids import make_reference
from sandbox.domain.slots import Slot
from sandbox.domain.suppliers import Appointments, Supplier
from sandbox.parts import Parts
from sandbox.store import bookings
from sandbox.store.bookings import Booking
from sandbox.store.store import Tx
from sandbox.suppliers.premises import offered, served_premises, supplier_at
from sandbox.wire.calls import Answer, Call


def list_slots(parts: Parts, call: Call) -> Answer:
    """GET /available-appointments: the slots with a place left."""
    supplier, terms = _with_diary(parts, call)
    premises = served_premises(parts, supplier, call.query["address"])
    specification = offered(supplier, call.query["serviceSpecification"])
    from_date = to_date(call.query["appointmentFromDate"]) if "appointmentFromDate" in call.query else None
    wanted = call.query.get("classifications")

    def look(tx: Tx) -> list[Slot]:
        taken = bookings.taken(tx, supplier.code, premises.area)
        listed = slots.diary(supplier, premises.area, tx.now, from_date, tx.world.seed)
        return [
            slot
            for slot in listed
            if slots.has_place(terms, slot, taken) and (not wanted or slot.classification in wanted)
        ]

    free = parts.store.read(call.caller.world, look, at=call.at)
    body = {
        "address": call.query["address"],
        "serviceSpecification": {"id": specification.id, "name": specification.name},
        "availableTimeslots": [timeslot(slot) for slot in free],
    }
    return Answer(200, body)


def reserve(parts: Parts, call: Call) -> Answer:
    """POST /appointments: hold a place, if there still is one. The same request again gets the same answer."""
    request: dict[str, Any] = call.body
    supplier, terms = _with_diary(parts, call)
    premises = served_premises(parts, supplier, request["address"])
    specification = offered(supplier, request["serviceSpecification"])
    tenant = call.headers["Tenant"]
    digest = sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def hold(tx: Tx) -> Mapping[str, Any]:
        known = bookings.find(tx, supplier.code, tenant, request["id"])
        if known is not None:
            if known.digest != digest:
                raise invalid(f"/id: {request['id']} is the number of another reservation")
            return known.answer
        bookings.open_diary(tx, supplier.code, premises.area)
        slot = _free_slot(tx, supplier, terms, premises.area, request["timeslot"])
        reference = make_reference(
            supplier.reference_prefix, tx.world.seed, tx.world.epoch, "booking", tenant, request["id"]
        )
        expires_at = tx.now + terms.reservation_life_ms
        answer = {
            **request,
            "supplierReference": reference,
            "expiryDateTime": to_text(expires_at),
            "serviceSpecification": {"id": specification.id, "name": specification.name},
            "timeslot": timeslot(slot),
        }
        place = (supplier.code, tenant, request["id"], reference, premises.area, slot.start_ms, slot.end_ms)
        bookings.add(tx, Booking(*place, expires_at, digest, answer))
        return answer

    return Answer(201, parts.write(call, hold))


def confirm(tx: Tx, supplier: Supplier, area: str, order: Mapping[str, Any]) -> dict[str, Any]:
    """An order claims its reservation: what it takes over from it. Refuses one that is missing or cannot be used."""
    reservation_id = order.get("appointmentReservationId")
    if reservation_id is not None:
        return claim(tx, supplier, area, order["tenant"], reservation_id)
    if supplier.appointments is not None and order["orderType"] == "NEW":
        raise invalid("/appointmentReservationId: an engineer has to come: reserve an appointment and send its id")
    return {}


def claim(
    tx: Tx, supplier: Supplier, area: str, tenant: str, reservation_id: int, held: int | None = None
) -> dict[str, Any]:
    """Keep a reservation for good: what the order or problem takes over from it. `held` is the one that it has."""
    booking = bookings.find(tx, supplier.code, tenant, reservation_id, lock=True)
    if booking is None or booking.area != area:
        raise invalid(
            f"/appointmentReservationId: {reservation_id} is not a reservation at {supplier.code} for this address"
        )
    if booking.expires_at is None and reservation_id == held:
        return {}  # the supplier may have moved it meanwhile
    if booking.expires_at is None:
        raise invalid(f"/appointmentReservationId: {reservation_id} has been used: reserve another")
    if booking.expires_at <= tx.now:
        expired = booking.answer["expiryDateTime"] if booking.expires_at == 0 else to_text(booking.expires_at)
        raise invalid(f"/appointmentReservationId: {reservation_id} expired at {expired}: reserve another")
    bookings.change(tx, booking, expires_at=None)
    return {"appointmentReservationReference": booking.reference, "appointmentTimeslot": booking.answer["timeslot"]}


def give_up(tx: Tx, supplier: str, tenant: str, order: Mapping[str, Any]) -> None:
    """The order needs its slot no more: others may have the place."""
    booking = bookings.find(tx, supplier, tenant, order.get("appointmentReservationId", 0))
    if booking is not None:
        bookings.change(tx, booking, expires_at=tx.now)


def let_go(tx: Tx, supplier: str, tenant: str, reservation_id: int) -> bool:
    """The order that came with this reservation is refused: others may have the place. False where none is held."""
    booking = bookings.find(tx, supplier, tenant, reservation_id, lock=True)
    if booking is None or booking.expires_at is None or booking.expires_at <= tx.now:
        return False
    bookings.change(tx, booking, expires_at=tx.now)
    return True


def timeslot(slot: Slot) -> dict[str, Any]:
    """A slot in the published words."""
    return {
        "timeslotStartDateTime": to_text(slot.start_ms),
        "timeslotEndDateTime": to_text(slot.end_ms),
        "classification": slot.classification,
        "standard": slot.standard,
    }


def _with_diary(parts: Parts, call: Call) -> tuple[Supplier, Appointments]:
    supplier = supplier_at(parts, call.path["code"])
    if supplier.appointments is None:
        raise invalid(f"{supplier.code} makes no appointments: order without one")
    return supplier, supplier.appointments


def _free_slot(tx: Tx, supplier: Supplier, terms: Appointments, area: str, wanted: Mapping[str, str]) -> Slot:
    start, end = to_ms(wanted["timeslotStartDateTime"]), to_ms(wanted["timeslotEndDateTime"])
    slot = slots.find_slot(supplier, area, tx.now, tx.world.seed, start, end)
    if slot is None:
        raise invalid("/timeslot: the diary has no such slot: GET /available-appointments lists those that are free")
    if not slots.has_place(terms, slot, bookings.taken(tx, supplier.code, area)):
        raise invalid("/timeslot: the slot has gone meanwhile: take another from GET /available-appointments")
    return slot
