"""How far a partner has come: levels of steps, each ticked off by what was observed of its traffic.

What is observed is read from timelines: the notes about one thing after the other, each thing's in their order.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.domain.entities import ORDER

Note = tuple[str, str, Mapping[str, Any]]  # what it is about, kind, detail


@dataclass(frozen=True)
class Step:
    """Something to be seen of a partner: `how` says what brings it about."""

    name: str
    title: str
    how: str


@dataclass(frozen=True)
class Level:
    """It is reached with all of its steps, once those before it are."""

    name: str
    steps: tuple[Step, ...]


CONNECTED, HAPPY_PATH, EXCEPTIONS, RESILIENCE = "connected", "happy path", "exceptions", "resilience"

TENANT = (
    Level(CONNECTED, (
        Step("PLACED", "an order was placed", "POST /v1/service-orders"),
        Step("TAKEN", "your callback has taken a KCI", "PUT /_sandbox/callback, and answer a KCI with 2xx"),
    )),
    Level(HAPPY_PATH, (
        Step("RESERVED", "an order used an appointment", "reserve one, and order with its appointmentReservationId"),
        Step("COMPLETED", "an order was completed", "place one without X-Scenario, and let time pass"),
        Step("ALL_TAKEN", "every KCI of a completed order was taken", "answer each with 2xx"),
    )),
    Level(EXCEPTIONS, (
        Step("AMENDED", "an order was amended", "POST /v1/service-order-amendments"),
        Step("ANSWERED", "INFORMATION_REQUIRED was answered", "X-Scenario: ORDER_PENDING, then amend with the answer"),
        Step("REAPPOINTED", "REAPPOINT was answered", "X-Scenario: ORDER_REAPPOINT, then amend with a new appointment"),
        Step("RESUBMITTED", "RESUBMIT was answered", "amend with X-Scenario: AMENDMENT_REJECTED, then ask again"),
        Step("CANCELLED", "an order was cancelled", "POST /v1/service-order-cancellations"),
        Step("CONFIRMED", "the resolution of a problem was decided", "PATCH /v1/service-problem-resolutions/{id}"),
    )),
    Level(RESILIENCE, (
        Step("RETRIED", "a KCI that was not taken was taken later", "answer one with 503, the next attempt with 2xx"),
        Step("DISORDER", "KCIs in disorder were taken", "X-Scenario: ORDER_SUCCESSFUL?disorder=swap"),
        Step("SUITE", "the tenant suite passed", "POST /_sandbox/conformance with your endpoint"),
    )),
)  # fmt: skip

SUPPLIER = (
    Level(CONNECTED, (
        Step("SENT", "it took an order", "order from it, and let it answer 201 or 202"),
        Step("SPOKE", "a KCI of it was taken", "let it post to /v1/kcis with its own client"),
    )),
    Level(HAPPY_PATH, (
        Step("COMMITTED", "it committed to a date", "a KCI with the reason COMMITTED"),
        Step("COMPLETED", "an order was completed", "a KCI with the reason COMPLETED"),
    )),
    Level(EXCEPTIONS, (
        Step("DELAYED", "it told of a delay", "a KCI with the reason DELAY"),
        Step("REJECTED", "it rejected an order", "answer one with 422, or a KCI with the reason ORDER_REJECTED"),
        Step("AMENDED", "it decided an amendment", "AMENDED or AMENDMENT_REJECTED"),
        Step("CANCELLED", "it decided a cancellation", "CANCELLED or CANCELLATION_REJECTED"),
    )),
    Level(RESILIENCE, (
        Step("UNREFUSED", "of its last 20 KCIs none was refused", "the refused ones are in the order's timeline"),
        Step("SUITE", "the supplier suite passed", "POST /_sandbox/conformance with its URL"),
    )),
)  # fmt: skip

ENOUGH = 20  # KCIs of a supplier by which it is judged whether they are refused

# What a tenant's answer to what it was asked is called.
_ANSWERS = {"INFORMATION_REQUIRED": "ANSWERED", "REAPPOINT": "REAPPOINTED", "RESUBMIT": "RESUBMITTED"}
_PLACES = ("handleCreateOrder", "handleCreateEthernetOrder")
_AMENDS = ("handleAmendOrder", "handleAmendProblem")
_CANCELS = ("handleCancelOrder", "handleCancelProblem")
_DECIDES = ("RESOLUTION_ACCEPTED", "RESOLUTION_REJECTED")  # a silent tenant's problem is completed without either
_SAID = {
    "COMMITTED": "COMMITTED", "COMPLETED": "COMPLETED", "DELAY": "DELAYED", "ORDER_REJECTED": "REJECTED",
    "AMENDED": "AMENDED", "AMENDMENT_REJECTED": "AMENDED", "CANCELLED": "CANCELLED",
    "CANCELLATION_REJECTED": "CANCELLED",
}  # fmt: skip


@dataclass
class _Story:
    """One thing, as far as it was told."""

    is_order: bool
    asked: str = ""  # what the tenant was asked for, and has not answered
    completed: bool = False
    told: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)


def seen_of_tenant(notes: Iterable[Note]) -> set[str]:
    """The steps that a tenant's timelines show."""
    stories: dict[str, _Story] = {}
    seen: set[str] = set()
    for about, kind, detail in notes:
        story = stories.setdefault(about, _Story(about.startswith(ORDER)))
        if kind in _SHOWN:
            seen |= set(_SHOWN[kind](story, detail))
    if any(each.completed and each.told <= each.taken for each in stories.values()):
        seen.add("ALL_TAKEN")
    if any(each.completed for each in stories.values()):
        seen.add("COMPLETED")
    return seen


