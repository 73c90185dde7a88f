"""A scenario played on the life-cycle table, with nobody listening: what in it could not happen?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sandbox.domain import lifecycles, problemcodes
from sandbox.domain.chapters import SILENCE, Beat, Chapter
from sandbox.domain.flaws import Flaw
from sandbox.domain.planning import start
from sandbox.domain.scenarios import (
    CODE_SOURCES,
    IF_REQUESTED,
    KINDS,
    ON_AMENDED,
    ON_RESOLUTION_REJECTED,
    REQUESTED,
    Parameter,
    Scenario,
)
from sandbox.domain.standing import WAITING

ORDER_TYPES = ("NEW", "START", "TRANSFER", "TAKEOVER", "MODIFY", "CEASE")

_ABOUT_APPOINTMENTS = ("REAPPOINT", "REAPPOINTED")

# The status without which a later chapter never opens.
_OPENS_AFTER: Mapping[str, str] = {
    ON_AMENDED: lifecycles.PENDING,
    ON_RESOLUTION_REJECTED: lifecycles.RESOLVED,
}


@dataclass
class _Stage:
    """What is rehearsed at present: on which life cycle, in which state, and all the states there have been."""

    kind: str
    state: str
    before: str | None
    request: str | None
    seen: set[str]

    def allowed(self, event: str) -> tuple[str, ...]:
        targets = lifecycles.allowed(self.kind, self.state, event, before=self.before)
        if self.request is not None and event in lifecycles.REQUEST:
            targets = targets if lifecycles.allowed("request", self.request, event) else ()
        return targets

    def step(self, event: str, status: str) -> None:
        self.before = lifecycles.kept_before(self.state, self.before, status)
        self.state = status
        self.seen.add(status)
        if self.request is not None:
            self.request = next(iter(lifecycles.allowed("request", self.request, event)), self.request)


def rehearse(scenario: Scenario) -> Iterator[Flaw]:
    """Everything in the scenario that the interface does not allow. Beats marked wrong are taken as they are."""
    flaws = list(_parameters(scenario))
    for chapter in scenario.chapters.values():
        flaws += _times(chapter)
        for place, beat in _rightful(chapter):
            flaws += _beat(scenario, beat, place)
    for life_cycle in KINDS[scenario.kind].life_cycles:
        for order_type in ORDER_TYPES:
            flaws += _played(scenario, life_cycle, order_type)
    yield from dict.fromkeys(flaws)


def _played(scenario: Scenario, life_cycle: str, order_type: str) -> Iterator[Flaw]:
    """What cannot happen to a thing with this life cycle; to an order, of this type."""
    seen: set[str] = set()
    for chapter in scenario.chapters.values():
        stage = _stage(scenario, chapter, life_cycle, seen)
        if _OPENS_AFTER.get(chapter.name, stage.state) not in {stage.state, *seen}:
            yield Flaw(f"/{chapter.name}", f"it never opens: nothing leads to {_OPENS_AFTER[chapter.name]}")
        for place, beat in _rightful(chapter):
            if beat.order_types and order_type not in beat.order_types:
                continue
            targets = stage.allowed(beat.kci)
            yield from _step(beat, place, stage, targets)
            stage.step(beat.kci, beat.status or next(iter(targets), stage.state))


def _stage(scenario: Scenario, chapter: Chapter, life_cycle: str, seen: set[str]) -> _Stage:
    if scenario.kind in WAITING:
        return _Stage(life_cycle, WAITING[scenario.kind], lifecycles.IN_PROGRESS, lifecycles.PENDING, seen)
    state = start(scenario.kind) if chapter is scenario.opening else lifecycles.IN_PROGRESS
    return _Stage(life_cycle, state, None, None, seen)


def _rightful(chapter: Chapter) -> Iterator[tuple[str, Beat]]:
    for number, beat in enumerate(chapter.beats):
        if not beat.wrong:
            yield f"/{chapter.name}/beats/{number}", beat


def _times(chapter: Chapter) -> Iterator[Flaw]:
    latest: dict[str, int] = {}
    for number, beat in enumerate(chapter.beats):
        if beat.base == SILENCE or beat.days:
            continue
        if beat.at_ms < latest.get(beat.base, 0):
            yield Flaw(f"/{chapter.name}/beats/{number}/at", "comes before the beat above it: offsets rise")
        latest[beat.base] = beat.at_ms


def _step(beat: Beat, place: str, stage: _Stage, targets: tuple[str, ...]) -> Iterator[Flaw]:
    if not targets:
        events = (event for event in lifecycles.reason_codes_from(stage.kind, stage.state) if stage.allowed(event))
        allowed = ", ".join(events) or "nothing, the state is final"
        message = f"{beat.kci} cannot come while the {stage.kind} is {stage.state}; allowed: {allowed}"
        yield Flaw(f"{place}/kci", message)
    elif beat.status is not None and beat.status not in targets:
        allowed = ", ".join(targets)
        yield Flaw(f"{place}/status", f"{beat.kci} cannot state {beat.status} from {stage.state}; allowed: {allowed}")


def _beat(scenario: Scenario, beat: Beat, place: str) -> Iterator[Flaw]:
    """What is wrong with a beat wherever it comes."""
    yield from _code(scenario, beat, f"{place}/problemCode")
    if beat.kci in _ABOUT_APPOINTMENTS and not scenario.needs_appointment:
        yield Flaw(f"{place}/kci", f"{beat.kci} is about an appointment: the scenario has to say needsAppointment")
    tells_result = scenario.kind == "test" and beat.kci == "COMPLETED"
    if tells_result and "result" not in beat.sets:
        yield Flaw(place, "a test that is COMPLETED has to set its result")
    if "result" in beat.sets and not tells_result:
        yield Flaw(f"{place}/set/result", "only a test that is COMPLETED has a result")
    if beat.sets.get("targetDate") == "amended" and beat.kci != "AMENDED":
        yield Flaw(f"{place}/set/targetDate", "amended is for AMENDED alone")
    if beat.order_types and scenario.kind != "order":
        yield Flaw(f"{place}/orderTypes", "only a scenario for an order tells its types apart")


def _code(scenario: Scenario, beat: Beat, place: str) -> Iterator[Flaw]:
    code = beat.problem_code
    if code is None:
        return
    sources = CODE_SOURCES if scenario.kind == "cancellation" else (REQUESTED, IF_REQUESTED)
    if not problemcodes.carries_code(beat.kci):
        yield Flaw(place, f"{beat.kci} carries no problem code")
    elif code not in sources and not problemcodes.may_carry(code, beat.kci):
        allowed = ", ".join((*sources, *problemcodes.carried_by(beat.kci)))
        yield Flaw(place, f"{beat.kci} may not carry {code}; allowed: {allowed}")


def _parameters(scenario: Scenario) -> Iterator[Flaw]:
    for name, each in scenario.parameters.items():
        yield from _limits(f"/parameters/{name}", each)
    used = dict(_used(scenario.chapters.values()))
    for place, name in used.items():
        if name not in scenario.parameters:
            allowed = ", ".join(scenario.parameters) or "none"
            yield Flaw(place, f"there is no parameter {name}; allowed: {allowed}")
    for name in scenario.parameters.keys() - set(used.values()):
        yield Flaw(f"/parameters/{name}", f"the parameter {name} is used nowhere")


def _limits(place: str, parameter: Parameter) -> Iterator[Flaw]:
    if not parameter.minimum <= parameter.default <= parameter.maximum:
        yield Flaw(
            f"{place}/default",
            f"the default is not from the minimum {parameter.minimum} to the maximum {parameter.maximum}",
        )


def _used(chapters: Iterable[Chapter]) -> Iterator[tuple[str, str]]:
    """The place and the name of every parameter that a beat draws on."""
    for chapter in chapters:
        for number, beat in enumerate(chapter.beats):
            place = f"/{chapter.name}/beats/{number}"
            if beat.days is not None:
                yield f"{place}/at/days", beat.days
            for target, source in beat.sets.items():
                if isinstance(source, Mapping) and "shift" in source:
                    yield f"{place}/set/{target}/shift", source["shift"]
