"""A scenario as a sequence of messages between a tenant, the gateway and a supplier: what is drawn of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.domain import lifecycles
from sandbox.domain.chapters import OPENING, REFUSED, SILENCE, Beat, Chapter
from sandbox.domain.durations import format_duration
from sandbox.domain.mapping import TYPES
from sandbox.domain.planning import CREATED, start
from sandbox.domain.rehearsal import ORDER_TYPES
from sandbox.domain.scenarios import CODE_SOURCES, KINDS, ON_AMENDED, ON_RESOLUTION_REJECTED, Scenario
from sandbox.domain.standing import WAITING

TENANT, GATEWAY, SUPPLIER = "Tenant", "Gateway", "Supplier"
LANES = (TENANT, GATEWAY, SUPPLIER)


@dataclass(frozen=True)
class Message:
    """One arrow: `when` it goes (empty: at once), from whom, to whom, and what it says, a line each."""

    when: str
    source: str
    target: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A chapter: what opens it, and its messages."""

    title: str
    messages: tuple[Message, ...]


_CALLS: Mapping[str, str] = {
    "order": "POST /service-orders",
    "amendment": "POST …-amendments",
    "cancellation": "POST …-cancellations",
    "test": "POST /service-tests",
    "problem": "POST /service-problems",
}
_OPENED_BY: Mapping[str, str] = {
    "unsolicitedCease": "the supplier ends a service by itself",
    ON_AMENDED: "once an amendment has been accepted",
    ON_RESOLUTION_REJECTED: "once the tenant has rejected the resolution",
}


def sequence(scenario: Scenario) -> tuple[Part, ...]:
    """The scenario, chapter by chapter, at a supplier that acknowledges later."""
    return tuple(
        Part(_OPENED_BY.get(name, f"{KINDS[scenario.kind].called} comes in"), tuple(_messages(scenario, chapter)))
        for name, chapter in scenario.chapters.items()
    )


def _messages(scenario: Scenario, chapter: Chapter) -> Iterator[Message]:
    opening, asks = chapter is scenario.opening, scenario.kind in WAITING
    status = (WAITING.get(scenario.kind) or start(scenario.kind)) if opening else lifecycles.IN_PROGRESS
    if opening and scenario.kind in _CALLS:
        yield from _asked(scenario.kind, chapter, status)
    # Which KCIs come may depend on the type of the order, and so how it stands then.
    standing = dict.fromkeys(ORDER_TYPES, (status, lifecycles.IN_PROGRESS if opening and asks else None))
    for beat in chapter.beats:
        yield Message(_when(beat), SUPPLIER, GATEWAY, (beat.kci, *_notes(beat)))
        if beat.wrong:
            continue
        stated = [_stated(scenario, beat, *standing[each]) for each in beat.order_types or ORDER_TYPES]
        for order_type, after in zip(beat.order_types or ORDER_TYPES, stated, strict=True):
            now, before = standing[order_type]
            standing[order_type] = (after or now, lifecycles.kept_before(now, before, after or now))
        told = next(filter(None, stated), beat.status or status)
        yield Message("", GATEWAY, TENANT, (f"{TYPES[beat.kci][1]} {told}", *_code(beat)))


def _stated(scenario: Scenario, beat: Beat, status: str, before: str | None) -> str | None:
    """The status that the KCI leaves behind; None where it cannot come."""
    (cycle, *_) = KINDS[scenario.kind].life_cycles
    targets = lifecycles.allowed(cycle, status, beat.kci, before=before)
    return (beat.status or targets[0]) if targets else None


def _asked(kind: str, chapter: Chapter, status: str) -> Iterator[Message]:
    yield Message("", TENANT, GATEWAY, (_CALLS[kind],))
    yield Message("", GATEWAY, TENANT, ("201 RECEIVED_BY_GATEWAY",))
    yield Message("", GATEWAY, SUPPLIER, (_CALLS[kind],))
    yield Message("", SUPPLIER, GATEWAY, (str(chapter.reply),))
    sent = lifecycles.SENT_TO_SUPPLIER if kind == "test" else status
    yield Message("", GATEWAY, TENANT, (f"UPDATE {sent}",))
    if chapter.reply == REFUSED:
        yield Message("", GATEWAY, TENANT, ("TERMINATED REJECTED",))
    elif chapter.reply == CREATED:
        yield Message("", GATEWAY, TENANT, (f"UPDATE {status}",))


def _when(beat: Beat) -> str:
    base = {OPENING: "", SILENCE: "silence "}.get(beat.base, f"{beat.base} ")
    return f"{base}+ {beat.days or format_duration(beat.at_ms)}"


def _notes(beat: Beat) -> Iterator[str]:
    if beat.order_types:
        yield f"of {', '.join(beat.order_types)}"
    if beat.wrong:
        yield "wrong on purpose: refused"


def _code(beat: Beat) -> Iterator[str]:
    if beat.problem_code is not None:
        yield "as X-Problem-Code says" if beat.problem_code in CODE_SOURCES else beat.problem_code
