"""Scenarios: how a fake supplier plays its part, as data; and which one the X- headers choose."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.domain import faults as disorders
from sandbox.domain import problemcodes
from sandbox.domain.chapters import Chapter, chapter_from
from sandbox.domain.errors import Problem, invalid
from sandbox.domain.faults import disorder_from
from sandbox.domain.handing import Disorder
from sandbox.domain.suppliers import Supplier

REQUESTED = "requested"  # the code of X-Problem-Code, or its default
IF_REQUESTED = "ifRequested"  # the code of X-Problem-Code, or none
REASON = "reason"  # the code of X-Problem-Code, or else what the tenant gave as its reason to cancel
CODE_SOURCES = (REQUESTED, IF_REQUESTED, REASON)
LONGEST_KCI_DELAY = 31_536_000  # seconds: a year

# What X-Scenario may say of any scenario for something with KCIs of its own: which disorder there is among them.
DISORDER = ("disorder", "leg", "kci", "by")
DISORDERED = ("order", "test", "problem")

ON_AMENDED = "onAmended"  # the tenant gave what a PENDING order or problem waited for, and it was accepted
ON_RESOLUTION_REJECTED = "onResolutionRejected"  # the tenant does not accept that its problem is resolved

_INTEGER = re.compile(r"-?[0-9]{1,12}")
_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Kind:
    """What a scenario may be for: how that is called, the life cycle that it plays on, and its later chapters."""

    called: str
    life_cycles: tuple[str, ...]
    later: tuple[str, ...]


# By the word of `for` in a scenario's file, which is also the name of its first chapter.
KINDS: Mapping[str, Kind] = {
    "order": Kind("an order", ("order",), (ON_AMENDED,)),
    "amendment": Kind("an amendment", ("order", "problem"), ()),
    "cancellation": Kind("a cancellation", ("order", "problem"), ()),
    "test": Kind("a service test", ("test",), ()),
    "problem": Kind("a service problem", ("problem",), (ON_AMENDED, ON_RESOLUTION_REJECTED)),
    "unsolicitedCease": Kind("an unsolicited cease", ("order",), ()),
}


@dataclass(frozen=True)
class Parameter:
    """A whole number that X-Scenario may set, with its inclusive limits."""

    default: int
    minimum: int
    maximum: int
    description: str


@dataclass(frozen=True)
class Scenario:
    """One scenario file. `kind` is one of KINDS; `chapters` are by name, the kind's own first; `faults` are what goes
    wrong with its KCIs.
    """

    name: str
    kind: str
    title: str
    description: str
    default: bool
    needs_appointment: bool
    parameters: Mapping[str, Parameter]
    chapters: Mapping[str, Chapter]
    faults: tuple[Disorder, ...] = ()

    @property
    def opening(self) -> Chapter:
        """The chapter that opens when the tenant places or asks what the scenario is for."""
        return self.chapters[self.kind]


@dataclass(frozen=True)
class Choice:
    """What the headers of one request chose, checked: every parameter has its value."""

    scenario: str
    parameters: Mapping[str, int]
    problem_code: str | None
    kci_delay: int | None
    faults: tuple[Disorder, ...] = ()


def scenario_from(mapping: Mapping[str, Any]) -> Scenario:
    """A scenario from the value of its file, which has passed contracts/schemas/scenario.schema.json."""
    kind = mapping.get("for", "order")
    return Scenario(
        name=mapping["name"],
        kind=kind,
        title=mapping["title"],
        description=mapping["description"],
        default=mapping.get("default", False),
        needs_appointment=mapping.get("needsAppointment", False),
        parameters={
            name: Parameter(each["default"], each["minimum"], each["maximum"], each["description"])
            for name, each in mapping.get("parameters", {}).items()
        },
        chapters={name: chapter_from(name, mapping[name]) for name in (kind, *KINDS[kind].later) if name in mapping},
        faults=tuple(disorder_from(each) for each in mapping.get("faults", ())),
    )


def fits(scenario: Scenario, supplier: Supplier) -> bool:
    """Whether this supplier can play the scenario: one about appointments needs a supplier that makes them."""
    return supplier.appointments is not None or not scenario.needs_appointment


SCENARIO = "X-Scenario"
SCENARIO_HEADERS = (SCENARIO, "X-Problem-Code", "X-Kci-Delay")


def scenario_headers(sent: Mapping[str, Any]) -> dict[str, str]:
    """Those of a request's headers that choose its scenario."""
    return {name: str(sent[name]) for name in SCENARIO_HEADERS if name in sent}


