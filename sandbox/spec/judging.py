"""What is wrong with one data file: by its schema, on the life-cycle table, and within itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from sandbox.domain.composing import Find, compose
from sandbox.domain.errors import Problem
from sandbox.domain.flaws import Flaw
from sandbox.domain.personal import EMAIL, PHONE, TEXT, judge
from sandbox.domain.problemcodes import carried_by, may_carry
from sandbox.domain.rehearsal import rehearse
from sandbox.domain.scenarios import scenario_from
from sandbox.spec.wording import flaws_in
from sandbox.spec.yamlfile import Document


def flaws_of(document: Document, kind: str, find: Find) -> list[Flaw]:
    """Everything wrong with a file of this kind; `find` gives the others that one may extend, by name."""
    flaws = list(flaws_in(document.value, kind)) or list(_CHECKS[kind](document, find))
    return sorted(flaws, key=lambda flaw: line_of(document, flaw))


def line_of(document: Document, flaw: Flaw) -> int:
    """The line of a flaw: of its place, or else of the nearest one above it."""
    place = flaw.place
    while place not in document.lines:
        place = place.rpartition("/")[0]
    return document.lines[place]


def nothing(_name: str) -> None:
    """Finds nothing to extend."""


def _scenario(document: Document, find: Find) -> Iterator[Flaw]:
    yield from _named_as_file(document, "name")
    yield from _whole(document, find, "scenario", _played)


def _supplier(document: Document, find: Find) -> Iterator[Flaw]:
    yield from _named_as_file(document, "code")
    yield from _whole(document, find, "supplier", _trading)


def _whole(
    document: Document, find: Find, kind: str, judge: Callable[[Mapping[str, Any]], Iterable[Flaw]]
) -> Iterator[Flaw]:
    """What is wrong once all that the file extends is taken over, each where the file says it."""
    composed = compose(document.value, find)
    if composed.flaws:
        yield from composed.flaws
        return
    flaws = list(flaws_in(composed.value, kind))
    for flaw in flaws or judge(composed.value):
        yield Flaw(composed.place(flaw.place), flaw.message)


def _played(value: Mapping[str, Any]) -> Iterator[Flaw]:
    try:
        yield from rehearse(scenario_from(value))
    except Problem as wrong:
        yield Flaw("", str(wrong))


def _trading(value: Mapping[str, Any]) -> Iterator[Flaw]:
    for number, rule in enumerate(value.get("rejections", ())):
        code = rule.get("problemCode")
        if code is not None and not may_carry(code, "ORDER_REJECTED"):
            allowed = ", ".join(carried_by("ORDER_REJECTED"))
            yield Flaw(f"/rejections/{number}/problemCode", f"{code} rejects nothing; allowed: {allowed}")
    windows = value.get("appointments", {}).get("windows", [])
    for number, window in enumerate(windows):
        if window["start"] >= window["end"]:
            yield Flaw(f"/appointments/windows/{number}", "the window ends before it begins")
    for number, (earlier, later) in enumerate(pairwise(windows), start=1):
        if later["start"] < earlier["end"]:
            yield Flaw(f"/appointments/windows/{number}", "the window begins before the one above it ends")


def named(kind: str, value: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What a file of this kind names of the others: (place, kind, name)."""
    if kind == "supplier":
        for number, rule in enumerate(value.get("rejections", ())):
            if "scenario" in rule:
                yield f"/rejections/{number}/scenario", "scenario", rule["scenario"]
        if "network" in value:
            yield "/network", "supplier", value["network"]


def _addresses(document: Document, _find: Find) -> Iterator[Flaw]:
    seen: set[tuple[str, str]] = set()
    for number, each in enumerate(document.value["premises"]):
        identifier = each["address"]["identifier"]
        for one in (identifier, *identifier.get("additionalIdentifiers", ())):
            key = (one["type"], one["id"])
            if one["type"] != "DistrictCode" and key in seen:
                yield Flaw(f"/premises/{number}/address/identifier", f"the {one['type']} {one['id']} is another's too")
            seen.add(key)


def _people(document: Document, _find: Find) -> Iterator[Flaw]:
    meant = {"name": TEXT, "email": EMAIL, "phoneNumber": PHONE}
    for number, person in enumerate(document.value["people"]):
        for member, value in person.items():
            yield from (Flaw(f"/people/{number}/{member}", rule.told) for rule in judge(value, meant[member]))


def _services(document: Document, _find: Find) -> Iterator[Flaw]:
    for number, service in enumerate(document.value["services"]):
        for place, each in enumerate(service["serviceOrderItem"]["serviceCharacteristics"]):
            where = f"/services/{number}/serviceOrderItem/serviceCharacteristics/{place}/value"
            yield from (Flaw(where, rule.told) for rule in judge(each["value"]))


def _worlds(document: Document, _find: Find) -> Iterator[Flaw]:
    seen: set[tuple[str, str]] = set()
    for kind, place, name in _names(document.value):
        if (kind, name) in seen:
            yield Flaw(place, f"there is already a {kind} {name}")
        seen.add((kind, name))


def _names(value: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for number, world in enumerate(value["worlds"]):
        yield "world", f"/worlds/{number}/code", world["code"]
        for place, tenant in enumerate(world["tenants"]):
            yield "tenant", f"/worlds/{number}/tenants/{place}/code", tenant["code"]
            yield "client", f"/worlds/{number}/tenants/{place}/client/id", tenant["client"]["id"]
    for number, client in enumerate(value["clients"]):
        yield "client", f"/clients/{number}/id", client["id"]


def _named_as_file(document: Document, key: str) -> Iterator[Flaw]:
    name = document.value[key]
    if name != document.path.stem:
        yield Flaw(f"/{key}", f"{name} has to be in a file {name}.yaml")


_CHECKS: Mapping[str, Callable[[Document, Find], Iterable[Flaw]]] = {
    "scenario": _scenario,
    "supplier": _supplier,
    "addresses": _addresses,
    "people": _people,
    "services": _services,
    "worlds": _worlds,
    "behaviours": lambda _document, _find: (),  # their schema says it all
}
KINDS = tuple(_CHECKS)
