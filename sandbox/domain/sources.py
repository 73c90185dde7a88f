"""The named sources that a beat may draw on, and the values that they have at its point of the score."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.domain import outcomes, slots
from sandbox.domain.chapters import AGREED, OPENING, TARGET, Beat
from sandbox.domain.durations import to_date, to_ms, to_text
from sandbox.domain.ids import make_reference
from sandbox.domain.problemcodes import UNKNOWN_FAULT, cancelling
from sandbox.domain.scenarios import IF_REQUESTED, REASON, REQUESTED, Choice
from sandbox.domain.slots import Slot
from sandbox.domain.suppliers import Supplier

PROVIDING = ("NEW", "START", "TRANSFER", "TAKEOVER")  # the types of order that make a service
DAY = 86_400_000

# What a beat may say of dates, which follows an amendment that moves them.
DATES = ("committedDate", "targetDate", "appointmentTimeslot")

_NEW_DATES = ("appointmentReservationId", "requestedCompletionDate")


@dataclass(frozen=True)
class Course:
    """How a thing stands at one point of its supplier's score.

    `slot` is None without an appointment. `request` is the amendment or cancellation that opened the chapter, empty
    otherwise. `service` is what tells the new service and its line apart: characteristics by name.
    """

    opening: int
    status: str
    before: str | None
    agreed: int
    target: int
    slot: Slot | None
    request: Mapping[str, Any]
    service: Mapping[str, str]
    make: Callable[..., str]


def opened(
    supplier: Supplier,
    entity: Mapping[str, Any],
    at: int,
    seed: str,
    epoch: int,
    *,
    kind: str,
    status: str,
    request: Mapping[str, Any] | None = None,
    line: Mapping[str, str] | None = None,
) -> Course:
    """The course of a chapter that opens at `at`, about this order, test or problem in the Supplier API's words.

    `line` names the line that a new service will run on, where that is known already. Raises INVALID_REQUEST for dates
    that cannot be read.
    """

    def make(what: str, *more: str | int) -> str:
        about = (kind, what, entity["tenant"], entity["id"])
        return make_reference(supplier.reference_prefix, seed, epoch, *about, *more)

    slot = _slot(entity)
    agreed = slot.start_ms if slot else _date_without_appointment(entity, supplier, at)
    service = _service(supplier, entity, line or {}, make)
    return Course(at, status, None, agreed, agreed, slot, request or {}, service, make)


def moved(course: Course, beat: Beat, choice: Choice, supplier: Supplier) -> Course:
    """The course with its target and its slot moved by as many days as the beat says."""
    days = {
        name: choice.parameters[source["shift"]]
        for name, source in beat.sets.items()
        if isinstance(source, Mapping) and "shift" in source
    }
    target, slot = course.target, course.slot
    if "targetDate" in days:
        target = slots.same_time_after(target, days["targetDate"])
    if "appointmentTimeslot" in days and slot is not None:
        slot = slots.next_slot_like(supplier, slot.start_ms, slot.end_ms, days["appointmentTimeslot"])
    return replace(course, target=target, slot=slot)


def changes(beat: Beat, course: Course, due_at: int) -> dict[str, Any]:
    """What the beat changes on the supplier's version of the thing. A source without a value changes nothing."""
    values = {name: _SOURCES[name](source, course, due_at) for name, source in beat.sets.items()}
    return {name: value for name, value in values.items() if value is not None}


def base(beat: Beat, course: Course) -> int:
    """When the time of the beat begins to count, at the realistic tempo and but for `silence`."""
    return _BASES[beat.base](course)


def wait(beat: Beat, choice: Choice) -> int:
    """How long after its base the beat falls due, in milliseconds."""
    return beat.at_ms + (choice.parameters[beat.days] * DAY if beat.days else 0)


def gap_between(choice: Choice, gap_ms: int | None) -> int | None:
    """The gap between KCIs in milliseconds: that of X-Kci-Delay, or else the world's; None at the realistic tempo."""
    return gap_ms if choice.kci_delay is None else choice.kci_delay * 1000


