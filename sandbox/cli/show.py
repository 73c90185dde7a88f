"""`sandbox show`: settings, scenarios, suppliers and addresses, as this machine has them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click
import orjson

from sandbox.cli.drawing import console, heading, table
from sandbox.cli.session import Failure
from sandbox.domain.chapters import OPENING, SILENCE, Beat
from sandbox.domain.durations import format_duration
from sandbox.domain.mapping import TYPES
from sandbox.domain.scenarios import IF_REQUESTED, KINDS, REASON, REQUESTED, Scenario
from sandbox.settings import read_settings
from sandbox.spec.catalogue import catalogue, character
from sandbox.spec.catalogue_page import page
from sandbox.spec.library import Library, UnusableFileError, load_library
from sandbox.spec.yamlfile import UnreadableFileError

MOST_LISTED = 30  # names that a message lists

T = TypeVar("T")

_PASSWORD = re.compile(r"(://[^:/@]*:).*@")  # of a database's URL


@click.command()
@click.argument("what", type=click.Choice(["settings", "scenarios", "suppliers", "addresses", "faults", "catalogue"]))
@click.argument("name", required=False)
def command(what: str, name: str | None) -> None:
    """Print all settings, scenarios, suppliers, addresses or faults; with NAME, all about one of them.

    The catalogue has everything but the settings, as docs/catalogue.md; with NAME, what it says of that alone.
    """
    _SHOWN[what](name)


def show_settings(name: str | None) -> None:
    """Every setting with its present value, or one."""
    try:
        rows = {row[0]: (row[0], _PASSWORD.sub(r"\1***@", row[1]), row[2]) for row in read_settings().rows()}
    except ValueError as error:
        raise Failure(str(error)) from error
    _print(("Variable", "Value", "What it is"), rows.values() if name is None else [_one(rows, name)])


def show_scenarios(name: str | None) -> None:
    """Every scenario, or one with its parameters and its score."""
    scenarios = _library().scenarios
    if name is None:
        rows = ((each.name, KINDS[each.kind].called, _title(each)) for each in scenarios.values())
        _print(("X-Scenario", "For", "What happens"), rows, whole_names=True)
        return
    scenario = _one(scenarios, name)
    _head(scenario.name, scenario.title, scenario.description)
    if scenario.parameters:
        limits = scenario.parameters.items()
        _print(
            ("Parameter", "Default", "Allowed", "What it is"),
            ((name, str(each.default), f"{each.minimum} to {each.maximum}", each.description) for name, each in limits),
        )
        click.echo()
    for chapter in scenario.chapters.values():
        _print(
            ("When", "Supplier says", "Tenant gets", "Problem code"),
            ((_time(beat, chapter.name), beat.kci, TYPES[beat.kci][1], _code(beat)) for beat in chapter.beats),
        )


def show_suppliers(name: str | None) -> None:
    """Every supplier, or one with what it sells and when its engineers come."""
    suppliers = _library().suppliers
    if name is None:
        _print(
            ("Code", "Name", "What it is like"),
            ((each.code, each.title, each.description) for each in suppliers.values()),
        )
        return
    supplier = _one(suppliers, name)
    _head(supplier.code, supplier.title, supplier.description)
    services = ((each.id, each.name, ", ".join(each.line_profiles)) for each in supplier.specifications)
    _print(("Service", "Name", "LINE_PROFILE"), services)
    click.echo()
    _print(("Character", ""), character(supplier))


def show_addresses(name: str | None) -> None:
    """Every premises, or the published address of one, by any of its identifiers."""
    book = _library().premises
    if name is None:
        rows = (
            (each.identifiers[0][1], _on_a_line(each.address), each.behaviour.name, " ".join(each.suppliers))
            for each in book.premises
        )
        _print(("UPRN", "Address", "Behaves as", "Served by"), rows)
        return
    found = _one({identifier: each for (_, identifier), each in book.by_identifier.items()}, name)
    click.echo(orjson.dumps(found.address, option=orjson.OPT_INDENT_2))


def show_faults(name: str | None) -> None:
    """Every fault on the wire and every disorder among KCIs, or one with its example."""
    entries = catalogue(_library())["faults"]
    if name is None:
        rows = ((each["name"], each["kind"], each["title"]) for each in entries)
        _print(("Fault", "Kind", "What it is"), rows)
        return
    _entries(entries, name)


def show_catalogue(name: str | None) -> None:
    """The whole page, or one entry of it."""
    made = catalogue(_library())
    if name is None:
        click.echo(page(made), nl=False)
        return
    sections = ("scenarios", "faults", "addresses", "suppliers")
    _entries([each for section in sections for each in made[section]], name)


def _entries(entries: Sequence[Mapping[str, Any]], name: str) -> None:
    """What there is by this name: a call and a KCI may have the same thing wrong with them."""
    _one({each["name"]: each for each in entries}, name)
    for entry in (each for each in entries if each["name"] == name):
        _head(entry["name"], entry["title"], entry["does"])
        click.echo(f"When: {entry['when']}.\n")
        click.echo(orjson.dumps(entry["example"], option=orjson.OPT_INDENT_2))


def _library() -> Library:
    """The shipped files, and those of one's own that the settings name."""
    try:
        settings = read_settings()
        return load_library(settings.scenarios, settings.suppliers)
    except (ValueError, UnusableFileError, UnreadableFileError) as error:
        raise Failure(str(error)) from error


_SHOWN: Mapping[str, Callable[[str | None], None]] = {
    "settings": show_settings,
    "scenarios": show_scenarios,
    "suppliers": show_suppliers,
    "addresses": show_addresses,
    "faults": show_faults,
    "catalogue": show_catalogue,
}


def _print(columns: Sequence[str], rows: Iterable[Sequence[str]], *, whole_names: bool = False) -> None:
    drawn = table(*columns)
    drawn.columns[0].no_wrap = whole_names
    for row in rows:
        drawn.add_row(*row)
    console().print(drawn)


def _head(name: str, title: str, description: str) -> None:
    paper = console()
    paper.print(heading(name))
    paper.print(title, end="\n\n")
    paper.print(description, end="\n\n")


def _one(known: Mapping[str, T], name: str) -> T:
    if name not in known:
        listed = ", ".join(known) if len(known) <= MOST_LISTED else "the list without a name has them"
        raise Failure(f"there is no {name}; known: {listed}")
    return known[name]


def _title(scenario: Scenario) -> str:
    return scenario.title + (" (the default)" if scenario.default else "")


def _time(beat: Beat, chapter: str) -> str:
    base = {OPENING: chapter, SILENCE: "unanswered"}.get(beat.base, beat.base)
    return f"{base} + {beat.days or format_duration(beat.at_ms)}"


def _code(beat: Beat) -> str:
    words = {None: "", REQUESTED: "X-Problem-Code", IF_REQUESTED: "if asked for", REASON: "the reason to cancel"}
    return words.get(beat.problem_code, str(beat.problem_code))


def _on_a_line(address: Mapping[str, Any]) -> str:
    first = ("name", "streetNumber", "streetName", "city", "postcode")
    unit = " ".join(map(str, address.get("subAddress", {}).values()))
    return " ".join(filter(None, (unit, *(str(address.get(part, "")) for part in first))))
