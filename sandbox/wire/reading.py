"""A raw request, read by its document: parameters and body in, a list of everything wrong out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from sandbox.domain.errors import INVALID_REQUEST, MALFORMED_REQUEST, Problem
from sandbox.spec.checks import Checks, Violation, called, shown
from sandbox.spec.documents import Operation, Parameter
from sandbox.spec.personal import Guard

DEEPEST = 40  # brackets inside brackets that a body may have
FORM = "application/x-www-form-urlencoded"
YAML = "application/yaml"
YAMLS = (YAML, "application/x-yaml", "text/yaml", "text/x-yaml", "application/json")  # JSON is YAML too

_WHOLE = re.compile(r"-?[0-9]{1,18}")
# Two searches, each quick, where one for both would take ten times as long.
_FRACTION = re.compile(rb"\.[0-9]+\s*([,}\]]|$)")
_EXPONENT = re.compile(rb"[eE][+-]?[0-9]+\s*([,}\]]|$)")
_EXACT = 2**53  # a greater float no longer tells whole numbers apart


@dataclass
class Reading:
    """The request so far, and what is wrong with it."""

    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    wrong: list[Violation] = field(default_factory=list)


def read_request(request: Request, operation: Operation, checks: Checks, guard: Guard) -> Reading:
    """The documented parameters and body of a request, without anything that may be somebody's.

    Raises 400 MALFORMED_REQUEST when something is not readable or missing, else 422 INVALID_REQUEST when a value is
    wrong; either way the messages list every violation.
    """
    reading = Reading()
    for parameter in operation.parameters:
        if parameter.place != "path":
            _read_parameter(request, operation, parameter, checks, guard, reading)
    known = {parameter.name for parameter in operation.parameters if parameter.place == "query"}
    allowed = ", ".join(sorted(known)) or "none"
    for name in sorted(request.args.keys() - known):
        clean, found = guard.text("the name of a query parameter", shown(name))
        reading.wrong += [*found, Violation(f"query parameter {clean}", f"is not known; known are {allowed}", False)]
    if operation.body is not None:
        _read_body(request, operation, checks, guard, reading)
    if reading.wrong:
        code = MALFORMED_REQUEST if any(item.missing for item in reading.wrong) else INVALID_REQUEST
        raise Problem(code, tuple(str(item) for item in reading.wrong))
    return reading


def _read_parameter(
    request: Request, operation: Operation, parameter: Parameter, checks: Checks, guard: Guard, reading: Reading
) -> None:
    place = called(parameter)
    texts = _texts_of(request, parameter)
    if not texts:
        if parameter.required:
            reading.wrong.append(Violation(place, "is missing", missing=True))
        return
    try:
        value = _value_of(texts, parameter)
    except ValueError as error:
        reading.wrong.append(
            Violation(place, str(error), missing=parameter.is_json)
        )  # unparsable JSON is malformed, like a missing part
        return
    value, personal = guard.parameter(operation, parameter, value)
    found = [*personal, *checks.parameter(operation, parameter, value)]
    reading.wrong.extend(found)
    if not found:
        (reading.query if parameter.place == "query" else reading.headers)[parameter.name] = value


def _texts_of(request: Request, parameter: Parameter) -> list[str]:
    if parameter.place == "query":
        return request.args.getlist(parameter.name)
    given = request.headers.get(parameter.name)  # WSGI has one text per header: to look for more goes through them all
    return [] if given is None else [given]


def _value_of(texts: list[str], parameter: Parameter) -> Any:
    if parameter.kind == "array" and not parameter.is_json:
        return texts if parameter.explode else ",".join(texts).split(",")
    if len(texts) > 1:
        raise ValueError("is given more than once")
    if parameter.is_json:
        return parse_json(texts[0].encode())
    return _SCALARS.get(parameter.kind, str)(texts[0])


def _whole_number(text: str) -> Any:
    return int(text) if _WHOLE.fullmatch(text) else text


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


_SCALARS = {"integer": _whole_number, "boolean": _boolean}


def _read_body(request: Request, operation: Operation, checks: Checks, guard: Guard, reading: Reading) -> None:
    raw = request.get_data(cache=True)
    if request.content_length is None and len(raw) == request.max_content_length:
        raise RequestEntityTooLarge  # a body that comes in chunks is cut off there without a word
    if not raw and request.mimetype != FORM:
        if operation.body_required:
            reading.wrong.append(Violation("", "the body is missing", missing=True))
        return
    _check_media_type(request, operation)
    try:
        body = _read_as(request, operation, raw)
    except ValueError as error:
        reading.wrong.append(Violation("the body", str(error), missing=True))
        return
    reading.body, personal = guard.body(operation, body)
    reading.wrong += [*personal, *checks.body(operation, reading.body)]


def _read_as(request: Request, operation: Operation, raw: bytes) -> Any:
    """The body as its media type has it. YAML stays text: whoever wants the file reads it, and knows its lines."""
    if operation.media_type == FORM:
        return _form(request)
    if operation.media_type != YAML:
        return parse_json(raw)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None


def _check_media_type(request: Request, operation: Operation) -> None:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    allowed = YAMLS if operation.media_type == YAML else (operation.media_type,)
    if request.mimetype not in allowed or charset not in ("utf-8", "utf8", "us-ascii"):
        raise Problem(MALFORMED_REQUEST, (f"send Content-Type: {operation.media_type}, in UTF-8",), status=415)


def _form(request: Request) -> Mapping[str, str]:
    """RFC 6749, appendix A and section 3.2: a parameter without a value counts as left out, and none comes twice."""
    form = {name: values for name, values in request.form.lists() if values != [""]}
    if any(len(values) > 1 for values in form.values()):
        raise ValueError("gives a parameter more than once")
    return {name: values[0] for name, values in form.items()}


def parse_json(raw: bytes) -> Any:
    """The JSON value of these bytes. Raises ValueError that says what is wrong, without repeating any of it."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _depth(value) > DEEPEST:
        raise ValueError(f"is nested more than {DEEPEST} deep")
    if b"\\u0000" in raw and _holds_nul(value):
        raise ValueError("holds the character U+0000, which no text needs")
    return _whole(value) if _FRACTION.search(raw) or _EXPONENT.search(raw) else value


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [child for node in level for child in _children(node)]
    return deepest


def _children(node: Any) -> Iterable[Any]:
    return node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    names = value if isinstance(value, dict) else ()
    return any("\0" in name for name in names) or any(_holds_nul(child) for child in _children(value))


def _whole(value: Any) -> Any:
    """345.0 is the whole number 345, by JSON Schema and for everything that counts with it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(child) for name, child in value.items()}
    return [_whole(child) for child in value] if isinstance(value, list) else value
