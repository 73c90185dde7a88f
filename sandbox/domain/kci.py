"""The KCI envelope that a tenant gets."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.entities import ORDER, PROBLEM, TEST, Entity, Update

PENDING = "PENDING"
DELIVERED = "DELIVERED"
FAILED = "FAILED"

# The envelope member that says what happened, by update type.
CONTENT = {"INFORMATIONAL": "information", "ACTION_REQUIRED": "action", "ERROR": "error"}

# The published entityType by kind, and for orders by orderType. The Ethernet one is our assumption: it is not printed.
ENTITY_TYPES: Mapping[str, str] = {TEST: "SERVICE_TEST", PROBLEM: "SERVICE_PROBLEM"}
ORDER_TYPES: Mapping[str, str] = {
    "NEW": "PROVIDE_ORDER",
    "START": "PROVIDE_ORDER",
    "TRANSFER": "PROVIDE_ORDER",
    "TAKEOVER": "PROVIDE_ORDER",
    "MODIFY": "MODIFY_ORDER",
    "CEASE": "CEASE_ORDER",
    "UNSOLICITED_CEASE": "UNSOLICITED_CEASE_ORDER",
}
ETHERNET = "PROVIDE_ETHERNET_ORDER"

# What a KCI may report inside its entity, and an entry of `updates[]` repeats.
REPORTED = (
    "serviceOrderAmendment",
    "serviceOrderCancellation",
    "serviceProblemAmendment",
    "serviceProblemCancellation",
    "serviceProblemResolution",
)


def entity_type(entity: Entity) -> str:
    """The published entityType."""
    if entity.kind != ORDER:
        return ENTITY_TYPES[entity.kind]
    return ETHERNET if "siteInformation" in entity.body else ORDER_TYPES[entity.body["orderType"]]


def envelope(kci_id: str, entity: Entity, update: Update, delivered_on: int) -> dict[str, Any]:
    """The published body: the entity as it stands with this KCI, with the request inside that the KCI reports."""
    body: dict[str, Any] = {"id": kci_id, "supplier": entity.supplier, "sequenceNumber": entity.sequence}
    if update.issued_on is not None:
        body["issuedOn"] = to_text(update.issued_on)
    if update.received_on is not None:
        body["receivedOn"] = to_text(update.received_on)
    body["deliveredOn"] = to_text(delivered_on)
    if update.notes:
        body["supplierNotes"] = list(update.notes)
    body["updateType"] = update.update_type
    body[CONTENT[update.update_type]] = dict(update.content)
    body["entityType"] = entity_type(entity)
    body["entity"] = {**entity.body, **update.about}
    return body


def history_entry(body: Mapping[str, Any], delivery_status: str) -> dict[str, Any]:
    """The KCI as an entry of `updates[]`: the envelope without the entity, with how its delivery stands."""
    entry = {name: value for name, value in body.items() if name not in ("entity", "entityType")}
    reported = {name: body["entity"][name] for name in REPORTED if name in body["entity"]}
    return {**entry, **reported, "deliveryStatus": delivery_status}


def retry_at(now: int, attempts: int, retries: tuple[int, ...], give_up: int) -> int | None:
    """When a KCI that has failed `attempts` times is tried again; None when it is given up, so long after the first.

    What the attempts themselves took is not counted.
    """
    waits = [retries[min(attempt, len(retries)) - 1] for attempt in range(1, attempts + 1)]
    return now + waits[-1] if sum(waits) <= give_up else None
