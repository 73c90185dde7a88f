"""Every life-cycle transition there is. No other code decides a status.

An event is a name (a supplier's reason code, or one of the gateway's own) with the status that it states. The table
says from which states the event may come and which statuses it may lead to; SAME stands for "the state it is in".
Sources: the published order states, and the published reason codes with their required statuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass

RECEIVED_BY_GATEWAY = "RECEIVED_BY_GATEWAY"
SENT_TO_SUPPLIER = "SENT_TO_SUPPLIER"
FAILED_TO_SEND = "FAILED_TO_SEND"
ACKNOWLEDGED = "ACKNOWLEDGED"
REJECTED = "REJECTED"
IN_PROGRESS = "IN_PROGRESS"
PENDING = "PENDING"
HELD = "HELD"
CANCELLED = "CANCELLED"
FAILED = "FAILED"
PARTIAL = "PARTIAL"
COMPLETED = "COMPLETED"

PENDING_AMENDMENT = "PENDING_AMENDMENT"
PENDING_CANCELLATION = "PENDING_CANCELLATION"
PENDING_REQUESTS = (PENDING_AMENDMENT, PENDING_CANCELLATION)

SAME = "(same)"
BEFORE = "(before the pending requests)"

_OPEN = (ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD)
_SENT = (SENT_TO_SUPPLIER, *_OPEN)


@dataclass(frozen=True)
class Rule:
    """From any of `sources`, the event leads to one of `targets`; the first target is the usual one."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]


ORDER: Mapping[str, Rule] = {
    # the gateway's own events
    "SENT": Rule((RECEIVED_BY_GATEWAY,), (SENT_TO_SUPPLIER,)),
    "SEND_FAILED": Rule((RECEIVED_BY_GATEWAY,), (FAILED_TO_SEND,)),
    # the supplier's reason codes
    "ACKNOWLEDGED": Rule((SENT_TO_SUPPLIER,), (ACKNOWLEDGED,)),
    "COMMITTED": Rule((SENT_TO_SUPPLIER, ACKNOWLEDGED, IN_PROGRESS), (IN_PROGRESS,)),
    "UPDATE": Rule(_SENT, (SAME,)),
    "ADDITIONAL": Rule(_SENT, (SAME,)),
    "WARNING": Rule(_SENT, (SAME,)),
    "DELAY": Rule(_OPEN, (HELD, SAME)),
    "RESUMED": Rule((HELD,), (IN_PROGRESS,)),
    "INFORMATION_REQUIRED": Rule(_OPEN, (PENDING,)),
    "REAPPOINT": Rule(_OPEN, (PENDING,)),
    "REAPPOINTED": Rule(_OPEN, (IN_PROGRESS, SAME)),
    "CANCELLED": Rule(_SENT, (CANCELLED,)),
    "ORDER_REJECTED": Rule((SENT_TO_SUPPLIER,), (REJECTED,)),
    "COMPLETED": Rule(_OPEN, (COMPLETED, PARTIAL)),
}

TABLES: Mapping[str, Mapping[str, Rule]] = {"order": ORDER}


def allowed(kind: str, state: str, event: str, *, before: str | None = None) -> tuple[str, ...]:
    """The statuses that this event may state for a thing of this kind in this state; empty when it may not come now."""
    rule = TABLES[kind].get(event)
    if rule is None or state not in rule.sources:
        return ()
    named = {SAME: state, BEFORE: before or state}
    return tuple(dict.fromkeys(named.get(target, target) for target in rule.targets))


def events_from(kind: str, state: str) -> tuple[str, ...]:
    """The events that may come in this state, in the table's order."""
    return tuple(event for event, rule in TABLES[kind].items() if state in rule.sources)


def terminal(kind: str, state: str) -> bool:
    """Whether nothing can happen to a thing in this state any more."""
    return not events_from(kind, state)
