"""From a scenario and a request to the supplier's whole score, when the request arrives.

What is decided later is only how the scores of one thing meet: see `speaking`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.domain import lifecycles, sources
from sandbox.domain.chapters import REFUSED, SILENCE, Beat, Chapter
from sandbox.domain.errors import invalid
from sandbox.domain.faults import of_leg
from sandbox.domain.handing import SUPPLIER, Disorder
from sandbox.domain.ids import make_reference
from sandbox.domain.scenarios import KINDS, Choice, Scenario
from sandbox.domain.sources import Course, gap_between, wait
from sandbox.domain.standing import WAITING, Standing, refused
from sandbox.domain.suppliers import Supplier

CREATED, LATER = 201, 202


@dataclass(frozen=True)
class PlannedBeat:
    """One KCI to come: when it is due (world milliseconds) and what it says, everything resolved.

    `status` is what it states if nothing else happens meanwhile, `fixed` whether the scenario itself names it;
    `speaking.stated` tells what it states at last. `changes` is what it changes on the supplier's version of the thing,
    in the Supplier API's words; what stands under `serviceCharacteristics` joins the characteristics that there are.
    `chapter` and `place` say where in the scenario it stands; "" where a supplier says it unscripted. `wrong` marks
    deliberate misbehaviour.
    """

    due_at: int
    reason_code: str
    status: str
    problem_code: str | None
    text: str | None
    changes: Mapping[str, Any]
    chapter: str = ""
    place: int = 0
    fixed: bool = True
    wrong: bool = False

    def to_mapping(self) -> dict[str, Any]:
        """The beat as JSON."""
        return {**vars(self), "changes": dict(self.changes)}


@dataclass(frozen=True)
class Plan:
    """The supplier's answer to a request, and the KCIs that follow.

    201 states `entity_status` and brings `changes`, as a KCI would; 202 states nothing yet; 422 gives its reasons in
    `messages`, and nothing follows; 0 answers nobody, since a supplier begins an unsolicited cease by itself.
    `reference` is the supplier's own of what was sent. With `stops`, everything that it had still to say about the same
    thing is dropped. `faults` are what goes wrong with its KCIs on their way to the gateway.
    """

    status: int
    entity_status: str | None
    reference: str
    messages: tuple[str, ...]
    changes: Mapping[str, Any]
    stops: bool
    beats: tuple[PlannedBeat, ...]
    faults: tuple[Disorder, ...] = ()

    @property
    def order_status(self) -> str | None:
        """`entity_status`, of an order."""
        return self.entity_status

    @property
    def order_reference(self) -> str:
        """`reference`, of an order."""
        return self.reference


# How a thing stands when the first KCI about it may come.
_STARTS: Mapping[str, str] = {
    "order": lifecycles.SENT_TO_SUPPLIER,
    "problem": lifecycles.SENT_TO_SUPPLIER,
    "test": lifecycles.IN_PROGRESS,
    "unsolicitedCease": lifecycles.RECEIVED_BY_GATEWAY,
}

# The first beats that a supplier which acknowledges at once gives in its answer instead. Published: 201 with status
# ACKNOWLEDGED or IN_PROGRESS stands for the KCI, 201 to a request applies it, 422 refuses with reasons.
_TAKEN: Mapping[str, tuple[str, ...]] = {
    "order": ("ACKNOWLEDGED", "COMMITTED"),
    "problem": ("ACKNOWLEDGED",),
    "amendment": ("AMENDED",),
    "cancellation": ("CANCELLED",),
}
_DELAYED = ("order", "problem")  # what a supplier that acknowledges late is late with
_REFUSING = ("ORDER_REJECTED", "AMENDMENT_REJECTED", "CANCELLATION_REJECTED")


def start(kind: str) -> str:
    """The status of what a scenario of this kind is for, when its first KCI may come: SENT_TO_SUPPLIER of an order."""
    return _STARTS[kind]


def planned_beat(mapping: Mapping[str, Any]) -> PlannedBeat:
    """The beat that `to_mapping` wrote."""
    return PlannedBeat(**mapping)


def plan(
    scenario: Scenario,
    choice: Choice,
    supplier: Supplier,
    entity: Mapping[str, Any],
    accepted_at: int,
    gap_ms: int | None,
    seed: str,
    epoch: int,
    *,
    line: Mapping[str, str] | None = None,
) -> Plan:
    """The score for this order, test, problem or unsolicited cease, accepted at `accepted_at`.

    `entity` is the body that the supplier was sent, with `tenant` and, once it is reserved, `appointmentTimeslot`.
    `gap_ms` is the world's fixed gap between KCIs, or None for the realistic tempo (the scenario's offsets);
    X-Kci-Delay in the choice comes before either. `line` names the line of a new service, where it is known (else one
    is made up): characteristics by name. Raises INVALID_REQUEST where the entity lacks the appointment that the
    scenario is about, or carries dates that cannot be read.
    """
    (kind,) = KINDS[scenario.kind].life_cycles
    status = start(scenario.kind)
    course = sources.opened(supplier, entity, accepted_at, seed, epoch, kind=kind, status=status, line=line)
    if scenario.needs_appointment and course.slot is None:
        raise invalid(f"{scenario.name} needs an order with an appointment: reserve one and send its id")
    score = _Score(scenario, choice, supplier, kind, gap_between(choice, gap_ms))
    answer = score.answered(course, sources.order_type(entity), course.make("reference"))
    faults = of_leg(choice.faults, SUPPLIER)
    return replace(answer, faults=faults) if faults else answer


def plan_request(
    scenario: Scenario,
    choice: Choice,
    supplier: Supplier,
    entity: Mapping[str, Any],
    request: Mapping[str, Any],
    standing: Standing,
    accepted_at: int,
    gap_ms: int | None,
    seed: str,
    epoch: int,
) -> Plan:
    """The score for an amendment or a cancellation, the body of whose request is given, of this order or problem.

    `entity` is the order or problem as it is once an amendment is applied; a cancellation leaves it as it is. Refused
    with 422, whatever the scenario, are a cancellation after the supplier's point of no return and, at a supplier that
    takes one at a time, an amendment while another is undecided. Otherwise as `plan`.
    """
    opened = sources.opened(
        supplier, entity, accepted_at, seed, epoch, kind=standing.kind, status=standing.status, request=request
    )
    course = replace(opened, before=standing.before)
    about = (standing.kind, scenario.kind, entity["tenant"], request["id"])
    reference = make_reference(supplier.reference_prefix, seed, epoch, *about)
    refusal = refused(scenario.kind, supplier, standing)
    if refusal is not None:
        return Plan(REFUSED, None, reference, (refusal,), {}, stops=False, beats=())
    score = _Score(scenario, choice, supplier, standing.kind, gap_between(choice, gap_ms))
    return score.answered(course, sources.order_type(entity), reference)


def later_chapter(
    name: str,
    scenario: Scenario,
    choice: Choice,
    supplier: Supplier,
    entity: Mapping[str, Any],
    opened_at: int,
    gap_ms: int | None,
    seed: str,
    epoch: int,
    *,
    line: Mapping[str, str] | None = None,
) -> tuple[PlannedBeat, ...]:
    """The KCIs of a chapter that opens after the first (ON_AMENDED, ON_RESOLUTION_REJECTED); none if there is none.

    `scenario` and `choice` are those of the order or problem, `entity` is it as it stands at `opened_at`.
    """
    if name not in scenario.chapters:
        return ()
    (kind,) = KINDS[scenario.kind].life_cycles
    status = lifecycles.IN_PROGRESS  # both follow what set the thing going again
    course = sources.opened(supplier, entity, opened_at, seed, epoch, kind=kind, status=status, line=line)
    score = _Score(scenario, choice, supplier, kind, gap_between(choice, gap_ms))
    return tuple(score.played(scenario.chapters[name], course, sources.order_type(entity)))


@dataclass(frozen=True)
class _Score:
    """One scenario as one supplier plays it. `kind` is the life cycle; `gap` is None at the realistic tempo."""

    scenario: Scenario
    choice: Choice
    supplier: Supplier
    kind: str
    gap: int | None

    def answered(self, course: Course, order_type: str, reference: str) -> Plan:
        """The opening chapter, with the answer that the supplier's character gives."""
        chapter, kind = self.scenario.opening, self.scenario.kind
        if chapter.reply == REFUSED:
            return Plan(REFUSED, None, reference, (chapter.text or "",), {}, stops=False, beats=())
        first = next(self._heard(chapter, order_type), None)
        answers = (*_TAKEN.get(kind, ()), *_REFUSING) if self.supplier.acknowledges_at_once else ()
        folded = first is not None and not first[1].wrong and first[1].kci in answers
        if kind in _DELAYED and not folded:
            course = replace(course, opening=course.opening + self.supplier.delay_ms)
        if kind in WAITING and not folded:
            before = lifecycles.kept_before(course.status, course.before, WAITING[kind])
            course = replace(course, status=WAITING[kind], before=before)
        beats = tuple(self.played(chapter, course, order_type, folded=folded))
        begun = course.status if chapter.reply == CREATED else None
        answer = Plan(chapter.reply, begun, reference, (), {}, chapter.stops, beats)
        return _folded(answer) if folded else answer

    def played(
        self, chapter: Chapter, course: Course, order_type: str, *, folded: bool = False
    ) -> Iterator[PlannedBeat]:
        """The beats of a chapter, none due before the one ahead of it; a first one that is folded is due at once."""
        due_at = course.opening
        for number, (place, beat) in enumerate(self._heard(chapter, order_type)):
            if number or not folded:
                due_at = self._due(beat, course, due_at)
            status = beat.status or self._usual(course, beat)
            after = replace(
                sources.moved(course, beat, self.choice, self.supplier),
                status=status,
                before=lifecycles.kept_before(course.status, course.before, status),
            )
            yield PlannedBeat(
                due_at=due_at,
                reason_code=beat.kci,
                status=status,
                problem_code=sources.problem_code(beat, self.choice, course.request),
                text=beat.text,
                changes=sources.changes(beat, after, due_at),
                chapter=chapter.name,
                place=place,
                fixed=beat.status is not None,
                wrong=beat.wrong,
            )
            # The gateway refuses what is wrong on purpose, so it moves nothing.
            course = course if beat.wrong else after

    def _heard(self, chapter: Chapter, order_type: str) -> Iterator[tuple[int, Beat]]:
        """The beats that play for an order of this type, each with its place in the chapter."""
        for place, beat in enumerate(chapter.beats):
            if not beat.order_types or order_type in beat.order_types:
                yield place, beat

    def _due(self, beat: Beat, course: Course, last: int) -> int:
        waits = wait(beat, self.choice)
        if beat.base == SILENCE:
            return last + waits
        return max(last, sources.base(beat, course) + waits) if self.gap is None else last + self.gap

    def _usual(self, course: Course, beat: Beat) -> str:
        targets = lifecycles.allowed(self.kind, course.status, beat.kci, before=course.before)
        return next(iter(targets), course.status)


def _folded(answer: Plan) -> Plan:
    """The answer that stands for the first KCI, which is then not sent."""
    first, *rest = answer.beats
    if first.reason_code in _REFUSING:
        why = f" ({first.problem_code})" if first.problem_code else ""  # an answer has no other place for it
        return replace(answer, status=REFUSED, messages=(f"{first.text}{why}",), stops=False, beats=())
    return replace(answer, status=CREATED, entity_status=first.status, changes=first.changes, beats=tuple(rest))
