"""What a reservation is good for: used once, in time, for the supplier, address and specification it was made for."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.errors import invalid
from sandbox.parts import Parts
from sandbox.store import reservations
from sandbox.store.reservations import Reservation
from sandbox.store.store import Tx


def check_reservation(parts: Parts, tx: Tx, tenant: str, number: int, wanted: Mapping[str, Any]) -> Reservation:
    """The reservation, if what is `wanted` may use it. Another tenant's is as unknown as one that never was."""
    found = reservations.find(tx, tenant, number)
    if found is None:
        raise invalid(f"/appointmentReservationId: {number} is unknown: reserve an appointment first")
    wrong = list(_wrong(parts, tx, found, wanted))
    if wrong:
        raise invalid(*(f"/appointmentReservationId: {number} {message}: reserve another" for message in wrong))
    return found


def taken_over(reservation: Reservation) -> dict[str, Any]:
    """What an order shows of its reservation."""
    made = reservation.body
    return {"appointmentSupplierReference": made["supplierReference"], "appointmentTimeslot": made["timeslot"]}


def _wrong(parts: Parts, tx: Tx, found: Reservation, wanted: Mapping[str, Any]) -> list[str]:
    made, find = found.body, parts.library.premises.find
    specification = wanted.get("serviceOrderItem", wanted).get("serviceSpecification", made["serviceSpecification"])
    checks = (
        (found.order_id is not None, f"was used by order {found.order_id}"),
        (found.expires_at is not None and found.expires_at <= tx.now, f"expired at {made.get('expiryDateTime')}"),
        (made["supplier"] != wanted["supplier"], f"was made at {made['supplier']}"),
        (
            "address" in wanted and find(made["address"]) is not find(wanted["address"]),
            f"was made for address {made['address']['id']}",
        ),
        (
            made["serviceSpecification"]["id"] != specification["id"],
            f"was made for specification {made['serviceSpecification']['id']}",
        ),
    )
    return [message for fails, message in checks if fails]
