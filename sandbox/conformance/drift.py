"""Do two targets say the same? Compared field by field: which members there are, of which type, and words of the trade.

Names, numbers and times are each target's own; what is compared is what a client would have to be changed for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox.conformance.exchange import Exchange, Message

WORDS = ("status", "code", "type", "updateType", "entityType", "orderType", "reasonCode", "problemCode")

Shape = dict[str, str]


def said_by(exchanges: Iterable[Exchange], messages: Iterable[Message]) -> list[dict[str, Any]]:
    """What a run heard, as it is compared: a label that is the same in every run of one seed, and the fields."""
    counted: Counter[str] = Counter()
    told = [(f"{each.operation}", {"": str(each.status), **_fields(each.answer)}) for each in exchanges]
    told += [("KCI", _fields(each.body)) for each in messages]
    labelled = []
    for name, shape in told:
        counted[name] += 1
        labelled.append({"label": f"{name} {counted[name]}", "fields": shape})
    return labelled


def differences(first: Iterable[Mapping[str, Any]], second: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each difference in a line: where, what the first says, what the second says."""
    one = {each["label"]: each["fields"] for each in first}
    other = {each["label"]: each["fields"] for each in second}
    return [
        line for label in dict.fromkeys([*one, *other]) for line in _differing(label, one.get(label), other.get(label))
    ]


def _differing(label: str, one: Shape | None, other: Shape | None) -> Iterator[str]:
    if one is None or other is None:
        yield f"{label}: only the {'second' if one is None else 'first'} has it"
        return
    for place in sorted(one.keys() | other.keys()):
        if one.get(place) != other.get(place):
            yield f"{label} {place or 'status'}: {one.get(place, 'nothing')} / {other.get(place, 'nothing')}"


def _fields(value: Any, at: str = "") -> Shape:
    if isinstance(value, dict):
        return {place: kind for name, each in value.items() for place, kind in _member(name, each, at).items()}
    if isinstance(value, list):
        return {f"{at}/": "list"} | {place: kind for each in value for place, kind in _fields(each, f"{at}/*").items()}
    return {at: type(value).__name__} if at else {}


def _member(name: str, value: Any, at: str) -> Shape:
    if name in WORDS and isinstance(value, str):
        return {f"{at}/{name}": value}
    return _fields(value, f"{at}/{name}")
