"""What an amendment changes: a value sent replaces the old one, arrays whole; an empty one removes it (published)."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.entities import Entity
from sandbox.domain.errors import invalid
from sandbox.domain.requests import Request
from sandbox.gateway.appointments import check_reservation, taken_over
from sandbox.parts import Parts
from sandbox.store import reservations
from sandbox.store.store import Tx

# What names the thing or the request, and is no change.
_NO_CHANGE = ("id", "status", "orderId", "serviceProblemId", "supplier", "supplierReference", "escalationRequest")

# What an order or a problem cannot be without.
_NEEDED = ("primaryContact", "problemText", "serviceCharacteristics")


def check(parts: Parts, tx: Tx, entity: Entity, body: Mapping[str, Any]) -> None:
    """Refuse an amendment that changes nothing, would lose what is needed, or names a reservation it cannot use."""
    changed = {name: value for name, value in body.items() if name not in _NO_CHANGE}
    if not changed:
        raise invalid("the amendment changes nothing: send the members that are to change")
    lost = [name for name in _NEEDED if name in changed and not changed[name]]
    if lost:
        raise invalid(*(f"/{name}: it cannot be removed: send the value that replaces it" for name in lost))
    if "appointmentReservationId" in changed:
        check_reservation(parts, tx, entity.tenant, changed["appointmentReservationId"], entity.body)
        reservations.use(tx, entity.tenant, changed["appointmentReservationId"], entity.id)


def for_supplier(tx: Tx, request: Request) -> dict[str, Any]:
    """What the supplier's side of an amendment has beside the tenant's: its own reference of the new reservation."""
    found = _reservation(tx, request)
    return {} if found is None else {"appointmentReservationReference": found["appointmentSupplierReference"]}


def changes(tx: Tx, entity: Entity, request: Request) -> dict[str, Any]:
    """The members of the entity's body as the amendment leaves them."""
    changed = {name: value for name, value in request.body.items() if name not in _NO_CHANGE}
    characteristics = changed.pop("serviceCharacteristics", None)
    if characteristics is not None and "serviceOrderItem" in entity.body:
        changed["serviceOrderItem"] = {**entity.body["serviceOrderItem"], "serviceCharacteristics": characteristics}
    elif characteristics is not None:
        changed["serviceCharacteristics"] = characteristics
    emptied = {name: None for name, value in changed.items() if value in ("", [], {})}
    return changed | emptied | (_reservation(tx, request) or {})


def _reservation(tx: Tx, request: Request) -> dict[str, Any] | None:
    number = request.body.get("appointmentReservationId")
    found = reservations.find(tx, request.tenant, number) if number else None
    return None if found is None else taken_over(found)
