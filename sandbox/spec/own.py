"""Scenarios and suppliers of one's own, beside the shipped ones: judged as a whole before any of them plays."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sandbox.domain.composing import Find, compose
from sandbox.domain.flaws import Flaw
from sandbox.domain.scenarios import scenario_from
from sandbox.domain.suppliers import supplier_from
from sandbox.spec.judging import flaws_of, line_of
from sandbox.spec.library import Library, UnusableFileError
from sandbox.spec.schemas import validator_of
from sandbox.spec.yamlfile import Document, load, read

SCENARIO, SUPPLIER = "scenario", "supplier"


@dataclass(frozen=True)
class OwnFile:
    """One file of one's own: `kind` is SCENARIO or SUPPLIER."""

    kind: str
    document: Document

    @property
    def name(self) -> str:
        """The name of the scenario, the code of the supplier."""
        return self.document.path.stem


def files_in(kind: str, where: str) -> Iterator[OwnFile]:
    """The files of this kind in a folder, none where it is "". Raises UnreadableFileError or UnusableFileError."""
    if where and not Path(where).is_dir():
        raise UnusableFileError(f"{where} is no folder: name the one that your {kind}s are in")
    for path in sorted(Path(where).glob("*.yaml")) if where else ():
        yield OwnFile(kind, load(path))


def file_from(kind: str, name: str, raw: bytes) -> OwnFile:
    """A file as somebody sends it. Raises UnreadableFileError."""
    return OwnFile(kind, read(Path(f"{name}.yaml"), raw))


def with_own(library: Library, files: Iterable[OwnFile]) -> Library:
    """The library with these files in it. Raises UnusableFileError that says what is wrong, with file and line."""
    listed = list(files)
    told = ((each.document.path, *finding) for each in listed for finding in findings(library, listed, each))
    if wrong := [f"{path}:{line}: {reason}" for path, line, reason in told]:
        raise UnusableFileError("; ".join(wrong))
    return joined(library, listed)


def findings(library: Library, files: Iterable[OwnFile], one: OwnFile) -> list[tuple[int, str]]:
    """What is wrong with one of these files, beside the others and the shipped ones: (line, reason)."""
    flaws = flaws_of(one.document, one.kind, _finder(library, files)) or list(_in_the_way(library, one))
    return [(line_of(one.document, flaw), f"{flaw.place}: {flaw.message}".removeprefix(": ")) for flaw in flaws]


def joined(library: Library, files: Iterable[OwnFile]) -> Library:
    """The library with these files, in which nothing is wrong."""
    listed = list(files)
    find = _finder(library, listed)
    scenarios = {each.name: each.document.value for each in listed if each.kind == SCENARIO}
    suppliers = {each.name: each.document.value for each in listed if each.kind == SUPPLIER}
    made = {name: scenario_from(compose(value, find).value) for name, value in scenarios.items()}
    sold = {code: supplier_from(value) for code, value in suppliers.items()}
    return replace(
        library,
        scenarios=MappingProxyType({**library.scenarios, **made}),
        sources=MappingProxyType({**library.sources, **scenarios}),
        suppliers=MappingProxyType({**library.suppliers, **sold}),
    )


def _finder(library: Library, files: Iterable[OwnFile]) -> Find:
    values = {each.name: each.document.value for each in files if each.kind == SCENARIO}
    usable = {name: value for name, value in values.items() if validator_of("scenario").is_valid(value)}
    known: Mapping[str, Any] = {**library.sources, **usable}
    return known.get


def _in_the_way(library: Library, one: OwnFile) -> Iterator[Flaw]:
    """A name is that of one thing, and which scenario plays when none is asked for is not changed from outside."""
    taken, key = (library.sources, "name") if one.kind == SCENARIO else (library.suppliers, "code")
    if one.name in taken:
        yield Flaw(f"/{key}", f"there is already a {one.kind} {one.name}: take another name")
    if one.document.value.get("default"):
        yield Flaw("/default", "the default is a shipped scenario: leave it out, and ask for yours by X-Scenario")
