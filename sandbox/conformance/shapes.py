"""Is this what the published document says? Judged by the documents alone, with a JSON pointer for every violation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator

from sandbox.spec.documents import Document, Operation, load_document


@dataclass(frozen=True)
class Wrong:
    """One violation of a shape."""

    pointer: str
    message: str


def operation(document: str, name: str) -> Operation:
    """The operation of this id."""
    return load_document(document).operations[name]


def documented(document: str, name: str, status: int) -> bool:
    """Whether this operation may answer with this status."""
    return str(status) in operation(document, name).answers


def answer_violations(document: str, name: str, status: int, answer: Any) -> list[Wrong]:
    """What is wrong with an answer's body; nothing is, where the document describes none."""
    schema = operation(document, name).answers.get(str(status))
    return [] if schema is None else _violations(document, f"{name} {status}", answer)


def body_violations(document: str, name: str, body: Any) -> list[Wrong]:
    """What is wrong with a request's body."""
    return _violations(document, f"{name} body", body)


def as_published(document: str) -> Mapping[str, Any]:
    """The whole document, in one piece."""
    return load_document(document).data


def _violations(document: str, what: str, value: Any) -> list[Wrong]:
    quick, thorough = _judges(document, what)
    if quick.is_valid(value):
        return []
    return sorted({_told(each) for each in thorough.iter_errors(value)}, key=lambda wrong: wrong.pointer)


@cache
def _judges(document: str, what: str) -> tuple[jsonschema_rs.Draft202012Validator, Draft202012Validator]:
    """One that is quick, for what is right nearly always; and one whose words people can read, for when it is not."""
    loaded: Document = load_document(document)
    name, _, which = what.partition(" ")
    found = loaded.operations[name]
    part = found.body if which == "body" else found.answers[which]
    schema = loaded.standing_alone(part or {})
    return jsonschema_rs.Draft202012Validator(schema), Draft202012Validator(schema)


def _told(error: Any) -> Wrong:
    """The deepest cause of an error: of anyOf and the like, the branch that came furthest."""
    while error.context:
        error = max(error.context, key=lambda each: len(each.absolute_path))
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in error.absolute_path)
    text = str(error.message)
    return Wrong(pointer, text if len(text) < 300 else f"{text[:300]}…")