def with_disorder(x_scenario: str, disorder: Disorder) -> str:
    """The header X-Scenario, "" if none was sent, with a disorder asked for beside what it says."""
    asked = disorder.to_mapping()
    said = urlencode({"disorder": asked.pop("do"), **asked})
    return f"{x_scenario}{'&' if '?' in x_scenario else '?'}{said}"


def choose_by(
    scenarios: Mapping[str, Scenario],
    headers: Mapping[str, Any],
    supplier: Supplier,
    kind: str = "order",
    *,
    appointed: bool = True,
) -> Choice:
    """What these headers choose, the others among them aside; see `choose`."""
    scenario, problem_code, kci_delay = (headers.get(name) for name in SCENARIO_HEADERS)
    return choose(scenarios, scenario, problem_code, kci_delay, supplier, kind, appointed=appointed)


def choose(
    scenarios: Mapping[str, Scenario],
    x_scenario: str | None,
    x_problem_code: str | None,
    x_kci_delay: str | int | None,
    supplier: Supplier | None = None,
    kind: str = "order",
    *,
    appointed: bool = True,
) -> Choice:
    """What the headers X-Scenario, X-Problem-Code and X-Kci-Delay choose for a request of this kind (see KINDS).

    With a supplier, also whether the scenario fits it; `appointed` False says that the request comes without an
    appointment. X-Scenario is NAME?param=value&… in URLSearchParams syntax; without it, or without a name, the default
    scenario of the kind plays. Raises INVALID_REQUEST with everything that is wrong, each with what is allowed.
    """
    of_kind = {each.name: each for each in scenarios.values() if each.kind == kind}
    fitting = sorted(
        each.name
        for each in of_kind.values()
        if (supplier is None or fits(each, supplier)) and (appointed or not each.needs_appointment)
    )
    name, mark, query = ("?" if x_scenario is None else x_scenario).partition("?")
    name = _default(of_kind) if mark and not name else name
    scenario = of_kind.get(name)
    parameters: Mapping[str, int] = {}
    faults: tuple[Disorder, ...] = ()
    wrong: list[str] = []
    if scenario is not None:
        parameters, faults, wrong = _parameters(scenario, query)
    if name not in fitting:
        wrong.append(f"X-Scenario: {_unfit(name, scenarios, kind, supplier)}; allowed: {_listed(fitting)}")
    wrong += _wrong_code(scenario, x_problem_code)
    wrong += _wrong_delay(x_kci_delay)
    if wrong:
        raise invalid(*wrong)
    return Choice(name, parameters, x_problem_code, None if x_kci_delay is None else int(x_kci_delay), faults)


def _unfit(name: str, scenarios: Mapping[str, Scenario], kind: str, supplier: Supplier | None) -> str:
    """Why the scenario of this name cannot be chosen."""
    known = scenarios.get(name)
    if known is None:
        return f"there is no scenario {_shown(name)}"
    if known.kind != kind:
        return f"{name} is for {KINDS[known.kind].called}, not for {KINDS[kind].called}"
    if supplier is not None and not fits(known, supplier):
        return f"{name} needs an appointment and {supplier.code} makes none"
    return f"{name} needs an appointment, and this comes without one"


def _default(scenarios: Mapping[str, Scenario]) -> str:
    return next(each.name for each in scenarios.values() if each.default)


