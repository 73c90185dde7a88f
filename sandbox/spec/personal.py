"""The data guard: walks a value by its document, and finds what may be somebody's before anything is done with it.

Documents mark what is meant to be personal, as `x-personal: phone` (email, postcode); `x-personal: none` is for what is
secret and random, and looks like anything by chance. Everything else is text, but for what a document allows few values
or one format of, so that whatever is in it is told, and not taken, anyhow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.domain.personal import EMAIL, NONE, PHONE, POSTCODE, TEXT, judge, redacted
from sandbox.spec.checks import Violation, called, step
from sandbox.spec.documents import Document, Operation, Parameter

MARK = "x-personal"
REFUSE, REDACT, ALLOW = "refuse", "redact", "allow"
MODES = (REFUSE, REDACT, ALLOW)

_FORMATS = ("date", "date-time", "uuid")
_NAME = "(a name)"  # in the place of a member's name that may be somebody's


@dataclass(frozen=True)
class Shape:
    """What a value and what is in it are meant to be."""

    kind: str = TEXT
    members: Mapping[str, "Shape"] = field(default_factory=dict)
    items: "Shape | None" = None

    def member(self, name: str) -> "Shape":
        """What the member of this name is meant to be."""
        return self.members.get(name, ANY)

    def item(self) -> "Shape":
        """What each item is meant to be."""
        return self.items or ANY


ANY = Shape()


class Guard:
    """Judges what comes in by one document, as a deployment wants it: MODES."""

    def __init__(self, document: Document, mode: str) -> None:
        self._mode = mode
        self._document = document
        self._known: dict[tuple[str, ...], Shape] = {}

    def body(self, operation: Operation, value: Any) -> tuple[Any, list[Violation]]:
        """(the body to go on with, what to refuse it for): it holds nobody's data any more."""
        return self._judged("", value, self._shape((operation.id, "body"), operation.body))

    def parameter(self, operation: Operation, parameter: Parameter, value: Any) -> tuple[Any, list[Violation]]:
        """The same for a parameter's value."""
        shape = self._shape((operation.id, parameter.place, parameter.name), parameter.schema)
        return self._judged(called(parameter), value, shape)

    def answer(self, operation: Operation, status: int, value: Any) -> tuple[Any, list[Violation]]:
        """The same for the body of an answer, documented or not."""
        schema = operation.answers.get(str(status))
        return self._judged("", value, self._shape((operation.id, "answer", str(status)), schema))

    def text(self, place: str, value: str) -> tuple[str, list[Violation]]:
        """The same for a text that no schema describes."""
        clean, wrong = self._judged(place, value, ANY)
        return str(clean), wrong

    def _shape(self, place: tuple[str, ...], schema: Mapping[str, Any] | None) -> Shape:
        """What the schema at this place means, looked at when it is first asked for."""
        if place not in self._known:
            self._known[place] = shape_of(self._document, schema) if schema else ANY
        return self._known[place]

    def _judged(self, place: str, value: Any, shape: Shape) -> tuple[Any, list[Violation]]:
        if self._mode == ALLOW or _is_dummy(value, shape):
            return value, []
        found = [Violation(place + where, told, missing=False) for where, told in _found(value, shape)]
        return _redacted(value, shape), found if self._mode == REFUSE else []


def _is_dummy(value: Any, shape: Shape) -> bool:
    """Whether nothing in it may be somebody's: of most values this is all that is asked. Documented names are ours."""
    if isinstance(value, str):
        return not judge(value, shape.kind)
    if isinstance(value, dict):
        members = shape.members
        return all(
            _is_dummy(member, members[name]) if name in members else not judge(name) and _is_dummy(member, ANY)
            for name, member in value.items()
        )
    if isinstance(value, list):
        return all(_is_dummy(item, shape.item()) for item in value)
    return type(value) is not int or not judge(str(value))


def _found(value: Any, shape: Shape) -> Iterator[tuple[str, str]]:
    """(where, what is told) of everything that may be somebody's."""
    if isinstance(value, dict):
        for name, member in value.items():
            named = judge(name)
            place = f"/{_NAME}" if named else step(name)
            yield from ((place, rule.told) for rule in named)
            yield from ((place + where, told) for where, told in _found(member, shape.member(name)))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from ((f"/{number}{where}", told) for where, told in _found(item, shape.item()))
    else:
        yield from (("", rule.told) for rule in judge(*_text(value, shape)))


def _redacted(value: Any, shape: Shape) -> Any:
    """The value with dummies in the place of what may be somebody's."""
    if isinstance(value, dict):
        return {redacted(name): _redacted(member, shape.member(name)) for name, member in value.items()}
    if isinstance(value, list):
        return [_redacted(item, shape.item()) for item in value]
    text, kind = _text(value, shape)
    return redacted(text, kind) if judge(text, kind) else value


def _text(value: Any, shape: Shape) -> tuple[str, str]:
    """(text, kind) to be judged: a number may be a telephone number too."""
    return (value, shape.kind) if isinstance(value, str) else (str(value) if type(value) is int else "", TEXT)


# ---- from schemas ----------------------------------------------------------------------------------------------------


def shape_of(document: Document, schema: Mapping[str, Any]) -> Shape:
    """What a value of this schema is meant to be, by its own marks and those of all that it is built of."""
    return _shape(document, schema, frozenset())


def _shape(document: Document, schema: Any, inside: frozenset[str]) -> Shape:
    if not isinstance(schema, Mapping) or schema.get("$ref") in inside:
        return ANY  # anything may stand there; or it is a shape inside itself, and text all the way down
    inside |= {schema["$ref"]} if "$ref" in schema else frozenset()
    shape = Shape(
        schema.get(MARK) or (NONE if {"enum", "const"} & schema.keys() or schema.get("format") in _FORMATS else TEXT),
        {name: _shape(document, member, inside) for name, member in schema.get("properties", {}).items()},
        _shape(document, schema.get("items"), inside),
    )
    for part in _parts(document, schema):
        shape = _merged(shape, _shape(document, part, inside))
    return shape


def _parts(document: Document, schema: Mapping[str, Any]) -> Iterator[Any]:
    """The schemas that a value must fit as well, or may have to."""
    if "$ref" in schema:
        yield document.resolved(schema["$ref"])
    for several in ("allOf", "anyOf", "oneOf"):
        yield from schema.get(several, ())
    yield from (schema[branch] for branch in ("then", "else") if branch in schema)


def _merged(one: Shape, other: Shape) -> Shape:
    """What two schemas make of the same value: whichever knows more of it."""
    if ANY in (one, other):
        return other if one == ANY else one
    kind = one.kind if _KNOWS[one.kind] >= _KNOWS[other.kind] else other.kind
    names = one.members.keys() | other.members.keys()
    members = {name: _merged(one.member(name), other.member(name)) for name in names}
    return Shape(kind, members, _merged(one.item(), other.item()))


_KNOWS = {TEXT: 0, NONE: 1, PHONE: 2, EMAIL: 2, POSTCODE: 2}