def _called(story: _Story, detail: Mapping[str, Any]) -> Iterator[str]:
    operation = detail.get("operation", "")
    if operation in _PLACES:
        yield "PLACED"
    if operation in (*_AMENDS, *_CANCELS):
        yield "AMENDED" if operation in _AMENDS else "CANCELLED"
        if story.asked == "RESUBMIT" or (story.asked and operation in _AMENDS):
            yield _ANSWERS[story.asked]
        story.asked = ""


def _told(story: _Story, detail: Mapping[str, Any]) -> Iterator[str]:
    story.told.add(detail["id"])
    if detail.get("type") in _ANSWERS:
        story.asked = detail["type"]
    return iter(())


def _moved(story: _Story, detail: Mapping[str, Any]) -> Iterator[str]:
    story.completed = story.is_order and detail["status"] == "COMPLETED"
    if detail.get("event") in _DECIDES:
        yield "CONFIRMED"


def _attempted(story: _Story, detail: Mapping[str, Any]) -> Iterator[str]:
    if not 200 <= detail.get("httpStatus", 0) < 300:
        story.missed.add(detail["id"])
        return
    story.taken.add(detail["id"])
    yield "TAKEN"
    if detail["id"] in story.missed:
        yield "RETRIED"


_SHOWN = {"call": _called, "kci": _told, "state": _moved, "attempt": _attempted}


def seen_of_supplier(notes: Iterable[Note], code: str) -> set[str]:
    """The steps that the timelines of a tenant show of one of its suppliers."""
    seen: set[str] = set()
    judged: list[bool] = []
    for _, kind, detail in notes:
        if detail.get("supplier") != code:
            continue
        if kind == "sent" and "httpStatus" in detail:
            seen.add("REJECTED" if detail["httpStatus"] == 422 else "SENT")  # nothing else is noted with a status
        elif kind in ("call", "refused"):
            judged.append(kind == "call")
            if kind == "call":
                seen |= {"SPOKE", *filter(None, [_SAID.get(detail["reasonCode"])])}
    if len(judged) >= ENOUGH and all(judged[-ENOUGH:]):
        seen.add("UNREFUSED")
    return seen


def reached(levels: tuple[Level, ...], seen: set[str]) -> int:
    """How many levels, from the first, have all of their steps."""
    for count, level in enumerate(levels):
        if any(step.name not in seen for step in level.steps):
            return count
    return len(levels)
