"""What is wrong with one data file: by its schema, on the life-cycle table, and within itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from sandbox.domain.composing import Find, compose
from sandbox.domain.errors import Problem
from sandbox.domain.flaws import Flaw
from sandbox.domain.personal import EMAIL, PHONE, TEXT, judge
from sandbox.domain.rehearsal import rehearse
from sandbox.domain.scenarios import scenario_from
from sandbox.spec.wording import flaws_in
from sandbox.spec.yamlfile import Document


def flaws_of(document: Document, kind: str, find: Find) -> list[Flaw]:
    """Everything wrong with a file of this kind; `find` gives the scenarios that one may extend, by name."""
    flaws = list(flaws_in(document.value, kind)) or list(_CHECKS[kind](document, find))
    return sorted(flaws, key=lambda flaw: line_of(document, flaw))


def line_of(document: Document, flaw: Flaw) -> int:
    """The line of a flaw: of its place, or else of the nearest one above it."""
    place = flaw.place
    while place not in document.lines:
        place = place.rpartition("/")[0]
    return document.lines[place]


def _scenario(document: Document, find: Find) -> Iterator[Flaw]:
    yield from _named_as_file(document, "name")
    composed = compose(document.value, find)
    flaws = list(composed.flaws or flaws_in(composed.value, "scenario"))
    if not flaws:
        try:
            flaws = list(rehearse(scenario_from(composed.value)))
        except Problem as wrong:
            flaws = [Flaw("", str(wrong))]
    for flaw in flaws:
        yield flaw if composed.flaws else Flaw(composed.place(flaw.place), flaw.message)


def _supplier(document: Document, _find: Find) -> Iterator[Flaw]:
    yield from _named_as_file(document, "code")
    windows = document.value.get("appointments", {}).get("windows", [])
    for number, window in enumerate(windows):
        if window["start"] >= window["end"]:
            yield Flaw(f"/appointments/windows/{number}", "the window ends before it begins")
    for number, (earlier, later) in enumerate(pairwise(windows), start=1):
        if later["start"] < earlier["end"]:
            yield Flaw(f"/appointments/windows/{number}", "the window begins before the one above it ends")


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
    "worlds": _worlds,
}
KINDS = tuple(_CHECKS)
