"""A fake supplier's diary: free slots, and places held in them for a limited time."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from sandbox.domain.behaviours import GIVEN_AWAY
from sandbox.domain.durations import to_date, to_text
from sandbox.domain.errors import invalid
from sandbox.domain.ids import make_reference
from sandbox.domain.premises import Premises
from sandbox.domain.slots import Slot
from sandbox.domain.suppliers import Appointments, Supplier
from sandbox.parts import Parts
from sandbox.store import bookings
from sandbox.store.bookings import Booking
from sandbox.store.store import Tx
from sandbox.suppliers import diary
from sandbox.suppliers.premises import offered, served_premises, supplier_at
from sandbox.wire.calls import Answer, Call


def list_slots(parts: Parts, call: Call) -> Answer:
    """GET /available-appointments: the slots with a place left."""
    supplier, _ = _with_diary(parts, call)
    premises = _appointed(served_premises(parts, supplier, call.query["address"]))
    specification = offered(supplier, call.query["serviceSpecification"])
    from_date = to_date(call.query["appointmentFromDate"]) if "appointmentFromDate" in call.query else None
    wanted = call.query.get("classifications")

    listed = parts.store.read(call.caller.world, lambda tx: diary.listed(tx, supplier, premises, from_date), at=call.at)
    free = [slot for slot in listed if not wanted or slot.classification in wanted]
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
    premises = _appointed(served_premises(parts, supplier, request["address"]))
    specification = offered(supplier, request["serviceSpecification"])
    tenant = call.headers["Tenant"]
    digest = sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def hold(tx: Tx) -> Mapping[str, Any] | None:
        known = bookings.find(tx, supplier.code, tenant, request["id"])
        if known is not None:
            if known.digest != digest:
                raise invalid(f"/id: {request['id']} is the number of another reservation")
            return known.answer
        bookings.open_diary(tx, supplier.code, premises.area)
        slot = diary.free_slot(tx, supplier, premises, request["timeslot"])
        if diary.vanishes(tx, supplier, premises, slot):
            return None  # which is kept, although the wish is refused
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

    answer = parts.write(call, hold)
    if answer is None:
        raise invalid(diary.GONE)
    return Answer(201, answer)


def confirm(tx: Tx, supplier: Supplier, premises: Premises, order: Mapping[str, Any]) -> dict[str, Any]:
    """An order claims its reservation: what it takes over from it. Refuses one that is missing or cannot be used."""
    reservation_id = order.get("appointmentReservationId")
    if reservation_id is not None:
        return claim(tx, supplier, premises.area, order["tenant"], reservation_id)
    needed = supplier.appointments is not None and premises.behaviour.qualifier is not None
    if needed and order["orderType"] == "NEW":
        raise invalid("/appointmentReservationId: an engineer has to come: reserve an appointment and send its id")
    return {}


def is_gone(tx: Tx, supplier: Supplier, premises: Premises, order: Mapping[str, Any]) -> bool:
    """Whether the order comes with a reservation whose slot is another's by now: it has expired, or was given away."""
    number = order.get("appointmentReservationId")
    booking = None if number is None else bookings.find(tx, supplier.code, order["tenant"], number)
    if booking is None or booking.expires_at is None:
        return False
    return booking.expires_at <= tx.now or premises.behaviour.slots == GIVEN_AWAY


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
    supplier = supplier_at(parts, call)
    if supplier.appointments is None:
        raise invalid(f"{supplier.code} makes no appointments: order without one")
    return supplier, supplier.appointments


def _appointed(premises: Premises) -> Premises:
    if premises.behaviour.qualifier is None:
        raise invalid("/address: no database knows these premises: order without an appointment, and staff see to it")
    return premises
