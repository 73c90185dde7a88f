"""A scenario played on the life-cycle table, with nobody listening: what in it could not happen?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sandbox.domain import lifecycles, problemcodes
from sandbox.domain.scenarios import IF_REQUESTED, REQUESTED, Beat, Parameter, Scenario

_ABOUT_APPOINTMENTS = ("REAPPOINT", "REAPPOINTED")


@dataclass(frozen=True)
class Flaw:
    """Something that cannot be as it stands; `place` is its JSON pointer in the scenario's file."""

    place: str
    message: str


def rehearse(scenario: Scenario) -> Iterator[Flaw]:
    """Everything in the scenario that the interface does not allow. Beats marked wrong are taken as they are."""
    yield from _parameters(scenario)
    state = lifecycles.SENT_TO_SUPPLIER
    latest: dict[str, int] = {}
    for number, beat in enumerate(scenario.order.beats):
        place = f"/order/beats/{number}"
        if beat.at_ms < latest.get(beat.base, 0):
            yield Flaw(f"{place}/at", "comes before the beat above it: offsets rise")
        latest[beat.base] = beat.at_ms
        if beat.wrong:
            continue
        targets = lifecycles.allowed("order", state, beat.kci)
        yield from _step(beat, place, state, targets)
        yield from _code(beat, place)
        if beat.kci in _ABOUT_APPOINTMENTS and not scenario.needs_appointment:
            yield Flaw(f"{place}/kci", f"{beat.kci} is about an appointment: the scenario has to say needsAppointment")
        state = beat.status or next(iter(targets), state)


def _step(beat: Beat, place: str, state: str, targets: tuple[str, ...]) -> Iterator[Flaw]:
    if not targets:
        allowed = ", ".join(lifecycles.events_from("order", state)) or "nothing, the state is final"
        yield Flaw(f"{place}/kci", f"{beat.kci} cannot come while the order is {state}; allowed: {allowed}")
    elif beat.status is not None and beat.status not in targets:
        allowed = ", ".join(targets)
        yield Flaw(f"{place}/status", f"{beat.kci} cannot state {beat.status} from {state}; allowed: {allowed}")


def _code(beat: Beat, place: str) -> Iterator[Flaw]:
    code = beat.problem_code
    if code is None:
        return
    place = f"{place}/problemCode"
    if not problemcodes.carries_code(beat.kci):
        yield Flaw(place, f"{beat.kci} carries no problem code")
    elif code not in (REQUESTED, IF_REQUESTED) and not problemcodes.may_carry(code, beat.kci):
        allowed = ", ".join((REQUESTED, IF_REQUESTED, *problemcodes.carried_by(beat.kci)))
        yield Flaw(place, f"{beat.kci} may not carry {code}; allowed: {allowed}")


def _parameters(scenario: Scenario) -> Iterator[Flaw]:
    for name, each in scenario.parameters.items():
        yield from _limits(f"/parameters/{name}", each)
    used = dict(_used(scenario.order.beats))
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


def _used(beats: Iterable[Beat]) -> Iterator[tuple[str, str]]:
    """The place and the name of every parameter that a beat draws on."""
    for number, beat in enumerate(beats):
        for target, source in beat.sets.items():
            if isinstance(source, Mapping):
                yield f"/order/beats/{number}/set/{target}/shift", source["shift"]
