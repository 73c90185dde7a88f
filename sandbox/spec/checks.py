"""Is this what the document says? Every violation is listed, with its place, and no value is repeated back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import orjson

from sandbox.spec.documents import Document, Operation, Parameter


@dataclass(frozen=True)
class Violation:
    """One thing that is not as the document says: `place` is a JSON pointer or a parameter's name."""

    place: str
    message: str
    missing: bool

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class Checks:
    """The compiled schemas of one document's operations."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._made: dict[bytes, jsonschema_rs.Draft202012Validator] = {}
        self._bodies = {
            operation.id: self._compiled(operation.body) for operation in document.operations.values() if operation.body
        }
        self._parameters = {
            (operation.id, parameter.place, parameter.name): self._compiled(parameter.schema)
            for operation in document.operations.values()
            for parameter in operation.parameters
        }
        self._answers = {
            (operation.id, status): self._compiled(schema)
            for operation in document.operations.values()
            for status, schema in operation.answers.items()
            if schema
        }

    def body(self, operation: Operation, value: Any) -> list[Violation]:
        """What is wrong with a request body."""
        return _violations(self._bodies[operation.id], value)

    def parameter(self, operation: Operation, parameter: Parameter, value: Any) -> list[Violation]:
        """What is wrong with a parameter's value."""
        found = _violations(self._parameters[operation.id, parameter.place, parameter.name], value)
        return [
            Violation(f"{parameter.place} parameter {parameter.name}{item.place}", item.message, item.missing)
            for item in found
        ]

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
        if operation.answers[key] is None:
            return [] if value is None else [Violation("", f"status {status} has no body", missing=False)]
        return _violations(self._answers[operation.id, key], value)

    def _compiled(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        """Most operations refuse with the same few shapes: equal schemas are compiled once."""
        key = orjson.dumps(schema)
        if key not in self._made:
            whole = self._document.standing_alone(schema)
            self._made[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True, mask="the value")
        return self._made[key]


def _violations(validator: jsonschema_rs.Draft202012Validator, value: Any) -> list[Violation]:
    if validator.is_valid(value):
        return []
    return list(dict.fromkeys(_flattened(validator.iter_errors(value))))


def _flattened(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterable[Violation]:
    for error in errors:
        place = "".join(f"/{step}" for step in error.instance_path)
        branches: list[list[jsonschema_rs.ValidationError]] = getattr(error.kind, "context", [])
        if branches and all(branches):  # of anyOf and oneOf, the branch that came nearest says most
            nearest: list[jsonschema_rs.ValidationError] = min(branches, key=len)
            yield from _flattened(nearest)
        elif error.kind.name == "required":
            yield Violation(place, f"{getattr(error.kind, 'property', '?')} is missing", missing=True)
        else:
            yield Violation(place, error.message, missing=False)
