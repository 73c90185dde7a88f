"""The published words, told here a second time on purpose: a judge must not lean on what it may have to judge."""

import re
from datetime import datetime
from typing import Any

ENTITIES = (
    "provideServiceOrder", "modifyServiceOrder", "ceaseServiceOrder", "ethernetServiceOrder", "serviceTest",
    "serviceProblem",
)  # fmt: skip
REASONS = frozenset(
    [
        "CREATED",
        "ACKNOWLEDGED",
        "COMMITTED",
        "UPDATE",
        "ADDITIONAL",
        "WARNING",
        "DELAY",
        "RESUMED",
        "INFORMATION_REQUIRED",
        "REAPPOINT",
        "REAPPOINTED",
        "AMENDED",
        "AMENDMENT_REJECTED",
        "CANCELLED",
        "CANCELLATION_REJECTED",
        "ORDER_REJECTED",
        "COMPLETED",
        "RESUBMIT",
        "RESOLVED",
        "NETWORK_INCIDENT",
    ]
)
STATUSES = frozenset(
    [
        "RECEIVED_BY_GATEWAY",
        "SENT_TO_SUPPLIER",
        "FAILED_TO_SEND",
        "ACKNOWLEDGED",
        "REJECTED",
        "IN_PROGRESS",
        "PENDING",
        "HELD",
        "PENDING_AMENDMENT",
        "PENDING_CANCELLATION",
        "CANCELLED",
        "COMPLETED",
        "PARTIAL",
        "FAILED",
        "NETWORK_INCIDENT",
        "RESOLVED",
    ]
)
TERMINAL = frozenset(["FAILED_TO_SEND", "REJECTED", "CANCELLED", "COMPLETED", "PARTIAL", "FAILED"])
PROBLEM_CODES = frozenset(
    [
        "ACCESS_ISSUE",
        "ACTIVATION_FAILED",
        "ADDITIONAL_WORK",
        "APPOINTMENT_NOT_REQUIRED",
        "CAPACITY_ISSUE",
        "COST_ISSUE",
        "CUSTOMER_CHANGED_MIND",
        "FAULT_AT_NODE",
        "FAULT_AT_ONT",
        "FAULT_AT_POP",
        "INFORMATION_REQUIRED",
        "INSTALL_FAILED",
        "INVALID_REQUEST",
        "LINKED_ORDER_ISSUE",
        "NETWORK_ISSUE",
        "NETWORK_UNAVAILABLE",
        "NO_LONGER_REQUIRED",
        "OTHER",
        "PLANNING_ISSUE",
        "PROPERTY_UNOCCUPIED",
        "ROUTER_NOT_AVAILABLE",
        "SITE_UNSAFE",
        "SUPPLIER_FAULT",
        "SURVEY_REQUIRED",
        "TIMED_OUT",
        "UNABLE_TO_ATTEND",
        "UNKNOWN_FAULT",
        "WAYLEAVE_ISSUE",
    ]
)
CLASSIFICATIONS = frozenset(
    day + part for day in ("WEEKDAY", "SATURDAY", "SUNDAY") for part in ("", "_AM", "_PM", "_EARLY", "_EVENING")
)
# What a tenant is told of each of a supplier's reasons: (update type, its type).
TOLD_AS = {
    "INFORMATION_REQUIRED": ("ACTION_REQUIRED", "INFORMATION_REQUIRED"),
    "REAPPOINT": ("ACTION_REQUIRED", "REAPPOINT"),
    "AMENDMENT_REJECTED": ("ACTION_REQUIRED", "RESUBMIT"),
    "CANCELLATION_REJECTED": ("ACTION_REQUIRED", "RESUBMIT"),
    "RESUBMIT": ("ACTION_REQUIRED", "RESUBMIT"),
    "RESOLVED": ("ACTION_REQUIRED", "CONFIRM"),
    "ORDER_REJECTED": ("INFORMATIONAL", "TERMINATED"),
    "NETWORK_INCIDENT": ("INFORMATIONAL", "UPDATE"),
}
# Problem codes whose ticks can be read in the published table, and the reasons that they may not go with.
MISPLACED = {
    "APPOINTMENT_NOT_REQUIRED": ("CANCELLED", "DELAY", "REAPPOINT"),
    "CAPACITY_ISSUE": ("DELAY", "REAPPOINT"),
    "COST_ISSUE": ("DELAY", "REAPPOINT"),
    "CUSTOMER_CHANGED_MIND": ("DELAY",),
    "INFORMATION_REQUIRED": ("CANCELLED", "REAPPOINT"),
}

_UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_MOMENTS = (
    "committedDate", "targetDate", "issuedOn", "receivedOn", "deliveredOn", "created", "updated", "resolvedDate",
    "closedDate", "timeslotStartDateTime", "timeslotEndDateTime", "expiryDateTime", "testValidity", "captureDateTime",
)  # fmt: skip


def is_uuid(value: Any) -> bool:
    """Whether it is a UUID in text."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def moment(value: Any) -> datetime | None:
    """A date-time with an offset, or None for anything else."""
    if not isinstance(value, str) or _MOMENT.fullmatch(value) is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def is_whole(value: Any) -> bool:
    """Whether it is a whole number of at least 1."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def unplaced_moments(value: Any, at: str = "") -> list[tuple[str, Any]]:
    """(pointer, value) of every member that is a published moment but has no offset."""
    found: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        for name, each in value.items():
            if name in _MOMENTS and moment(each) is None:
                found.append((f"{at}/{name}", each))
            found += unplaced_moments(each, f"{at}/{name}")
    elif isinstance(value, list):
        for place, each in enumerate(value):
            found += unplaced_moments(each, f"{at}/{place}")
    return found
