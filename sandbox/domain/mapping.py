"""The supplier's words and the tenant's: two vocabularies for one order."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.durations import to_ms
from sandbox.domain.errors import invalid
from sandbox.domain.orders import Order, Update

# Supplier's reason code → (update type, type) of the tenant's KCI.
TYPES: Mapping[str, tuple[str, str]] = {
    "ACKNOWLEDGED": ("INFORMATIONAL", "ACKNOWLEDGED"),
    "COMMITTED": ("INFORMATIONAL", "COMMITTED"),
    "UPDATE": ("INFORMATIONAL", "UPDATE"),
    "ADDITIONAL": ("INFORMATIONAL", "ADDITIONAL"),
    "WARNING": ("INFORMATIONAL", "WARNING"),
    "DELAY": ("INFORMATIONAL", "DELAY"),
    "RESUMED": ("INFORMATIONAL", "RESUMED"),
    "REAPPOINTED": ("INFORMATIONAL", "REAPPOINTED"),
    "CANCELLED": ("INFORMATIONAL", "CANCELLED"),
    "COMPLETED": ("INFORMATIONAL", "COMPLETED"),
    "ORDER_REJECTED": ("INFORMATIONAL", "TERMINATED"),
    "INFORMATION_REQUIRED": ("ACTION_REQUIRED", "INFORMATION_REQUIRED"),
    "REAPPOINT": ("ACTION_REQUIRED", "REAPPOINT"),
}

# What a supplier may change on an order with a KCI, and the tenant's name for it.
CHANGES: Mapping[str, str] = {
    "supplierOrderReference": "supplierOrderNumber",
    "appointmentReservationReference": "appointmentSupplierReference",
    "appointmentTimeslot": "appointmentTimeslot",
    "serviceOrderItem": "serviceOrderItem",
    "committedDate": "committedDate",
    "targetDate": "targetDate",
}

# What of the tenant's order the supplier is given, in the supplier's words where they differ.
GIVEN: Mapping[str, str] = {
    "id": "id",
    "orderType": "orderType",
    "address": "address",
    "serviceOrderItem": "serviceOrderItem",
    "primaryContact": "primaryContact",
    "secondaryContact": "secondaryContact",
    "appointmentReservationId": "appointmentReservationId",
    "appointmentSupplierReference": "appointmentReservationReference",
    "appointmentTimeslot": "appointmentTimeslot",
    "requestedCompletionDate": "requestedCompletionDate",
    "engineerTasks": "engineerTasks",
    "hazards": "hazards",
    "onSiteRestrictions": "onSiteRestrictions",
    "notes": "notes",
}


def to_supplier(order: Order) -> dict[str, Any]:
    """The body of the supplier's POST /service-orders. A supplier's address identifier has no further ones inside."""
    body = {theirs: order.entity[ours] for ours, theirs in GIVEN.items() if ours in order.entity}
    body["address"] = {name: order.entity["address"][name] for name in ("id", "type")}
    return body | {"tenant": order.tenant}


def changes_from(order: Order, entity: Mapping[str, Any]) -> dict[str, Any]:
    """What the supplier's version of the order changes on ours.

    Raises INVALID_REQUEST when it would move a committedDate that is set: it is set once (published glossary).
    """
    changes = {ours: entity[theirs] for theirs, ours in CHANGES.items() if theirs in entity}
    committed = order.entity.get("committedDate")
    if committed and "committedDate" in changes and to_ms(changes["committedDate"]) != to_ms(committed):
        raise invalid(f"committedDate is {committed} and is set once: send it unchanged, and move targetDate instead")
    return changes


def update_from(kci: Mapping[str, Any], received_on: int) -> Update:
    """What the tenant is told by a supplier's KCI."""
    update_type, kind = TYPES[kci["reasonCode"]]
    content = {"type": kind}
    content |= {
        theirs: kci[ours]
        for ours, theirs in (
            ("problemCode", "code"),
            ("text", "text"),
            ("supplierCode", "supplierCode"),
            ("supplierCodes", "supplierCodes"),
        )
        if ours in kci
    }
    return Update(update_type, content, to_ms(kci["issuedOn"]), received_on, tuple(kci.get("supplierNotes", ())))
