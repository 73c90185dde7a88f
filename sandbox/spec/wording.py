"""What is wrong with a data file by its JSON Schema, in words for the person who writes the file."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema

from sandbox.domain.flaws import Flaw
from sandbox.spec.schemas import schema_of
from sandbox.spec.yamlfile import pointer


def flaws_in(value: Any, kind: str) -> Iterator[Flaw]:
    """Everything in the value of a file of this kind that its schema does not allow."""
    chosen: set[str] = set()  # places whose word is none of those allowed, told once: other rules follow from the word
    for error in jsonschema.Draft202012Validator(schema_of(kind)).iter_errors(value):
        place = ""
        for step in error.absolute_path:
            place = pointer(place, step)
        if error.validator in ("enum", "const"):
            if place in chosen:
                continue
            chosen.add(place)
        if error.validator == "additionalProperties":
            yield from _unknown_keys(error, place)
        else:
            word = _WORDS.get(str(error.validator))
            yield Flaw(place, word(error) if word else error.message)


def _unknown_keys(error: jsonschema.ValidationError, place: str) -> Iterator[Flaw]:
    known = _schema(error)["properties"]
    found: Any = error.instance
    for name in found:
        if name not in known:
            yield Flaw(pointer(place, name), f"there is no key {name}; allowed: {', '.join(known)}")


def _missing(error: jsonschema.ValidationError) -> str:
    found: Any = error.instance
    wanted: Any = error.validator_value
    # One error comes for each key that is missing, and only its message tells them apart.
    name = next(name for name in wanted if name not in found and error.message.startswith(repr(name)))
    return f"{name} is missing"


def _dependency(error: jsonschema.ValidationError) -> str:
    missing, _, needing = error.message.partition(" is a dependency of ")
    return f"{missing} is missing: {needing} needs it"


def _not_allowed(error: jsonschema.ValidationError) -> str:
    allowed: Any = error.validator_value
    listed = ", ".join(map(str, allowed if isinstance(allowed, list) else [allowed]))
    return f"{error.instance!r} is not allowed here; allowed: {listed}"


def _does_not_fit(error: jsonschema.ValidationError) -> str:
    schema = _schema(error)
    return f"{error.instance!r} does not fit: {schema.get('description', error.message)}"


def _description(error: jsonschema.ValidationError) -> str:
    return str(_schema(error)["description"])


def _schema(error: jsonschema.ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


_WORDS: Mapping[str, Callable[[jsonschema.ValidationError], str]] = {
    "required": _missing,
    "dependentRequired": _dependency,
    "enum": _not_allowed,
    "const": _not_allowed,
    "pattern": _does_not_fit,
    "oneOf": _does_not_fit,
    "not": _description,
}
