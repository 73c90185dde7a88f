"""Every life-cycle transition there is. No other code decides a status.

An event is a name (a supplier's reason code, or one of the gateway's own) with the status that it states. A table says
from which states each event may come and which statuses it may lead to, the usual one first.

What is published: the states, with a text for each; which reason codes there are, and the status that some of them
require; when an order may be amended. What is not, since the diagrams are pictures that could not be read: most of the
edges. Each rule says on what it stands, and "assumed" means that we filled a gap: above all the states from which a
cancellation is taken, what may be said while a request is pending, and nearly all that a problem's supplier may say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

RECEIVED_BY_GATEWAY = "RECEIVED_BY_GATEWAY"
SENT_TO_SUPPLIER = "SENT_TO_SUPPLIER"
FAILED_TO_SEND = "FAILED_TO_SEND"
ACKNOWLEDGED = "ACKNOWLEDGED"
REJECTED = "REJECTED"
IN_PROGRESS = "IN_PROGRESS"
PENDING = "PENDING"
HELD = "HELD"
NETWORK_INCIDENT = "NETWORK_INCIDENT"
PENDING_AMENDMENT = "PENDING_AMENDMENT"
PENDING_CANCELLATION = "PENDING_CANCELLATION"
CANCELLED = "CANCELLED"
FAILED = "FAILED"
RESOLVED = "RESOLVED"
ACCEPTED = "ACCEPTED"
PARTIAL = "PARTIAL"
COMPLETED = "COMPLETED"

PENDING_REQUESTS = (PENDING_AMENDMENT, PENDING_CANCELLATION)

# Events that no supplier tells: what the gateway does, or takes from an answer.
GATEWAY_EVENTS = frozenset(
    (
        "SENT",
        "SEND_FAILED",
        "IN_PROGRESS",
        "REJECTED",
        "AMENDMENT_PENDING",
        "CANCELLATION_PENDING",
        "OVERTAKEN",
        "RESOLUTION_ACCEPTED",
        "RESOLUTION_REJECTED",
    )
)

# Targets that depend on where the thing stands.
SAME = "(same)"  # the state it is in
BEFORE = "(before the pending requests)"  # the state before the requests that are pending, or else the one it is in
ANSWERED = "(before the question)"  # as BEFORE; but one that waited for its tenant, PENDING, is in progress again


@dataclass(frozen=True)
class Rule:
    """From any of `sources`, the event leads to one of `targets`, the usual one first. `basis` is why we say so."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    basis: str


Table = Mapping[str, tuple[Rule, ...]]

_DIAGRAM = "published: the texts of the states"
_CODES = "published: the table of reason codes"
_AMENDING = "published: amending and cancelling"
_RESOLVING = "published: how a problem is resolved"
_ASSUMED = "assumed: nothing is published"
_WHILE_PENDING = "assumed: a supplier may go on, and speak, while it decides on a request"

# A supplier says how the order itself stands also while a request about it is pending; the request has its own state.
_OPEN = (ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD, *PENDING_REQUESTS)
_SENT = (SENT_TO_SUPPLIER, *_OPEN)
_DECIDED = (SAME, ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD)  # the published "state carried in the result KCI"

# From where an order's cancellation may be taken; a deployment may take it from fewer.
CANCELLABLE = (ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD, PENDING_AMENDMENT)

_SENDING: Table = {
    "SENT": (Rule((RECEIVED_BY_GATEWAY,), (SENT_TO_SUPPLIER,), _DIAGRAM),),
    "SEND_FAILED": (Rule((RECEIVED_BY_GATEWAY,), (FAILED_TO_SEND,), _DIAGRAM),),
}

