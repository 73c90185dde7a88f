"""Scenarios and suppliers of one's own, beside the shipped ones: judged as a whole before any of them plays."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sandbox.domain.composing import compose
from sandbox.domain.flaws import Flaw
from sandbox.domain.scenarios import scenario_from
from sandbox.domain.suppliers import supplier_from
from sandbox.spec.judging import flaws_of, line_of, named
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
    flaws = flaws_of(one.document, one.kind, _known(library, files, one.kind).get)
    flaws = flaws or list(_in_the_way(library, files, one))
    return [(line_of(one.document, flaw), f"{flaw.place}: {flaw.message}".removeprefix(": ")) for flaw in flaws]


def whole(library: Library, files: Iterable[OwnFile], one: OwnFile) -> Mapping[str, Any]:
    """The value of one of these files with all that it extends, in which nothing is wrong."""
    return compose(one.document.value, _known(library, files, one.kind).get).value


def joined(library: Library, files: Iterable[OwnFile]) -> Library:
    """The library with these files, in which nothing is wrong."""
    listed = list(files)
    sources = {kind: _known(library, listed, kind) for kind in (SCENARIO, SUPPLIER)}
    mine = {kind: [each.name for each in listed if each.kind == kind] for kind in sources}
    scenarios = {name: scenario_from(_whole(sources[SCENARIO], name)) for name in mine[SCENARIO]}
    suppliers = {code: supplier_from(_whole(sources[SUPPLIER], code)) for code in mine[SUPPLIER]}
    return replace(
        library,
        scenarios=MappingProxyType({**library.scenarios, **scenarios}),
        suppliers=MappingProxyType({**library.suppliers, **suppliers}),
        sources=MappingProxyType(sources),
    )


def _whole(sources: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return compose(sources[name], sources.get).value


def _known(library: Library, files: Iterable[OwnFile], kind: str) -> Mapping[str, Any]:
    """The values of the files of this kind that another may extend, the shipped ones among them."""
    values = {each.name: each.document.value for each in files if each.kind == kind}
    usable = {name: value for name, value in values.items() if validator_of(kind).is_valid(value)}
    return MappingProxyType({**usable, **library.sources[kind]})


def _in_the_way(library: Library, files: Iterable[OwnFile], one: OwnFile) -> Iterator[Flaw]:
    """What the other files have to do with it: a name is that of one thing, and what is named has to be there."""
    key = "name" if one.kind == SCENARIO else "code"
    if one.name in library.sources[one.kind]:
        yield Flaw(f"/{key}", f"there is already a {one.kind} {one.name}: take another name")
    if one.document.value.get("default"):
        yield Flaw("/default", "the default is a shipped scenario: leave it out, and ask for yours by X-Scenario")
    for place, kind, name in named(one.kind, one.document.value):
        if name not in _known(library, files, kind):
            yield Flaw(place, f"there is no {kind} {name}")
