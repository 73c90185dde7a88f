"""The KCI envelope that a tenant gets."""

from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.orders import Order, Update

PENDING = "PENDING"
DELIVERED = "DELIVERED"
FAILED = "FAILED"

# The envelope member that says what happened, by update type.
CONTENT = {"INFORMATIONAL": "information", "ACTION_REQUIRED": "action", "ERROR": "error"}

# How long after a failed attempt the next one follows, in milliseconds of world time; the last repeats until GIVE_UP.
RETRIES = (5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000, 86_400_000)
GIVE_UP = 14 * 86_400_000


def envelope(kci_id: str, order: Order, update: Update, delivered_on: int) -> dict[str, Any]:
    """The published body: the entity is the order as it stands with this KCI."""
    body: dict[str, Any] = {"id": kci_id, "supplier": order.supplier, "sequenceNumber": order.sequence}
    if update.issued_on is not None:
        body["issuedOn"] = to_text(update.issued_on)
    if update.received_on is not None:
        body["receivedOn"] = to_text(update.received_on)
    body["deliveredOn"] = to_text(delivered_on)
    if update.notes:
        body["supplierNotes"] = list(update.notes)
    body["updateType"] = update.update_type
    body[CONTENT[update.update_type]] = dict(update.content)
    body["entityType"] = "PROVIDE_ORDER"
    body["entity"] = dict(order.entity)
    return body


def history_entry(body: dict[str, Any], delivery_status: str) -> dict[str, Any]:
    """The KCI as an entry of `updates[]`: the envelope without the entity, with how its delivery stands."""
    return {name: value for name, value in body.items() if name not in ("entity", "entityType")} | {
        "deliveryStatus": delivery_status
    }


def retry_at(first_attempt: int, now: int, attempts: int) -> int | None:
    """When a KCI that failed `attempts` times is tried again; None when it is given up, GIVE_UP after the first."""
    due = now + RETRIES[min(attempts, len(RETRIES)) - 1]
    return due if due - first_attempt <= GIVE_UP else None
