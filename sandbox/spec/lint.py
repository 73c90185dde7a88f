"""`sandbox lint`: what is wrong in data files, with file, line and reason."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sandbox.domain.flaws import Flaw
from sandbox.domain.scenarios import KINDS as SCENARIO_KINDS
from sandbox.shipped import folder
from sandbox.spec.bases import Bases
from sandbox.spec.judging import KINDS, flaws_of, line_of, nothing
from sandbox.spec.library import UnusableFileError, read_library
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


def lint(paths: Iterable[Path], elsewhere: Iterable[Path] = ()) -> list[Finding]:
    """What is wrong in these files and in the YAML files of these folders; of no paths, in all that is shipped and
    `elsewhere`, the folders of one's own.

    A file's first line names its schema, as editors read it; without that line it is a scenario. What a scenario
    extends is looked for beside it, elsewhere, and among the shipped ones.
    """
    asked = list(paths)
    findings: list[Finding] = []
    defaults: dict[str, list[Finding]] = {}
    shipped = {"scenario": folder("scenarios"), "supplier": folder("fixtures") / "suppliers"}
    bases = {kind: Bases(kind, where, *elsewhere) for kind, where in shipped.items()}
    for path in _files(asked or [folder("scenarios"), folder("fixtures"), *elsewhere]):
        findings += _in_file(path, defaults, bases)
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


def _in_file(path: Path, defaults: dict[str, list[Finding]], bases: Mapping[str, Bases]) -> Iterator[Finding]:
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
    flaws = flaws_of(document, kind, partial(bases[kind].find, beside=path.parent) if kind in bases else nothing)
    yield from (_found(document, flaw) for flaw in flaws)
    if kind == "scenario" and not flaws and document.value.get("default"):
        about = document.value.get("for", "order")
        message = f"more than one scenario is the default for {SCENARIO_KINDS[about].called}"
        defaults.setdefault(about, []).append(_found(document, Flaw("/default", message)))


def _between_files() -> Iterator[Finding]:
    try:
        read_library(folder("scenarios"), folder("fixtures"))
    except UnusableFileError as wrong:
        yield Finding(folder("fixtures"), 1, str(wrong))


def _kind(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        found = _KIND.match(file.readline())
    return found["kind"] if found and found["kind"] in KINDS else "scenario"


def _found(document: Document, flaw: Flaw) -> Finding:
    message = f"{flaw.place}: {flaw.message}" if flaw.place else flaw.message
    return Finding(document.path, line_of(document, flaw), message)
