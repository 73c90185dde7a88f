"""From a scenario and an order to the supplier's whole score, when the order arrives. Nothing is decided later."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.domain import lifecycles, slots
from sandbox.domain.durations import to_date, to_ms, to_text
from sandbox.domain.errors import invalid
from sandbox.domain.ids import make_reference
from sandbox.domain.problemcodes import UNKNOWN_FAULT
from sandbox.domain.scenarios import IF_REQUESTED, REQUESTED, Beat, Choice, Scenario
from sandbox.domain.slots import Slot
from sandbox.domain.suppliers import Supplier

CREATED, REFUSED = 201, 422


@dataclass(frozen=True)
class PlannedBeat:
    """One KCI to come: when it is due (world milliseconds) and what it says, everything resolved.

    `changes` is what it changes on the supplier's version of the order, in the Supplier API's words; what stands under
    `serviceCharacteristics` joins the characteristics of the order's item.
    """

    due_at: int
    reason_code: str
    status: str
    problem_code: str | None
    text: str | None
    changes: Mapping[str, Any]

    def to_mapping(self) -> dict[str, Any]:
        """The beat as JSON."""
        return {
            "dueAt": self.due_at,
            "reasonCode": self.reason_code,
            "status": self.status,
            "problemCode": self.problem_code,
            "text": self.text,
            "changes": dict(self.changes),
        }


@dataclass(frozen=True)
class Plan:
    """The supplier's answer to POST /service-orders, and the KCIs that follow.

    201 states `order_status`; 202 states none yet; 422 gives its reasons in `messages` and nothing follows.
    """

    status: int
    order_status: str | None
    order_reference: str
    messages: tuple[str, ...]
    beats: tuple[PlannedBeat, ...]


@dataclass(frozen=True)
class _Course:
    """How the order stands at one point of the score, with everything that the named sources draw on.

    `slot` is None for an order without an appointment. `references` are the supplier's references by source.
    """

    opening: int
    status: str
    agreed: int
    target: int
    slot: Slot | None
    references: Mapping[str, str]


def planned_beat(mapping: Mapping[str, Any]) -> PlannedBeat:
    """The beat that `to_mapping` wrote."""
    return PlannedBeat(
        due_at=mapping["dueAt"],
        reason_code=mapping["reasonCode"],
        status=mapping["status"],
        problem_code=mapping["problemCode"],
        text=mapping["text"],
        changes=mapping["changes"],
    )


def plan(
    scenario: Scenario,
    choice: Choice,
    supplier: Supplier,
    order: Mapping[str, Any],
    accepted_at: int,
    gap_ms: int | None,
    seed: str,
    epoch: int,
) -> Plan:
    """The score for this order, the body of the supplier's POST /service-orders, accepted at `accepted_at`.

    `gap_ms` is the world's fixed gap between KCIs, or None for the realistic tempo (the scenario's offsets);
    X-Kci-Delay in the choice comes before either. Raises INVALID_REQUEST where the order lacks the appointment that
    the scenario is about, or carries dates that cannot be read.
    """
    course = _opening(supplier, order, accepted_at, seed, epoch)
    if scenario.needs_appointment and course.slot is None:
        raise invalid(f"{scenario.name} needs an order with an appointment: reserve one and send its id")
    beats = tuple(_play(scenario.order.beats, course, choice, supplier))
    folded = _FOLDS.get(beats[0].reason_code) if supplier.acknowledges_at_once and beats else None
    answer = Plan(scenario.order.reply_status, None, course.references["order"], (), beats)
    if folded is not None:
        answer = folded(answer)
    gap = gap_ms if choice.kci_delay is None else choice.kci_delay * 1000
    return answer if gap is None else replace(answer, beats=_compressed(answer.beats, accepted_at, gap))


def _opening(supplier: Supplier, order: Mapping[str, Any], accepted_at: int, seed: str, epoch: int) -> _Course:
    slot = _slot(order)
    agreed = slot.start_ms if slot else _date_without_appointment(order, supplier, accepted_at)
    references = {
        kind: make_reference(supplier.reference_prefix, seed, epoch, kind, order["tenant"], order["id"])
        for kind in ("order", "serviceId", "newAppointment")
    }
    return _Course(accepted_at, lifecycles.SENT_TO_SUPPLIER, agreed, agreed, slot, references)


def _play(beats: tuple[Beat, ...], course: _Course, choice: Choice, supplier: Supplier) -> Iterator[PlannedBeat]:
    """The beats at the realistic tempo; none falls due before the one ahead of it."""
    due_at = course.opening
    for beat in beats:
        due_at = max(due_at, _BASES[beat.base](course) + beat.at_ms)
        status = beat.status or next(iter(lifecycles.allowed("order", course.status, beat.kci)), course.status)
        after = replace(_moved(course, beat, choice, supplier), status=status)
        yield PlannedBeat(
            due_at=due_at,
            reason_code=beat.kci,
            status=status,
            problem_code=_code(beat, choice),
            text=beat.text,
            changes={name: _SOURCES[name](source, after) for name, source in beat.sets.items()},
        )
        # The gateway refuses what is wrong on purpose, so it moves nothing.
        course = course if beat.wrong else after


def _moved(course: _Course, beat: Beat, choice: Choice, supplier: Supplier) -> _Course:
    """The course with its target and its slot moved by as many days as the beat says."""
    days = {
        name: choice.parameters[source["shift"]] for name, source in beat.sets.items() if isinstance(source, Mapping)
    }
    target, slot = course.target, course.slot
    if "targetDate" in days:
        target = slots.same_time_after(target, days["targetDate"])
    if "appointmentTimeslot" in days and slot is not None:
        slot = slots.next_slot_like(supplier, slot.start_ms, slot.end_ms, days["appointmentTimeslot"])
    return replace(course, target=target, slot=slot)


def _compressed(beats: tuple[PlannedBeat, ...], accepted_at: int, gap: int) -> tuple[PlannedBeat, ...]:
    return tuple(replace(beat, due_at=accepted_at + place * gap) for place, beat in enumerate(beats, start=1))


def _acknowledged(answer: Plan) -> Plan:
    """Published: 201 with status ACKNOWLEDGED stands for the KCI, which is then not sent."""
    return replace(answer, status=CREATED, order_status=answer.beats[0].status, beats=answer.beats[1:])


def _rejected(answer: Plan) -> Plan:
    """Published: 422 rejects the order at once, with the reasons."""
    return replace(answer, status=REFUSED, messages=(answer.beats[0].text or "",), beats=())


# The first beats that a supplier which acknowledges at once gives in its answer.
_FOLDS: Mapping[str, Callable[[Plan], Plan]] = {"ACKNOWLEDGED": _acknowledged, "ORDER_REJECTED": _rejected}

# What the `from` of a beat may name. The target is never before the appointment, which may move past it over a weekend.
_BASES: Mapping[str, Callable[[_Course], int]] = {
    "opening": lambda course: course.opening,
    "agreed": lambda course: course.agreed,
    "target": lambda course: max(course.target, course.slot.start_ms if course.slot else course.target),
}

# What the `set` of a beat may name, and the value that it gets.
_SOURCES: Mapping[str, Callable[[Any, _Course], Any]] = {
    "committedDate": lambda _source, course: to_text(course.agreed),
    "targetDate": lambda _source, course: to_text(course.target),
    "appointmentTimeslot": lambda _source, course: course.slot and _timeslot(course.slot),
    "appointmentReservationReference": lambda source, course: course.references[source],
    "serviceCharacteristics": lambda source, course: [
        {"name": each["name"], "value": course.references[each["value"]]} for each in source
    ],
}


def _timeslot(slot: Slot) -> dict[str, Any]:
    return {
        "timeslotStartDateTime": to_text(slot.start_ms),
        "timeslotEndDateTime": to_text(slot.end_ms),
        "classification": slot.classification,
        "standard": slot.standard,
    }


def _code(beat: Beat, choice: Choice) -> str | None:
    named = {REQUESTED: choice.problem_code or UNKNOWN_FAULT, IF_REQUESTED: choice.problem_code}
    return named.get(beat.problem_code, beat.problem_code) if beat.problem_code else None


def _slot(order: Mapping[str, Any]) -> Slot | None:
    slot = order.get("appointmentTimeslot")
    if slot is None:
        return None
    start, end = to_ms(slot["timeslotStartDateTime"]), to_ms(slot["timeslotEndDateTime"])
    return Slot(start, end, slots.classify(start, end), standard=slot.get("standard", True), capacity=1)


def _date_without_appointment(order: Mapping[str, Any], supplier: Supplier, accepted_at: int) -> int:
    """The completion date asked for, or else the end of the supplier's lead time.

    A date without a time is taken at noon, which is the same date in UTC and in the United Kingdom all year.
    """
    requested = order.get("requestedCompletionDate")
    day = to_date(requested) if requested else slots.working_day_after(accepted_at, supplier.lead_time)
    return slots.at_local(day, slots.NOON)
