"""Many orders from one that was played: its rows as patterns, with gaps for whatever is another order's own.

What tells orders apart in a row is known by its form (ids, references, moments) or named beforehand (whose it is,
where, its numbers), so a row of any table can be copied, and nobody has to know what stands in it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import shake_128
from typing import Any

from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.seeds import Part

Row = Mapping[str, Any]

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
_EARLIEST, _LATEST = 1_000_000_000_000, 10_000_000_000_000  # integers in between are moments


@dataclass(frozen=True)
class Pattern:
    """One row of a table: its values as they are, and those that have gaps, by column."""

    table: str
    fixed: Mapping[str, Any]
    texts: Mapping[str, str]
    documents: Mapping[str, str]
    numbers: Mapping[str, str]


@dataclass(frozen=True)
class Model:
    """An order's rows as patterns. `ids` and `references` are how many of each it has of its own."""

    patterns: tuple[Pattern, ...]
    ids: int
    references: Sequence[str]


def model_of(rows: Iterable[tuple[str, Row]], names: Mapping[str, str], prefix: str, shift: int) -> Model:
    """The model of an order that left these (table, row), `shift` milliseconds later.

    `names` gives the gap for what stands there word for word, such as the order's number; `prefix` begins its
    supplier's references.
    """
    own: dict[str, str] = {}
    reference = rf"\b{prefix}[0-9A-Z]{{12}}\b"
    words = "|".join(re.escape(word) for word in sorted(names, key=len, reverse=True))
    gaps = re.compile(f"(?P<word>{words})|(?P<id>{_UUID})|(?P<reference>{reference})|(?P<moment>{_MOMENT})")

    def gap(found: re.Match[str]) -> str:
        text, kind = found.group(), found.lastgroup
        if kind == "word":
            return f"%({names[text]})s"
        if kind == "moment":
            return to_text(to_ms(text) + shift)
        return "%(" + own.setdefault(text, f"{kind}{sum(each.startswith(str(kind)) for each in own.values())}") + ")s"

    def gapped(text: str) -> str:
        return gaps.sub(gap, text.replace("%", "%%"))

    patterns = tuple(_pattern(table, row, names, shift, gapped) for table, row in rows)
    ids = sum(each.startswith("id") for each in own.values())
    return Model(patterns, ids, [prefix] * (len(own) - ids))


def _pattern(table: str, row: Row, names: Mapping[str, str], shift: int, gapped: Callable[[str], str]) -> Pattern:
    fixed: dict[str, Any] = {}
    texts, documents, numbers = {}, {}, {}
    for column, value in row.items():
        if isinstance(value, bytes):
            documents[column] = gapped(value.decode())
        elif isinstance(value, str):
            texts[column] = gapped(value)
        elif isinstance(value, int) and not isinstance(value, bool) and str(value) in names:
            numbers[column] = names[str(value)]
        elif isinstance(value, int) and _EARLIEST < value < _LATEST:
            fixed[column] = value + shift
        else:
            fixed[column] = value
    plain = {column: row[column] for column, text in texts.items() if "%(" not in text and text == row[column]}
    return Pattern(
        table,
        fixed | plain,
        {column: text for column, text in texts.items() if column not in plain},
        documents,
        numbers,
    )


def copied(model: Model, given: Mapping[str, Any], seed: str, *which: Part) -> list[tuple[str, dict[str, Any]]]:
    """The (table, row) of one more order: with what is `given` in the gaps that have names, and with ids and references
    that nobody has, drawn from the seed and what the copy is.
    """
    values = {**given, **_drawn(model, seed, *which)}
    return [
        (
            each.table,
            {
                **each.fixed,
                **{column: text % values for column, text in each.texts.items()},
                **{column: (text % values).encode() for column, text in each.documents.items()},
                **{column: values[name] for column, name in each.numbers.items()},
            },
        )
        for each in model.patterns
    ]


def _drawn(model: Model, seed: str, *which: Part) -> dict[str, str]:
    drawn = shake_128(repr((seed, *which)).encode()).hexdigest(16 * model.ids + 6 * len(model.references))
    values = {}
    for number in range(model.ids):
        raw = drawn[32 * number : 32 * number + 32]
        values[f"id{number}"] = f"{raw[:8]}-{raw[8:12]}-8{raw[13:16]}-9{raw[17:20]}-{raw[20:]}"
    drawn = drawn[32 * model.ids :].upper()
    for number, prefix in enumerate(model.references):
        values[f"reference{number}"] = prefix + drawn[12 * number : 12 * number + 12]
    return values
