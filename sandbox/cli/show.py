"""`sandbox show`: settings, scenarios, suppliers and addresses, as this machine has them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import click
import orjson

from sandbox.cli.drawing import console, heading, table
from sandbox.cli.session import Failure
from sandbox.domain.chapters import OPENING, SILENCE, Beat
from sandbox.domain.durations import format_duration
from sandbox.domain.mapping import TYPES
from sandbox.domain.scenarios import IF_REQUESTED, KINDS, REASON, REQUESTED, Scenario
from sandbox.domain.suppliers import Supplier
from sandbox.settings import read_settings
from sandbox.spec.library import load_library

MOST_LISTED = 30  # names that a message lists

T = TypeVar("T")

_PASSWORD = re.compile(r"(://[^:/@]*:).*@")  # of a database's URL


@click.command()
@click.argument("what", type=click.Choice(["settings", "scenarios", "suppliers", "addresses"]))
@click.argument("name", required=False)
def command(what: str, name: str | None) -> None:
    """Print all settings, scenarios, suppliers or addresses; with NAME, all about one of them."""
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
    scenarios = load_library().scenarios
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
    suppliers = load_library().suppliers
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
    _print(("Character", ""), _character(supplier))


def show_addresses(name: str | None) -> None:
    """Every premises, or the published address of one, by any of its identifiers."""
    book = load_library().premises
    if name is None:
        rows = ((each.identifiers[0][1], _on_a_line(each.address), " ".join(each.suppliers)) for each in book.premises)
        _print(("UPRN", "Address", "Served by"), rows)
        return
    found = _one({identifier: each for (_, identifier), each in book.by_identifier.items()}, name)
    click.echo(orjson.dumps(found.address, option=orjson.OPT_INDENT_2))


_SHOWN: Mapping[str, Callable[[str | None], None]] = {
    "settings": show_settings,
    "scenarios": show_scenarios,
    "suppliers": show_suppliers,
    "addresses": show_addresses,
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


def _character(supplier: Supplier) -> Iterator[tuple[str, str]]:
    yield "acknowledges", "at once, with a 201" if supplier.acknowledges_at_once else "later, by a KCI"
    yield "cancellation", f"not after {supplier.point_of_no_return}" if supplier.point_of_no_return else "to the last"
    yield "amendments", "several at once" if supplier.concurrent_amendments else "one at a time"
    yield "tests and problems", "taken" if supplier.assurance else "not implemented (501)"
    yield "services", "one to an address" if supplier.one_service_per_address else "several to an address"
    yield "lines known by", " and ".join(supplier.line_characteristics)
    yield "lead time", f"{supplier.lead_time} working days"
    diary = supplier.appointments
    if diary is None:
        yield "appointment", "none is needed"
        return
    yield "engineers come", ", ".join(f"{each.start:%H:%M} to {each.end:%H:%M}" for each in diary.windows)
    yield "on", "Monday to Saturday" if diary.saturdays else "Monday to Friday"
    yield "slots listed", f"{diary.horizon} working days ahead, {diary.capacity} to a slot and area"
    yield "reservation held", format_duration(diary.reservation_life_ms)


def _on_a_line(address: Mapping[str, Any]) -> str:
    first = ("name", "streetNumber", "streetName", "city", "postcode")
    unit = " ".join(map(str, address.get("subAddress", {}).values()))
    return " ".join(filter(None, (unit, *(str(address.get(part, "")) for part in first))))
