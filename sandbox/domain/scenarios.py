"""Scenarios: how a fake supplier plays an order, as data; and which one the X- headers choose."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sandbox.domain import problemcodes
from sandbox.domain.durations import parse_duration
from sandbox.domain.errors import invalid
from sandbox.domain.suppliers import Supplier

REQUESTED = "requested"  # the code of X-Problem-Code, or its default
IF_REQUESTED = "ifRequested"  # the code of X-Problem-Code, or none
LONGEST_KCI_DELAY = 31_536_000  # seconds: a year

_INTEGER = re.compile(r"-?[0-9]{1,12}")
_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Parameter:
    """A whole number that X-Scenario may set, with its inclusive limits."""

    default: int
    minimum: int
    maximum: int
    description: str


@dataclass(frozen=True)
class Beat:
    """One KCI of the score: when it falls due after `base` (opening, agreed or target), and what it says.

    `status` None means the usual status of the reason code. `sets` holds the named sources of what the KCI changes.
    `wrong` marks deliberate misbehaviour, which the gateway is expected to refuse.
    """

    at_ms: int
    base: str
    kci: str
    status: str | None
    problem_code: str | None
    text: str | None
    sets: Mapping[str, Any]
    wrong: bool


@dataclass(frozen=True)
class Chapter:
    """What follows when the tenant acts: the supplier's immediate answer, then the beats."""

    reply_status: int
    beats: tuple[Beat, ...]


@dataclass(frozen=True)
class Scenario:
    """One scenario file."""

    name: str
    title: str
    description: str
    default: bool
    needs_appointment: bool
    parameters: Mapping[str, Parameter]
    order: Chapter


@dataclass(frozen=True)
class Choice:
    """What the headers of one request chose, checked: every parameter has its value."""

    scenario: str
    parameters: Mapping[str, int]
    problem_code: str | None
    kci_delay: int | None


def scenario_from(mapping: Mapping[str, Any]) -> Scenario:
    """A scenario from the value of its file, which has passed contracts/schemas/scenario.schema.json."""
    chapter = mapping["order"]
    return Scenario(
        name=mapping["name"],
        title=mapping["title"],
        description=mapping["description"],
        default=mapping.get("default", False),
        needs_appointment=mapping.get("needsAppointment", False),
        parameters={
            name: Parameter(each["default"], each["minimum"], each["maximum"], each["description"])
            for name, each in mapping.get("parameters", {}).items()
        },
        order=Chapter(chapter["reply"]["status"], tuple(_beat_from(each) for each in chapter["beats"])),
    )


def fits(scenario: Scenario, supplier: Supplier) -> bool:
    """Whether this supplier can play the scenario: one about appointments needs a supplier that makes them."""
    return supplier.appointments is not None or not scenario.needs_appointment


def choose(
    scenarios: Mapping[str, Scenario],
    x_scenario: str | None,
    x_problem_code: str | None,
    x_kci_delay: str | int | None,
    supplier: Supplier | None = None,
) -> Choice:
    """What the headers X-Scenario, X-Problem-Code and X-Kci-Delay choose; with a supplier, also whether it fits.

    X-Scenario is NAME?param=value&… in URLSearchParams syntax; without it the default scenario plays. Raises
    INVALID_REQUEST with everything that is wrong, each with what is allowed.
    """
    name, _, query = x_scenario.partition("?") if x_scenario is not None else (_default(scenarios), "", "")
    scenario = scenarios.get(name)
    if scenario is None:
        wrong = [f"X-Scenario: there is no scenario {_shown(name)}; allowed: {_listed(sorted(scenarios))}"]
        parameters: Mapping[str, int] = {}
    else:
        parameters, wrong = _parameters(scenario, query)
        if supplier is not None and not fits(scenario, supplier):
            fitting = sorted(each.name for each in scenarios.values() if fits(each, supplier))
            wrong.append(
                f"X-Scenario: {name} needs an appointment and {supplier.code} makes none; allowed: {_listed(fitting)}"
            )
    wrong += _wrong_code(scenario, x_problem_code)
    wrong += _wrong_delay(x_kci_delay)
    if wrong:
        raise invalid(*wrong)
    return Choice(name, parameters, x_problem_code, None if x_kci_delay is None else int(x_kci_delay))


def _beat_from(mapping: Mapping[str, Any]) -> Beat:
    return Beat(
        at_ms=parse_duration(mapping["at"]),
        base=mapping.get("from", "opening"),
        kci=mapping["kci"],
        status=mapping.get("status"),
        problem_code=mapping.get("problemCode"),
        text=mapping.get("text"),
        sets=mapping.get("set", {}),
        wrong=mapping.get("wrong", False),
    )


def _default(scenarios: Mapping[str, Scenario]) -> str:
    return next(each.name for each in scenarios.values() if each.default)


def _parameters(scenario: Scenario, query: str) -> tuple[dict[str, int], list[str]]:
    values = {name: each.default for name, each in scenario.parameters.items()}
    wrong: list[str] = []
    given = parse_qsl(query, keep_blank_values=True)
    for name, times in Counter(name for name, _ in given).items():
        if name not in scenario.parameters:
            known = _listed(sorted(scenario.parameters))
            wrong.append(f"X-Scenario: {scenario.name} has no parameter {_shown(name)}; allowed: {known}")
        elif times > 1:
            wrong.append(f"X-Scenario: {name} is given {times} times; allowed: once")
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
    return values, wrong


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
    beats = scenario.order.beats
    return list(dict.fromkeys(beat.kci for beat in beats if beat.problem_code in (REQUESTED, IF_REQUESTED)))


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