ORDER: Table = {
    # the gateway's own events
    **_SENDING,
    "AMENDMENT_PENDING": (
        Rule((ACKNOWLEDGED, IN_PROGRESS, PENDING, PENDING_AMENDMENT), (PENDING_AMENDMENT,), _AMENDING),
    ),
    "CANCELLATION_PENDING": (Rule(CANCELLABLE, (PENDING_CANCELLATION,), _ASSUMED),),
    # the supplier's reason codes
    "CREATED": (Rule((RECEIVED_BY_GATEWAY,), (ACKNOWLEDGED, IN_PROGRESS), _CODES),),
    "ACKNOWLEDGED": (
        Rule((SENT_TO_SUPPLIER,), (ACKNOWLEDGED,), _CODES),
        Rule((RECEIVED_BY_GATEWAY,), (ACKNOWLEDGED,), "published: an unsolicited cease, which is not sent to anybody"),
    ),
    "COMMITTED": (
        Rule((SENT_TO_SUPPLIER, ACKNOWLEDGED, IN_PROGRESS), (IN_PROGRESS,), _CODES),
        Rule(PENDING_REQUESTS, (IN_PROGRESS,), _WHILE_PENDING),
    ),
    "UPDATE": (Rule(_SENT, (SAME, BEFORE), _CODES),),
    "ADDITIONAL": (Rule(_SENT, (SAME, BEFORE), _CODES),),
    "WARNING": (Rule(_SENT, (SAME, BEFORE), _CODES),),
    "DELAY": (Rule(_OPEN, (HELD, SAME), _CODES),),
    "RESUMED": (
        Rule((HELD,), (IN_PROGRESS,), _CODES),
        Rule((PENDING_CANCELLATION,), (IN_PROGRESS,), _WHILE_PENDING),
    ),
    "INFORMATION_REQUIRED": (Rule(_OPEN, (PENDING,), _CODES),),
    "REAPPOINT": (Rule(_OPEN, (PENDING,), _CODES),),
    "REAPPOINTED": (Rule(_OPEN, (IN_PROGRESS, SAME), _CODES),),
    "AMENDED": (Rule(_OPEN, (ANSWERED, BEFORE, *_DECIDED), _AMENDING),),
    "AMENDMENT_REJECTED": (Rule(_OPEN, (BEFORE, *_DECIDED), _AMENDING),),
    "CANCELLED": (
        Rule(_SENT, (CANCELLED,), _CODES),
        Rule(_SENT, (FAILED,), "assumed: published as one way to end, and no reason code is named for it"),
    ),
    "CANCELLATION_REJECTED": (Rule(_OPEN, (BEFORE, *_DECIDED, PENDING_AMENDMENT), _ASSUMED),),
    "RESUBMIT": (Rule(_OPEN, (BEFORE, *_DECIDED), _ASSUMED),),
    "ORDER_REJECTED": (Rule((SENT_TO_SUPPLIER,), (REJECTED,), _CODES),),
    "COMPLETED": (Rule(_OPEN, (COMPLETED, PARTIAL), _CODES),),
}

# An amendment or a cancellation, of an order or of a problem. Its own decision is told by a KCI of what it is about.
REQUEST: Table = {
    # the gateway's own events; SENT is the supplier's 202
    "SENT": (Rule((RECEIVED_BY_GATEWAY,), (PENDING,), _AMENDING),),
    "SEND_FAILED": (Rule((RECEIVED_BY_GATEWAY,), (FAILED_TO_SEND,), _AMENDING),),
    "OVERTAKEN": (
        Rule((RECEIVED_BY_GATEWAY, PENDING), (REJECTED,), "assumed: what it is about came to its end undecided"),
    ),
    # the supplier's reason codes, or its 201 and 422
    "AMENDED": (Rule((RECEIVED_BY_GATEWAY, PENDING), (COMPLETED,), _AMENDING),),
    "AMENDMENT_REJECTED": (Rule((RECEIVED_BY_GATEWAY, PENDING), (REJECTED,), _AMENDING),),
    "CANCELLED": (Rule((RECEIVED_BY_GATEWAY, PENDING), (COMPLETED,), _AMENDING),),
    "CANCELLATION_REJECTED": (Rule((RECEIVED_BY_GATEWAY, PENDING), (REJECTED,), _AMENDING),),
    "RESUBMIT": (Rule((PENDING,), (REJECTED,), _ASSUMED),),
}

