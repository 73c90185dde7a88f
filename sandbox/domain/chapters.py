"""A chapter of a scenario: what a supplier answers when somebody acts, and the KCIs that follow, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.domain.durations import parse_duration

# What the `from` of a beat may name: since when its time counts.
OPENING = "opening"  # the moment when the chapter opened
AGREED = "agreed"  # the date that was agreed first
TARGET = "target"  # the target date as it stands by then
SILENCE = "silence"  # the KCI ahead of it, if the tenant does not act: time to think, kept at any tempo

REFUSED = 422


@dataclass(frozen=True)
class Beat:
    """One KCI of the score: when it falls due after `base`, and what it says.

    `days` names the parameter that holds further days to wait. `status` None means the usual status of the reason code.
    `order_types` says for which kinds of order it plays, all of them where it is empty. `sets` holds the named sources
    of what the KCI changes. `wrong` marks deliberate misbehaviour, which the gateway is expected to refuse.
    """

    at_ms: int
    days: str | None
    base: str
    kci: str
    status: str | None
    problem_code: str | None
    text: str | None
    order_types: tuple[str, ...]
    sets: Mapping[str, Any]
    wrong: bool


@dataclass(frozen=True)
class Chapter:
    """What follows when somebody acts. `name` is its key in the scenario's file.

    `reply` is the HTTP status of a supplier that decides later, or 422 (with `text`) of one that refuses whatever its
    character; 0 where nobody asked. `stops` drops everything that the supplier had still to say about the same thing.
    """

    name: str
    reply: int
    text: str | None
    stops: bool
    beats: tuple[Beat, ...]


def chapter_from(name: str, mapping: Mapping[str, Any]) -> Chapter:
    """A chapter from its value in a file that has passed contracts/schemas/scenario.schema.json."""
    reply = mapping.get("reply", {"status": 0})
    return Chapter(
        name=name,
        reply=reply["status"],
        text=reply.get("text"),
        stops=mapping.get("stops", False),
        beats=tuple(_beat_from(each) for each in mapping.get("beats", ())),
    )


def _beat_from(mapping: Mapping[str, Any]) -> Beat:
    at = mapping["at"]
    days = at["days"] if isinstance(at, Mapping) else None
    return Beat(
        at_ms=0 if days else parse_duration(at),
        days=days,
        base=mapping.get("from", OPENING),
        kci=mapping["kci"],
        status=mapping.get("status"),
        problem_code=mapping.get("problemCode"),
        text=mapping.get("text"),
        order_types=tuple(mapping.get("orderTypes", ())),
        sets=mapping.get("set", {}),
        wrong=mapping.get("wrong", False),
    )