def problem_code(beat: Beat, choice: Choice, request: Mapping[str, Any]) -> str | None:
    """The problem code that the beat names."""
    if beat.problem_code is None:
        return None
    named = {
        REQUESTED: choice.problem_code or UNKNOWN_FAULT,
        IF_REQUESTED: choice.problem_code,
        REASON: choice.problem_code or cancelling(request.get("reasonCode", "")),
    }
    return named.get(beat.problem_code, beat.problem_code)


def order_type(entity: Mapping[str, Any]) -> str:
    """The orderType of an order. Published Ethernet orders name none, and are all provided anew."""
    return str(entity.get("orderType", "NEW"))


# The target is never before the appointment, which may move past it over a weekend.
_BASES: Mapping[str, Callable[[Course], int]] = {
    OPENING: lambda course: course.opening,
    AGREED: lambda course: course.agreed,
    TARGET: lambda course: max(course.target, course.slot.start_ms if course.slot else course.target),
}


def _target(source: Any, course: Course, _due_at: int) -> str | None:
    """Agreed or shifted; `amended` only if the amendment brings another date."""
    if source == "amended" and not any(name in course.request for name in _NEW_DATES):
        return None
    return to_text(course.target)


def _characteristics(_source: Any, course: Course, _due_at: int) -> list[dict[str, str]] | None:
    return [{"name": name, "value": value} for name, value in course.service.items()] or None


def _resolution(source: Mapping[str, Any], course: Course, due_at: int) -> dict[str, Any]:
    return outcomes.resolution(source, course.make("resolution", due_at), due_at)


# What the `set` of a beat may name, and the value that it gets.
_SOURCES: Mapping[str, Callable[[Any, Course, int], Any]] = {
    "committedDate": lambda _source, course, _due_at: to_text(course.agreed),
    "targetDate": _target,
    "appointmentTimeslot": lambda _source, course, _due_at: course.slot and _timeslot(course.slot),
    "appointmentReservationReference": lambda source, course, _due_at: course.make(source),
    "serviceCharacteristics": _characteristics,
    "result": lambda source, _course, due_at: outcomes.result(source, due_at),
    "serviceProblemResolution": _resolution,
}


def _timeslot(slot: Slot) -> dict[str, Any]:
    return {
        "timeslotStartDateTime": to_text(slot.start_ms),
        "timeslotEndDateTime": to_text(slot.end_ms),
        "classification": slot.classification,
        "standard": slot.standard,
    }


def _slot(entity: Mapping[str, Any]) -> Slot | None:
    slot = entity.get("appointmentTimeslot")
    if slot is None:
        return None
    start, end = to_ms(slot["timeslotStartDateTime"]), to_ms(slot["timeslotEndDateTime"])
    return Slot(start, end, slots.classify(start, end), standard=slot.get("standard", True), capacity=1)


def _date_without_appointment(entity: Mapping[str, Any], supplier: Supplier, at: int) -> int:
    """The completion or cease date asked for, or else the end of the supplier's lead time.

    A date without a time is taken at noon, which is the same date in UTC and in the United Kingdom all year.
    """
    asked = entity.get("requestedCompletionDate") or entity.get("requestedCeaseDate")
    if asked and "T" in asked:
        return to_ms(asked)
    lead_time = supplier.ethernet.lead_time if supplier.ethernet and _ethernet(entity) else supplier.lead_time
    day = to_date(asked) if asked else slots.working_day_after(at, lead_time)
    return slots.at_local(day, slots.NOON)


def _service(
    supplier: Supplier, entity: Mapping[str, Any], line: Mapping[str, str], make: Callable[..., str]
) -> dict[str, str]:
    """SERVICE_ID and what identifies the line, as far as the order does not say so itself; only of a new service.

    An Ethernet service runs between sites, on no line of its own.
    """
    if order_type(entity) not in PROVIDING:
        return {}
    item = entity.get("serviceOrderItem", entity)
    given = {each["name"] for each in item.get("serviceCharacteristics", ())}
    made = {"SERVICE_ID": make("serviceId"), "LINE_ID": make("line"), "ONT_REFERENCE": make("ont"), "ONT_PORT": "1"}
    names = ("SERVICE_ID", *(() if _ethernet(entity) else supplier.line_characteristics))
    return {name: line.get(name, made[name]) for name in names if name not in given}


def _ethernet(entity: Mapping[str, Any]) -> bool:
    return "siteInformation" in entity
