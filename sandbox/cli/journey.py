"""A tenant's way to an order: a slot, its reservation, the order."""

from typing import Any

import orjson

from sandbox.cli.session import Session
from sandbox.domain.suppliers import Supplier

CONTACT = {"name": "Robin Fenwick", "phoneNumber": "07700 900123"}


def place_order(session: Session, supplier: Supplier, address: dict[str, str], scenario: str) -> int:
    """The number of a new order for the first service that the supplier sells, at the first slot it has."""
    order: dict[str, Any] = {
        "orderType": "NEW",
        "supplier": supplier.code,
        "address": address,
        "serviceOrderItem": item_of(supplier),
        "primaryContact": CONTACT,
    }
    if supplier.appointments is not None:
        order["appointmentReservationId"] = reserve(session, supplier.code, address, supplier.specifications[0].id)
    headers = _headers(supplier.code, "order") | {"X-Scenario": scenario}
    placed: int = session.call("POST", "/v1/service-orders", order, headers=headers)["id"]
    return placed


def item_of(supplier: Supplier) -> dict[str, Any]:
    """What is ordered: the first service that the supplier sells, with its first line profile."""
    specification = supplier.specifications[0]
    return {
        "serviceSpecification": {"id": specification.id},
        "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": specification.line_profiles[0]}],
    }


def reserve(session: Session, supplier: str, address: dict[str, str], specification: str) -> int:
    """The number of a reservation of the first free slot."""
    query = {
        "supplier": supplier,
        "address": orjson.dumps(address).decode(),
        "serviceSpecification": orjson.dumps({"id": specification}).decode(),
        "appointmentPurpose": "PROVIDE",
    }
    headers = _headers(supplier, "slots")
    slot = session.call("GET", "/v1/available-appointments", query=query, headers=headers)["availableTimeslots"][0]
    wanted: dict[str, Any] = {
        "supplier": supplier,
        "address": address,
        "serviceSpecification": {"id": specification},
        "purpose": "PROVIDE",
        "timeslot": {name: slot[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")},
    }
    made: int = session.call("POST", "/v1/appointments", wanted, headers=_headers(supplier, "reservation"))["id"]
    return made


def _headers(supplier: str, step: str) -> dict[str, str]:
    return {"X-Request-ID": f"{supplier}-{step}", "X-Conversation-ID": supplier}
