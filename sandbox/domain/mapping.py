"""The supplier's words and the tenant's: two vocabularies for one thing."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.domain import lifecycles
from sandbox.domain.durations import to_ms
from sandbox.domain.entities import ORDER, PROBLEM, TEST, Entity, Update
from sandbox.domain.errors import invalid
from sandbox.domain.requests import CANCELLATION, Request

# Supplier's reason code → (update type, type) of the tenant's KCI.
TYPES: Mapping[str, tuple[str, str]] = {
    "CREATED": ("INFORMATIONAL", "CREATED"),
    "ACKNOWLEDGED": ("INFORMATIONAL", "ACKNOWLEDGED"),
    "COMMITTED": ("INFORMATIONAL", "COMMITTED"),
    "UPDATE": ("INFORMATIONAL", "UPDATE"),
    "ADDITIONAL": ("INFORMATIONAL", "ADDITIONAL"),
    "WARNING": ("INFORMATIONAL", "WARNING"),
    "DELAY": ("INFORMATIONAL", "DELAY"),
    "RESUMED": ("INFORMATIONAL", "RESUMED"),
    "REAPPOINTED": ("INFORMATIONAL", "REAPPOINTED"),
    "AMENDED": ("INFORMATIONAL", "AMENDED"),
    "CANCELLED": ("INFORMATIONAL", "CANCELLED"),
    "COMPLETED": ("INFORMATIONAL", "COMPLETED"),
    "ORDER_REJECTED": ("INFORMATIONAL", "TERMINATED"),
    "INFORMATION_REQUIRED": ("ACTION_REQUIRED", "INFORMATION_REQUIRED"),
    "REAPPOINT": ("ACTION_REQUIRED", "REAPPOINT"),
    "AMENDMENT_REJECTED": ("ACTION_REQUIRED", "RESUBMIT"),
    "CANCELLATION_REJECTED": ("ACTION_REQUIRED", "RESUBMIT"),
    "RESUBMIT": ("ACTION_REQUIRED", "RESUBMIT"),
    "RESOLVED": ("ACTION_REQUIRED", "CONFIRM"),
    "NETWORK_INCIDENT": ("INFORMATIONAL", "UPDATE"),
}

# The member of a supplier's KCI that holds the thing it is about → the thing's kind.
PROPERTIES: Mapping[str, str] = {
    "provideServiceOrder": ORDER,
    "modifyServiceOrder": ORDER,
    "ceaseServiceOrder": ORDER,
    "ethernetServiceOrder": ORDER,
    "serviceTest": TEST,
    "serviceProblem": PROBLEM,
}

_ORDER_PROPERTIES = {
    "MODIFY": "modifyServiceOrder",
    "CEASE": "ceaseServiceOrder",
    "UNSOLICITED_CEASE": "ceaseServiceOrder",
}

# What a supplier may change with a KCI, and the tenant's name for it; by kind of thing.
_ORDER_CHANGES = {
    "supplierOrderReference": "supplierOrderNumber",
    "appointmentReservationReference": "appointmentSupplierReference",
    "appointmentTimeslot": "appointmentTimeslot",
    "serviceOrderItem": "serviceOrderItem",
    "orderItems": "orderItems",
    "serviceCharacteristics": "serviceCharacteristics",
    "requestedCompletionDate": "requestedCompletionDate",
    "committedDate": "committedDate",
    "targetDate": "targetDate",
}
CHANGES: Mapping[str, Mapping[str, str]] = {
    ORDER: _ORDER_CHANGES,
    TEST: {"supplierReference": "supplierReference", "result": "result"},
    PROBLEM: {
        "supplierReference": "supplierIdentifier",
        "appointmentReservationReference": "appointmentSupplierReference",
        "appointmentTimeslot": "appointmentTimeslot",
        "targetDate": "targetDate",
    },
}

# The supplier's own reference of a thing, in its words.
REFERENCE: Mapping[str, str] = {
    ORDER: "supplierOrderReference",
    TEST: "supplierReference",
    PROBLEM: "supplierReference",
}

# What the supplier is given of the tenant's thing, and its name for it where that differs.
_SAME_ON_BOTH_SIDES = (
    "id", "orderType", "address", "serviceOrderItem", "serviceId", "serviceCharacteristics", "primaryContact",
    "secondaryContact", "appointmentReservationId", "appointmentTimeslot", "requestedCompletionDate", "engineerTasks",
    "hazards", "onSiteRestrictions", "notes", "supplierQuoteId", "siteInformation", "orderItems",
)  # fmt: skip
GIVEN: Mapping[str, Mapping[str, str]] = {
    ORDER: {name: name for name in _SAME_ON_BOTH_SIDES}
    | {"appointmentSupplierReference": "appointmentReservationReference"},
    TEST: {name: name for name in ("id", "serviceId", "serviceSpecification", "problemType")},
    PROBLEM: {
        name: name
        for name in (
            "id", "problemType", "problemText", "serviceId", "serviceSpecification", "characteristics",
            "primaryContact", "secondaryContact", "appointmentReservationId", "hazards", "onSiteRestrictions", "notes",
        )
    },
}  # fmt: skip

_CONTENT = {"problemCode": "code", "text": "text", "supplierCode": "supplierCode", "supplierCodes": "supplierCodes"}


def property_of(kind: str, body: Mapping[str, Any]) -> str:
    """The member of a supplier's KCI that holds this thing."""
    if kind != ORDER:
        return {TEST: "serviceTest", PROBLEM: "serviceProblem"}[kind]
    if "siteInformation" in body:
        return "ethernetServiceOrder"
    return _ORDER_PROPERTIES.get(body.get("orderType", ""), "provideServiceOrder")


