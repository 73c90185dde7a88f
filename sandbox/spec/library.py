"""Everything that the sandbox knows from its data files, by name: scenarios, suppliers, premises, worlds."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import jsonschema_rs

from sandbox.domain.demo import DemoClient, DemoWorld, clients_from, worlds_from
from sandbox.domain.premises import AddressBook, address_book, premises_from
from sandbox.domain.scenarios import KINDS, Scenario, scenario_from
from sandbox.domain.suppliers import Supplier, supplier_from
from sandbox.shipped import folder
from sandbox.spec.yamlfile import load

_Made = TypeVar("_Made")


class UnusableFileError(Exception):
    """A data file that does not fit its schema or the other files; `sandbox lint` says more."""


@dataclass(frozen=True)
class Library:
    """The data files, read once. Every mapping is by name or code, in the order of the files."""

    scenarios: Mapping[str, Scenario]
    suppliers: Mapping[str, Supplier]
    premises: AddressBook
    worlds: Mapping[str, DemoWorld]
    clients: tuple[DemoClient, ...]


@cache
def load_library() -> Library:
    """The shipped files. Raises UnreadableFileError or UnusableFileError, naming the file."""
    return read_library(folder("scenarios"), folder("fixtures"))


def read_library(scenarios: Path, fixtures: Path) -> Library:
    """The files of these two folders. Raises UnreadableFileError or UnusableFileError, naming the file."""
    worlds = _read(fixtures / "worlds.yaml", "worlds")
    addresses = _read(fixtures / "addresses.yaml", "addresses")
    library = Library(
        scenarios=_by_stem(scenarios, "scenario", scenario_from),
        suppliers=_by_stem(fixtures / "suppliers", "supplier", supplier_from),
        premises=address_book(premises_from(each) for each in addresses["premises"]),
        worlds=MappingProxyType({world.code: world for world in worlds_from(worlds)}),
        clients=tuple(clients_from(worlds)),
    )
    if problems := list(_disagreements(library)):
        raise UnusableFileError(f"{fixtures}: " + "; ".join(problems))
    return library


@cache
def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of one kind of data file: scenario, supplier, addresses or worlds."""
    text = (folder("contracts") / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema_of(kind))


def _read(path: Path, kind: str) -> Any:
    value = load(path).value
    wrong = next(iter(_validator(kind).iter_errors(value)), None)
    if wrong is not None:
        place = "".join(f"/{step}" for step in wrong.instance_path)
        raise UnusableFileError(f"{path}: {place}: {wrong.message} (sandbox lint says more)")
    return value


def _by_stem(where: Path, kind: str, make: Callable[[Mapping[str, Any]], _Made]) -> Mapping[str, _Made]:
    return MappingProxyType({path.stem: make(_read(path, kind)) for path in sorted(where.glob("*.yaml"))})


def _disagreements(library: Library) -> Iterator[str]:
    """What no file shows by itself."""
    yield from _misnamed("scenario", ((stem, each.name) for stem, each in library.scenarios.items()))
    yield from _misnamed("supplier", ((stem, each.code) for stem, each in library.suppliers.items()))
    defaults = Counter(each.kind for each in library.scenarios.values() if each.default)
    for kind, about in KINDS.items():
        if defaults[kind] != 1:
            yield f"one scenario is the default for {about.called}, not {defaults[kind]}"
    tenants = [tenant for world in library.worlds.values() for tenant in world.tenants]
    named = {code for tenant in tenants for code in tenant.suppliers}
    named |= {code for each in library.premises.premises for code in each.suppliers}
    named |= {client.code for client in library.clients if client.kind == "supplier"}
    yield from (f"there is no supplier {code}" for code in sorted(named - set(library.suppliers)))
    reached = {client.world for client in library.clients}
    yield from (f"there is no world {code}" for code in sorted(reached - set(library.worlds)))


def _misnamed(kind: str, names: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"the {kind} in {stem}.yaml calls itself {name}" for stem, name in names if stem != name)