TEST: Table = {
    # the gateway's own events; IN_PROGRESS is the supplier's 201, REJECTED its 422
    **_SENDING,
    "IN_PROGRESS": (Rule((SENT_TO_SUPPLIER,), (IN_PROGRESS,), _DIAGRAM),),
    "REJECTED": (Rule((SENT_TO_SUPPLIER,), (REJECTED,), _DIAGRAM),),
    # the supplier's reason codes
    "UPDATE": (Rule((IN_PROGRESS,), (SAME,), _ASSUMED),),
    "ADDITIONAL": (Rule((IN_PROGRESS,), (SAME,), _ASSUMED),),
    "WARNING": (Rule((IN_PROGRESS,), (SAME,), _ASSUMED),),
    "CANCELLED": (Rule((IN_PROGRESS,), (FAILED,), "assumed: no text says how a test comes to be FAILED"),),
    "COMPLETED": (Rule((IN_PROGRESS,), (COMPLETED,), _DIAGRAM),),
}

_OPEN_PROBLEM = (*_OPEN, NETWORK_INCIDENT)
_SENT_PROBLEM = (SENT_TO_SUPPLIER, *_OPEN_PROBLEM)
_UNFINISHED = (*_OPEN_PROBLEM, RESOLVED)
_DECIDED_PROBLEM = (*_DECIDED, NETWORK_INCIDENT)

PROBLEM: Table = {
    # the gateway's own events; REJECTED is the supplier's 422, IN_PROGRESS its 201 that says so
    **_SENDING,
    "REJECTED": (Rule((SENT_TO_SUPPLIER,), (REJECTED,), _DIAGRAM),),
    "IN_PROGRESS": (Rule((ACKNOWLEDGED,), (IN_PROGRESS,), _DIAGRAM),),
    "AMENDMENT_PENDING": (
        Rule((ACKNOWLEDGED, IN_PROGRESS, PENDING, PENDING_AMENDMENT), (PENDING_AMENDMENT,), "assumed: as of an order"),
    ),
    "CANCELLATION_PENDING": (
        Rule(
            (ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD, NETWORK_INCIDENT, PENDING_AMENDMENT),
            (PENDING_CANCELLATION,),
            _ASSUMED,
        ),
    ),
    "RESOLUTION_ACCEPTED": (Rule((RESOLVED,), (COMPLETED,), _RESOLVING),),
    "RESOLUTION_REJECTED": (Rule((RESOLVED,), (IN_PROGRESS,), _RESOLVING),),
    # the supplier's reason codes
    "ACKNOWLEDGED": (Rule((SENT_TO_SUPPLIER,), (ACKNOWLEDGED,), _DIAGRAM),),
    "UPDATE": (
        Rule((ACKNOWLEDGED,), (SAME, IN_PROGRESS), "assumed: no reason code is named for the published step"),
        Rule(PENDING_REQUESTS, (SAME, IN_PROGRESS), _WHILE_PENDING),
        Rule((SENT_TO_SUPPLIER, *_UNFINISHED), (SAME, BEFORE), _ASSUMED),
    ),
    "ADDITIONAL": (Rule((SENT_TO_SUPPLIER, *_UNFINISHED), (SAME, BEFORE), _RESOLVING),),
    "WARNING": (Rule((SENT_TO_SUPPLIER, *_UNFINISHED), (SAME, BEFORE), _ASSUMED),),
    "DELAY": (Rule(_OPEN_PROBLEM, (HELD, SAME), "assumed: as of an order"),),
    "NETWORK_INCIDENT": (Rule(_OPEN_PROBLEM, (NETWORK_INCIDENT,), "assumed: only the state is published"),),
    "RESUMED": (
        Rule((HELD, NETWORK_INCIDENT), (IN_PROGRESS,), "assumed: as of an order"),
        Rule((PENDING_CANCELLATION,), (IN_PROGRESS,), _WHILE_PENDING),
    ),
    "INFORMATION_REQUIRED": (Rule(_OPEN_PROBLEM, (PENDING,), _DIAGRAM),),
    "REAPPOINT": (Rule(_OPEN_PROBLEM, (PENDING,), _DIAGRAM),),
    "REAPPOINTED": (Rule(_OPEN_PROBLEM, (IN_PROGRESS, SAME), "assumed: as of an order"),),
    "AMENDED": (Rule(_UNFINISHED, (ANSWERED, BEFORE, *_DECIDED_PROBLEM), _DIAGRAM),),
    "AMENDMENT_REJECTED": (Rule(_UNFINISHED, (BEFORE, *_DECIDED_PROBLEM), _ASSUMED),),
    "CANCELLED": (Rule((*_SENT_PROBLEM, RESOLVED), (CANCELLED,), _ASSUMED),),
    "CANCELLATION_REJECTED": (Rule(_UNFINISHED, (BEFORE, *_DECIDED_PROBLEM, PENDING_AMENDMENT), _ASSUMED),),
    "RESUBMIT": (Rule(_UNFINISHED, (BEFORE, *_DECIDED_PROBLEM), _ASSUMED),),
    "ORDER_REJECTED": (Rule((SENT_TO_SUPPLIER,), (REJECTED,), "assumed: the one published code of a rejection"),),
    "RESOLVED": (Rule(_OPEN_PROBLEM, (RESOLVED,), "assumed: the name of the code; the step is published"),),
    "COMPLETED": (Rule((RESOLVED,), (COMPLETED,), _RESOLVING),),
}