def to_supplier(entity: Entity) -> dict[str, Any]:
    """The body with which the supplier is sent this thing. Its address identifiers have no further ones inside.

    An Ethernet order has no order type on that side (published).
    """
    body = {theirs: entity.body[ours] for ours, theirs in GIVEN[entity.kind].items() if ours in entity.body}
    if "address" in body:
        body["address"] = supplier_address(body["address"])
    if "siteInformation" in body:
        body["siteInformation"] = supplier_sites(body["siteInformation"])
        body.pop("orderType", None)
    return body | {"tenant": entity.tenant} if entity.kind == ORDER else body


def supplier_address(identifier: Mapping[str, Any]) -> dict[str, Any]:
    """An address identifier as suppliers know it: with no further ones inside."""
    return {"id": identifier["id"], "type": identifier["type"]}


def supplier_sites(sites: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sites of a quote or an Ethernet order as suppliers know them."""
    return [{**site, "address": supplier_address(site["address"])} for site in sites]


def request_to_supplier(request: Request, entity: Entity) -> dict[str, Any]:
    """The body with which the supplier is asked to amend or cancel."""
    body = {
        name: value for name, value in request.body.items() if name not in ("status", "supplier", "supplierReference")
    }
    if "siteInformation" in body:
        body["siteInformation"] = supplier_sites(body["siteInformation"])
    if request.kind == CANCELLATION and entity.kind == ORDER:
        body.pop("text", None)  # the supplier's side has no text
        known = {} if entity.supplier_reference is None else {"supplierOrderReference": entity.supplier_reference}
        return body | known
    if entity.kind == PROBLEM and entity.supplier_reference is not None:
        body["supplierServiceProblemReference"] = entity.supplier_reference
    return body


def changes_from(entity: Entity, theirs: Mapping[str, Any]) -> dict[str, Any]:
    """What the supplier's version changes on ours.

    Raises INVALID_REQUEST when it would move a committedDate that is set: it is set once (published glossary).
    """
    changes = {ours: theirs[name] for name, ours in CHANGES[entity.kind].items() if name in theirs}
    committed = entity.body.get("committedDate")
    if committed and "committedDate" in changes and to_ms(changes["committedDate"]) != to_ms(committed):
        raise invalid(f"committedDate is {committed} and is set once: send it unchanged, and move targetDate instead")
    return changes


def update_from(kci: Mapping[str, Any], status: str, received_on: int, about: Mapping[str, Any]) -> Update:
    """What the tenant is told by a supplier's KCI that led to `status`. `about` is what it reports."""
    update_type, kind = TYPES[kci["reasonCode"]]
    if status == lifecycles.FAILED:
        kind = "TERMINATED"  # published: ended without fulfilment; no reason code of its own is named for it
    content = {"type": kind} | {theirs: kci[ours] for ours, theirs in _CONTENT.items() if ours in kci}
    return Update(update_type, content, to_ms(kci["issuedOn"]), received_on, tuple(kci.get("supplierNotes", ())), about)
