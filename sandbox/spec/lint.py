"""`sandbox lint`: what is wrong in data files, with file, line and reason."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from sandbox.domain.errors import Problem
from sandbox.domain.rehearsal import Flaw, rehearse
from sandbox.domain.scenarios import KINDS, scenario_from
from sandbox.shipped import folder
from sandbox.spec.library import UnusableFileError, read_library
from sandbox.spec.wording import flaws_in
from sandbox.spec.yamlfile import Document, UnreadableFileError, load

_KIND = re.compile(r"#\s*yaml-language-server:\s*\$schema=\S*?(?P<kind>[a-z]+)\.schema\.json")


@dataclass(frozen=True)
class Finding:
    """One thing wrong; `line` counts from 1."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def lint(paths: Iterable[Path]) -> list[Finding]:
    """What is wrong in these files and in the YAML files of these folders; of no paths, in all that is shipped.

    A file's first line names its schema, as editors read it; without that line it is a scenario.
    """
    asked = list(paths)
    findings: list[Finding] = []
    defaults: dict[str, list[Finding]] = {}
    for path in _files(asked or [folder("scenarios"), folder("fixtures")]):
        findings += _in_file(path, defaults)
    for found in defaults.values():
        findings += found if len(found) > 1 else []
    if not asked and not findings:
        findings += _between_files()
    return findings


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.yaml"))
        else:
            yield path


def _in_file(path: Path, defaults: dict[str, list[Finding]]) -> Iterator[Finding]:
    """What is wrong in one file. A scenario that is the default is added to `defaults`, by what it is for."""
    try:
        document = load(path)
        kind = _kind(path)
    except UnreadableFileError as wrong:
        yield Finding(path, wrong.line, wrong.message)
        return
    except OSError as wrong:
        yield Finding(path, 1, wrong.strerror or "the file cannot be read")
        return
    flaws = list(flaws_in(document.value, kind)) or list(_CHECKS[kind](document))
    yield from sorted((_found(document, flaw) for flaw in flaws), key=lambda finding: finding.line)
    if kind == "scenario" and not flaws and document.value.get("default"):
        about = document.value.get("for", "order")
        message = f"more than one scenario is the default for {KINDS[about].called}"
        defaults.setdefault(about, []).append(_found(document, Flaw("/default", message)))


def _between_files() -> Iterator[Finding]:
    try:
        read_library(folder("scenarios"), folder("fixtures"))
    except UnusableFileError as wrong:
        yield Finding(folder("fixtures"), 1, str(wrong))


def _kind(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        found = _KIND.match(file.readline())
    return found["kind"] if found and found["kind"] in _CHECKS else "scenario"


def _found(document: Document, flaw: Flaw) -> Finding:
    place = flaw.place
    while place not in document.lines:
        place = place.rpartition("/")[0]
    message = f"{flaw.place}: {flaw.message}" if flaw.place else flaw.message
    return Finding(document.path, document.lines[place], message)


def _scenario(document: Document) -> Iterator[Flaw]:
    yield from _named_as_file(document, "name")
    try:
        yield from rehearse(scenario_from(document.value))
    except Problem as wrong:
        yield Flaw("", str(wrong))


def _supplier(document: Document) -> Iterator[Flaw]:
    yield from _named_as_file(document, "code")
    windows = document.value.get("appointments", {}).get("windows", [])
    for number, window in enumerate(windows):
        if window["start"] >= window["end"]:
            yield Flaw(f"/appointments/windows/{number}", "the window ends before it begins")
    for number, (earlier, later) in enumerate(pairwise(windows), start=1):
        if later["start"] < earlier["end"]:
            yield Flaw(f"/appointments/windows/{number}", "the window begins before the one above it ends")


def _addresses(document: Document) -> Iterator[Flaw]:
    seen: set[tuple[str, str]] = set()
    for number, each in enumerate(document.value["premises"]):
        identifier = each["address"]["identifier"]
        for one in (identifier, *identifier.get("additionalIdentifiers", ())):
            key = (one["type"], one["id"])
            if one["type"] != "DistrictCode" and key in seen:
                yield Flaw(f"/premises/{number}/address/identifier", f"the {one['type']} {one['id']} is another's too")
            seen.add(key)


def _worlds(document: Document) -> Iterator[Flaw]:
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


_CHECKS: Mapping[str, Callable[[Document], Iterable[Flaw]]] = {
    "scenario": _scenario,
    "supplier": _supplier,
    "addresses": _addresses,
    "worlds": _worlds,
}