# How a problem was resolved, which waits for the tenant's word from the beginning. All of it is the gateway's own.
RESOLUTION: Table = {
    "RESOLUTION_ACCEPTED": (Rule((PENDING,), (ACCEPTED,), _RESOLVING),),
    "RESOLUTION_REJECTED": (Rule((PENDING,), (REJECTED,), _RESOLVING),),
    "OVERTAKEN": (Rule((PENDING,), (REJECTED,), "assumed: the problem was cancelled before the tenant's word"),),
}

TABLES: Mapping[str, Table] = {
    "order": ORDER,
    "request": REQUEST,
    "test": TEST,
    "problem": PROBLEM,
    "resolution": RESOLUTION,
}


def allowed(kind: str, state: str, event: str, *, before: str | None = None) -> tuple[str, ...]:
    """The statuses that this event may state for a thing of this kind in this state; empty when it may not come now.

    `before` is the state before the requests that are pending, None when none is.
    """
    back = before or state
    named = {SAME: state, BEFORE: back, ANSWERED: IN_PROGRESS if back == PENDING else back}
    targets = (target for rule in TABLES[kind].get(event, ()) if state in rule.sources for target in rule.targets)
    return tuple(dict.fromkeys(named.get(target, target) for target in targets))


@cache
def events_from(kind: str, state: str) -> tuple[str, ...]:
    """The events that may come in this state, in the table's order."""
    return tuple(event for event, rules in TABLES[kind].items() if any(state in rule.sources for rule in rules))


def reason_codes_from(kind: str, state: str) -> tuple[str, ...]:
    """The reason codes that a supplier's KCI may have in this state, in the table's order."""
    return tuple(event for event in events_from(kind, state) if event not in GATEWAY_EVENTS)


def terminal(kind: str, state: str) -> bool:
    """Whether nothing can happen to a thing in this state any more."""
    return not events_from(kind, state)


def kept_before(state: str, before: str | None, after: str) -> str | None:
    """The `before` to keep once `state` has become `after`: None unless requests are pending then."""
    return (before or state) if after in PENDING_REQUESTS else None