def _parameters(scenario: Scenario, query: str) -> tuple[dict[str, int], tuple[Disorder, ...], list[str]]:
    values = {name: each.default for name, each in scenario.parameters.items()}
    given = parse_qsl(query, keep_blank_values=True)
    wrong = list(_misnamed(scenario, Counter(name for name, _ in given)))
    for name, text in given:
        limits = scenario.parameters.get(name)
        if limits is None:
            continue
        if _INTEGER.fullmatch(text) and limits.minimum <= int(text) <= limits.maximum:
            values[name] = int(text)
        else:
            wrong.append(
                f"X-Scenario: {name} cannot be {_shown(text)}; "
                f"allowed: a whole number from {limits.minimum} to {limits.maximum}"
            )
    faults, amiss = _faults(scenario, dict(given))
    return values, faults, wrong + amiss


def _misnamed(scenario: Scenario, given: Mapping[str, int]) -> Iterator[str]:
    """What is given and is no parameter, or is given more than once."""
    known = [*sorted(scenario.parameters), *(DISORDER if scenario.kind in DISORDERED else ())]
    for name, times in given.items():
        if name not in known:
            yield f"X-Scenario: {scenario.name} has no parameter {_shown(name)}; allowed: {_listed(known)}"
        elif times > 1:
            yield f"X-Scenario: {name} is given {times} times; allowed: once"


def _faults(scenario: Scenario, given: Mapping[str, str]) -> tuple[tuple[Disorder, ...], list[str]]:
    """The disorder that the header asks for, or else what the scenario has of its own; and what is wrong with it."""
    asked = {name: given[name] for name in DISORDER if name in given}
    if not asked or scenario.kind not in DISORDERED:
        return scenario.faults, []
    if "disorder" not in asked:
        return (), [f"X-Scenario: {_listed(asked)} goes with disorder; allowed: disorder={'|'.join(disorders.KINDS)}"]
    try:
        return (disorder_from({**asked, "do": asked["disorder"]}),), []
    except Problem as problem:
        return (), [f"X-Scenario: {message}" for message in problem.messages]


def _wrong_code(scenario: Scenario | None, code: str | None) -> list[str]:
    if code is None:
        return []
    if code not in problemcodes.TABLE:
        return [f"X-Problem-Code: there is no problem code {_shown(code)}; allowed: {_listed(_codes_for(scenario))}"]
    if scenario is None:
        return []
    reasons = _reasons_with_code(scenario)
    if not reasons:
        return [f"X-Problem-Code: {scenario.name} uses no problem code; allowed: none"]
    return [
        f"X-Problem-Code: a {reason} cannot carry {code}; allowed: {_listed(problemcodes.carried_by(reason))}"
        for reason in reasons
        if not problemcodes.may_carry(code, reason)
    ]


def _reasons_with_code(scenario: Scenario) -> list[str]:
    beats = (beat for chapter in scenario.chapters.values() for beat in chapter.beats)
    return list(dict.fromkeys(beat.kci for beat in beats if beat.problem_code in CODE_SOURCES))


def _codes_for(scenario: Scenario | None) -> list[str]:
    """The codes that every KCI of the scenario that takes one may carry."""
    reasons = _reasons_with_code(scenario) if scenario is not None else None
    if reasons == []:
        return []
    return [code for code in sorted(problemcodes.TABLE) if all(problemcodes.may_carry(code, r) for r in reasons or ())]


def _wrong_delay(delay: str | int | None) -> list[str]:
    if delay is None or (_SECONDS.fullmatch(str(delay)) and int(delay) <= LONGEST_KCI_DELAY):
        return []
    return [f"X-Kci-Delay: cannot be {_shown(str(delay))}; allowed: whole seconds from 0 to {LONGEST_KCI_DELAY}"]


def _shown(value: str) -> str:
    """The value as the caller may see it again: short, and without control characters."""
    return repr(value if len(value) <= 40 else value[:40] + "…")


def _listed(allowed: Iterable[str]) -> str:
    return ", ".join(allowed) or "none"
