"""An order's story: what its scenario promises, and what its timeline shows, drawn."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rich.table import Table
from rich.text import Text

from sandbox.cli.drawing import COLOURS, moment, table
from sandbox.domain import lifecycles
from sandbox.domain.mapping import TYPES
from sandbox.domain.scenarios import Scenario

Entry = Mapping[str, Any]  # an item of the control API's timeline


@dataclass(frozen=True)
class Line:
    """One line of a timeline: when, what came in, how the order stands then, and what the tenant was told."""

    at: str
    came: str = ""
    status: str = ""
    kci: str = ""


def promised(scenario: Scenario) -> tuple[list[str], str]:
    """The types of the KCIs that a tenant gets in this scenario, and the status that its order ends in."""
    types, status = ["UPDATE"], lifecycles.SENT_TO_SUPPLIER
    for beat in scenario.opening.beats:
        types.append(TYPES[beat.kci][1])
        status = beat.status or lifecycles.allowed("order", status, beat.kci)[0]
    return types, status


def told(entries: Iterable[Entry]) -> list[str]:
    """The types of the KCIs that the tenant got."""
    return [_type(each) for each in entries if each["kind"] == "kci"]


def drawn(entries: Iterable[Entry]) -> Table:
    """The timeline as a table."""
    rows = table("World time (UTC)", "Came in", "Order status", "KCI to the tenant")
    last = ""
    for line in lines(entries):
        time = moment(line.at).strftime("%a %d %b %H:%M")
        rows.add_row("" if time == last else time, line.came, _coloured(line.status), _coloured(line.kci))
        last = time
    return rows


def facts(order: Mapping[str, Any]) -> Iterator[str]:
    """What the order has become beyond its status, for people."""
    if "committedDate" in order:
        committed, target = (moment(order[name]).strftime("%a %d %b %H:%M") for name in ("committedDate", "targetDate"))
        yield f"committed for {committed}" + ("" if target == committed else f", and then moved to {target}")
    item = order["serviceOrderItem"]
    yield from (
        f"service id {each['value']}" for each in item["serviceCharacteristics"] if each["name"] == "SERVICE_ID"
    )
    contents = (each.get("information") or each.get("action") or each.get("error") for each in order["updates"])
    yield from (f"{each.get('type') or each['code']}: {each['text']}" for each in contents if "text" in each)


def lines(entries: Iterable[Entry]) -> Iterator[Line]:
    """The timeline with what belongs together on one line: what came in, the status it led to, and the KCI."""
    line: Line | None = None
    for each in entries:
        added = _line(each)
        if line is None:
            line = added
        elif added.came or line.kci or (added.status != line.status and line.status):
            yield line
            line = added
        else:
            line = replace(line, status=added.status, kci=added.kci)
    if line is not None:
        yield line


def _line(entry: Entry) -> Line:
    if entry["kind"] == "state":
        return Line(entry["at"], status=entry["status"])
    if entry["kind"] == "kci":
        return Line(entry["at"], status=entry["status"], kci=f"{entry['sequenceNumber']} {_type(entry)}")
    return Line(entry["at"], came=_came(entry))


def _came(entry: Entry) -> str:
    if "operation" in entry:
        return "order placed"
    if entry["kind"] == "sent":
        return f"{entry['supplier']} answers {entry.get('httpStatus', 'nothing')}"
    if "reasonCode" in entry:
        return f"{entry['supplier']} {entry['reasonCode']}" + (" (refused)" if entry["kind"] == "refused" else "")
    return str(entry["kind"])


def _type(entry: Entry) -> str:
    return str(entry.get("type") or entry["code"])


def _coloured(text: str) -> Text:
    return Text(text, COLOURS.get(text.rpartition(" ")[2], ""))
