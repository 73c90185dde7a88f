"""Everything that the sandbox knows from its data files, by name: scenarios, suppliers, premises, worlds."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from sandbox.domain.behaviours import Behaviour, behaviour_from
from sandbox.domain.composing import compose
from sandbox.domain.demo import DemoClient, DemoWorld, clients_from, worlds_from
from sandbox.domain.premises import AddressBook, address_book, premises_from
from sandbox.domain.scenarios import KINDS, Scenario, scenario_from
from sandbox.domain.suppliers import Supplier, supplier_from
from sandbox.shipped import folder
from sandbox.spec.schemas import validator_of
from sandbox.spec.yamlfile import load

_Made = TypeVar("_Made")


class UnusableFileError(Exception):
    """A data file that does not fit its schema or the other files; `sandbox lint` says more."""


@dataclass(frozen=True)
class Library:
    """The data files, read once. Every mapping is by name or code, in the order of the files.

    `sources` are scenarios and suppliers as their files have them, by kind and name, for others to extend.
    """

    scenarios: Mapping[str, Scenario]
    suppliers: Mapping[str, Supplier]
    sources: Mapping[str, Mapping[str, Mapping[str, Any]]]
    behaviours: Mapping[str, Behaviour]
    premises: AddressBook
    worlds: Mapping[str, DemoWorld]
    clients: tuple[DemoClient, ...]


@cache
def load_library(scenarios: str = "", suppliers: str = "") -> Library:
    """The shipped files, with those of these folders of one's own ("": none).

    Raises UnreadableFileError or UnusableFileError, naming the file.
    """
    shipped = read_library(folder("scenarios"), folder("fixtures"))
    if not scenarios and not suppliers:
        return shipped
    # Imported late: what says what is wrong with a file takes longer to load than all the files.
    from sandbox.spec.own import files_in, with_own

    return with_own(shipped, [*files_in("scenario", scenarios), *files_in("supplier", suppliers)])


def read_library(scenarios: Path, fixtures: Path) -> Library:
    """The files of these two folders. Raises UnreadableFileError or UnusableFileError, naming the file."""
    worlds, addresses = _read(fixtures / "worlds.yaml", "worlds"), _read(fixtures / "addresses.yaml", "addresses")
    named = _read(fixtures / "behaviours.yaml", "behaviours")["behaviours"]
    behaviours = {name: behaviour_from(name, value) for name, value in named.items()}
    if unknown := {each["behaviour"] for each in addresses["premises"] if "behaviour" in each} - behaviours.keys():
        raise UnusableFileError(f"{fixtures}: there is no behaviour {' and no '.join(sorted(unknown))}")
    sources = {"scenario": _sources(scenarios, "scenario"), "supplier": _sources(fixtures / "suppliers", "supplier")}
    library = Library(
        scenarios=_made(sources["scenario"], "scenario", scenario_from),
        suppliers=_made(sources["supplier"], "supplier", supplier_from),
        sources=MappingProxyType(sources),
        behaviours=MappingProxyType(behaviours),
        premises=address_book(premises_from(each, behaviours) for each in addresses["premises"]),
        worlds=MappingProxyType({world.code: world for world in worlds_from(worlds)}),
        clients=tuple(clients_from(worlds)),
    )
    if problems := list(_disagreements(library)):
        raise UnusableFileError(f"{fixtures}: " + "; ".join(problems))
    return library


def _sources(where: Path, kind: str) -> Mapping[str, Mapping[str, Any]]:
    return MappingProxyType({path.stem: _read(path, kind) for path in sorted(where.glob("*.yaml"))})


def _made(
    sources: Mapping[str, Mapping[str, Any]], kind: str, make: Callable[[Mapping[str, Any]], _Made]
) -> Mapping[str, _Made]:
    made: dict[str, _Made] = {}
    for name, value in sources.items():
        whole = compose(value, sources.get)
        if whole.flaws or not validator_of(kind).is_valid(whole.value):
            raise UnusableFileError(f"{name} cannot extend {value['extends']} (sandbox lint says more)")
        made[name] = make(whole.value)
    return MappingProxyType(made)


@cache
def load_people() -> tuple[Mapping[str, str], ...]:
    """The shipped contacts, of which generated orders take theirs. Raises as `load_library` does."""
    return tuple(_read(folder("fixtures") / "people.yaml", "people")["people"])


@cache
def load_services() -> tuple[Mapping[str, Any], ...]:
    """The shipped services: `supplier`, and the `serviceOrderItem` to order there, of which generated orders take
    theirs. Raises as `load_library` does.
    """
    return tuple(_read(folder("fixtures") / "services.yaml", "services")["services"])


def _read(path: Path, kind: str) -> Any:
    value = load(path).value
    wrong = next(iter(validator_of(kind).iter_errors(value)), None)
    if wrong is not None:
        place = "".join(f"/{step}" for step in wrong.instance_path)
        raise UnusableFileError(f"{path}: {place}: {wrong.message} (sandbox lint says more)")
    return value


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
    named |= {each.network for each in library.suppliers.values()}
    yield from (f"there is no supplier {code}" for code in sorted(named - set(library.suppliers)))
    asked = {each.scenario.partition("?")[0] for each in library.behaviours.values() if each.scenario}
    asked |= {rule.scenario for each in library.suppliers.values() for rule in each.rules if rule.scenario}
    yield from (f"there is no scenario {name}" for name in sorted(asked - set(library.scenarios)))
    reached = {client.world for client in library.clients}
    yield from (f"there is no world {code}" for code in sorted(reached - set(library.worlds)))


def _misnamed(kind: str, names: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"the {kind} in {stem}.yaml calls itself {name}" for stem, name in names if stem != name)
