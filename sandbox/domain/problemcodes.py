"""The published problem codes, and the KCIs that each may explain."""

from collections.abc import Mapping

CANCEL = "Cancel"
DELAY = "Delay"
INFORM = "Inform"
REAPPOINT = "Reappoint"

UNKNOWN_FAULT = "UNKNOWN_FAULT"  # the published default of X-Problem-Code

_EVERY = frozenset((CANCEL, DELAY, INFORM, REAPPOINT))

# Source: the published table of problem codes. Where its ticks could not be read, every column is allowed.
TABLE: Mapping[str, frozenset[str]] = {
    "ACCESS_ISSUE": frozenset((CANCEL, DELAY, REAPPOINT)),
    "ACTIVATION_FAILED": frozenset((CANCEL, DELAY, REAPPOINT)),
    "ADDITIONAL_WORK": frozenset((CANCEL, DELAY, REAPPOINT)),
    "APPOINTMENT_NOT_REQUIRED": frozenset((INFORM,)),
    "CAPACITY_ISSUE": frozenset((CANCEL,)),
    "COST_ISSUE": frozenset((CANCEL, INFORM)),
    "CUSTOMER_CHANGED_MIND": frozenset((CANCEL, REAPPOINT)),
    "FAULT_AT_NODE": _EVERY,
    "FAULT_AT_ONT": _EVERY,
    "FAULT_AT_POP": _EVERY,
    "INFORMATION_REQUIRED": frozenset((DELAY, INFORM)),
    "INSTALL_FAILED": frozenset((CANCEL, DELAY, REAPPOINT)),
    "INVALID_REQUEST": frozenset((CANCEL, DELAY, REAPPOINT)),
    "LINKED_ORDER_ISSUE": frozenset((CANCEL, DELAY, REAPPOINT)),
    "NETWORK_ISSUE": _EVERY,
    "NETWORK_UNAVAILABLE": _EVERY,
    "NO_LONGER_REQUIRED": _EVERY,
    "OTHER": _EVERY,
    "PLANNING_ISSUE": _EVERY,
    "PROPERTY_UNOCCUPIED": _EVERY,
    "ROUTER_NOT_AVAILABLE": _EVERY,
    "SITE_UNSAFE": _EVERY,
    "SUPPLIER_FAULT": _EVERY,
    "SURVEY_REQUIRED": _EVERY,
    "TIMED_OUT": _EVERY,
    "UNABLE_TO_ATTEND": _EVERY,
    UNKNOWN_FAULT: _EVERY,
    "WAYLEAVE_ISSUE": _EVERY,
}

# The table's columns by reason code. Those that have no column of their own: a WARNING delays nothing and asks nothing,
# so its code is for information only; a rejection ends an order or a request, as a cancellation does; a network
# incident holds a problem up, as a delay does.
_COLUMNS: Mapping[str, str] = {
    "AMENDMENT_REJECTED": CANCEL,
    "CANCELLATION_REJECTED": CANCEL,
    "CANCELLED": CANCEL,
    "DELAY": DELAY,
    "INFORMATION_REQUIRED": INFORM,
    "NETWORK_INCIDENT": DELAY,
    "ORDER_REJECTED": CANCEL,
    "REAPPOINT": REAPPOINT,
    "RESUBMIT": CANCEL,
    "WARNING": INFORM,
}


def cancelling(reason: str) -> str:
    """The problem code of a cancellation that its tenant asked for with this reason.

    The published reasons to cancel an order are problem codes too; those of an unsolicited cease and of a problem are
    not, and are OTHER.
    """
    return reason if may_carry(reason, "CANCELLED") else "OTHER"


def carries_code(reason_code: str) -> bool:
    """Whether a KCI of this reason code may name a problem at all."""
    return reason_code in _COLUMNS


def may_carry(code: str, reason_code: str) -> bool:
    """Whether a KCI of this reason code may name this problem; False also for an unknown code."""
    return _COLUMNS.get(reason_code) in TABLE.get(code, ())


def carried_by(reason_code: str) -> tuple[str, ...]:
    """The problem codes that a KCI of this reason code may name, in alphabetical order."""
    return tuple(code for code in sorted(TABLE) if may_carry(code, reason_code))
