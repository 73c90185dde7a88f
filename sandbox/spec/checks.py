"""Is this what the document says? Every violation is listed, with its place, and no value is repeated back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import orjson

from sandbox.spec.documents import Document, Operation, Parameter

MOST_LISTED = 100  # violations of one value: who has more of them has one mistake, made often
MOST_ITEMS = 200  # of an array that is wrong are looked at: more than any documented array may have
LONGEST_NAME = 60  # characters of a member's name

MASK = "the value"  # in the place of values, of which none is repeated

# How a parameter is called in front of people.
_CALLED = {"query": "query parameter", "header": "header", "path": "path parameter"}


@dataclass(frozen=True)
class Violation:
    """One thing that is not as the document says: `place` is a JSON pointer or a parameter's name."""

    place: str
    message: str
    missing: bool

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


def called(parameter: Parameter) -> str:
    """How messages call a parameter: header X-Request-ID, query parameter address."""
    return f"{_CALLED[parameter.place]} {parameter.name}"


def shown(name: str) -> str:
    """A name that the caller may have made up, or enough of it to find it."""
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"


class Checks:
    """The schemas of one document's operations, each compiled when it is first asked for: of most, nobody ever asks."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[tuple[str, ...], jsonschema_rs.Draft202012Validator] = {}
        self._made: dict[bytes, jsonschema_rs.Draft202012Validator] = {}

    def body(self, operation: Operation, value: Any) -> list[Violation]:
        """What is wrong with a request body, where the operation takes one."""
        return violations(self._compiled((operation.id, "body"), operation.body or {}), value)

    def parameter(self, operation: Operation, parameter: Parameter, value: Any) -> list[Violation]:
        """What is wrong with a parameter's value."""
        compiled = self._compiled((operation.id, parameter.place, parameter.name), parameter.schema)
        found = violations(compiled, value)
        return [Violation(called(parameter) + item.place, item.message, item.missing) for item in found]

    def answer(self, operation: Operation, status: int, value: Any) -> list[Violation]:
        """What is wrong with an answer; a status that the document does not name is wrong as such."""
        key = str(status)
        if key not in operation.answers:
            return [
                Violation(
                    "",
                    f"status {status} is not documented; documented are {', '.join(operation.answers)}",
                    missing=False,
                )
            ]
        schema = operation.answers[key]
        if schema is None:
            return [] if value is None else [Violation("", f"status {status} has no body", missing=False)]
        return violations(self._compiled((operation.id, "answer", key), schema), value)

    def _compiled(self, place: tuple[str, ...], schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        """Most operations refuse with the same few shapes: equal schemas are compiled once."""
        if place not in self._known:
            key = orjson.dumps(schema)
            if key not in self._made:
                whole = self._document.standing_alone(schema)
                self._made[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True, mask=MASK)
            self._known[place] = self._made[key]
        return self._known[place]


def violations(validator: jsonschema_rs.Draft202012Validator, value: Any) -> list[Violation]:
    """What is wrong with a value by a schema that was compiled with a mask."""
    if validator.is_valid(value):
        return []
    found = list(dict.fromkeys(_flattened(validator.iter_errors(_excerpt(value)))))
    if not found:
        return [Violation("", f"something is wrong after the first {MOST_ITEMS} items of an array", missing=False)]
    if len(found) <= MOST_LISTED:
        return found
    more = f"and more: the first {MOST_LISTED} are listed"
    return [*found[:MOST_LISTED], Violation("", more, missing=any(item.missing for item in found))]


def _excerpt(value: Any) -> Any:
    """Enough of a value to say what is wrong with it: half a million wrong items would take seconds to list."""
    if isinstance(value, dict):
        return {name: _excerpt(item) for name, item in value.items()}
    return [_excerpt(item) for item in value[:MOST_ITEMS]] if isinstance(value, list) else value


def _flattened(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterable[Violation]:
    for error in errors:
        place = "".join(map(step, error.instance_path))
        branches: list[list[jsonschema_rs.ValidationError]] = getattr(error.kind, "context", [])
        if branches and all(_only_misses(branch) for branch in branches):
            wanted = " or ".join(place + step(_kind(branch[0]).property) for branch in branches)
            yield Violation(wanted, "is missing", missing=True)
        elif branches and all(branches):  # of anyOf and oneOf, the branch that came nearest says most
            nearest: list[jsonschema_rs.ValidationError] = min(branches, key=len)
            yield from _flattened(nearest)
        elif error.kind.name == "required":
            yield Violation(place + step(_kind(error).property), "is missing", missing=True)
        elif error.kind.name == "additionalProperties":
            for name in _kind(error).unexpected:
                yield Violation(place + step(name), "is not a documented member", missing=False)
        else:
            yield Violation(place, _words(error), missing=False)


def _words(error: jsonschema_rs.ValidationError) -> str:
    """What is wrong, in the library's words or in better ones."""
    if error.kind.name == "enum":  # of a long list most would be left out
        return f"the value is not one of {', '.join(map(str, _kind(error).options))}"
    if error.kind.name == "falseSchema":  # documents have it for what another member rules out
        return "does not go with the other members: leave one of them out"
    return error.message


def _only_misses(branch: list[jsonschema_rs.ValidationError]) -> bool:
    return len(branch) == 1 and branch[0].kind.name == "required"


def _kind(error: jsonschema_rs.ValidationError) -> Any:
    """What kind of error it is, with what that kind alone knows."""
    return error.kind


def step(name: str | int) -> str:
    """A name or a number as one step of a JSON pointer."""
    return "/" + shown(str(name)).replace("~", "~0").replace("/", "~1")
