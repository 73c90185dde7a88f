"""What of a call is recorded: what passed the edge, as its document reads it, and what was answered. No secret is."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, g

from sandbox.domain.dummydata import is_dummy_identifier
from sandbox.spec.documents import Operation, Parameter
from sandbox.store.recordings import Exchange
from sandbox.store.store import ACTED, Acted
from sandbox.wire.calls import Call
from sandbox.wire.recorder import Recorder

HIDDEN = "(not recorded)"
UNKNOWN = "999999999999"  # in the place of an address key that may be somebody's: as unknown as that to every supplier
SECRETS = frozenset(("secret", "password", "clientSecret", "key"))  # members that no recording shows

# What lies outside worlds, or reads the recording itself, is no part of a conversation.
_LEFT_OUT = (
    "/auth/", "/tenants", "/feedback", "/recording", "/conformance", "/check", "/scorecard", "/health",
    "/ready", "/metrics",
)  # fmt: skip
_TECHNICAL = ("content-type", "content-length")

_turns = itertools.count(1)


@dataclass(frozen=True)
class Heard:
    """A call that came in and is not answered yet."""

    prefix: str
    operation: Operation
    call: Call
    came: int
    turn: int
    acted: Acted


def listen(app: Flask, recorder: Recorder) -> None:
    """Record the answers of this app to the calls that `hear` was told of."""

    @app.after_request
    def _told(response: Response) -> Response:
        heard = g.pop("heard", None)
        if heard is not None:
            recorder.note(_exchange(heard, response))
        return response


def hear(recorder: Recorder, prefix: str, operation: Operation, call: Call) -> None:
    """A call has passed the edge: to be recorded where a tenant made it from outside."""
    caller = call.caller
    wanted = recorder.most and caller.kind == "tenant" and caller.epoch is not None and call.at is None
    if not wanted or operation.path.startswith(_LEFT_OUT):
        ACTED.set(None)
        return
    acted = Acted(caller.code)
    ACTED.set(acted)
    g.heard = Heard(prefix, operation, call, recorder.real_now(), next(_turns), acted)


def _exchange(heard: Heard, response: Response) -> Exchange:
    call, acted = heard.call, heard.acted
    named = {name: quote(part, safe="") for name, part in call.path.items()}
    query = _fit_to_keep(call.query)
    said: dict[str, Any] = {
        "operation": call.operation,
        "method": heard.operation.method,
        "path": heard.prefix + heard.operation.path.format(**named),
        "query": list(_query(heard.operation, query)),
        "headers": {name: str(value) for name, value in call.headers.items()},
        "body": _fit_to_keep(call.body),
        "status": response.status_code,
        "answerHeaders": {name: value for name, value in response.headers.items() if name.lower() not in _TECHNICAL},
    }
    answer = b"" if response.is_streamed else response.get_data()
    if any(f'"{name}"'.encode() in answer for name in SECRETS):
        answer = orjson.dumps(_fit_to_keep(as_said(answer)))
    for key in _foreign_keys([call.body, call.query]):
        answer = answer.replace(b'"id":' + orjson.dumps(key), b'"id":' + orjson.dumps(UNKNOWN))
    epoch = call.caller.epoch or 0
    whose = (call.caller.world, epoch, call.caller.code, epoch)
    when = (heard.came, heard.turn, acted.at)
    return Exchange(*whose, *when, acted.played, acted.told, acted.place, orjson.dumps(said), answer)


def as_said(answer: bytes) -> Any:
    """The JSON value of an answer; its text where a fault has spoilt it, None for none."""
    try:
        return orjson.loads(answer) if answer else None
    except orjson.JSONDecodeError:
        return answer.decode("utf-8", "replace")


def _query(operation: Operation, query: Mapping[str, Any]) -> Any:
    known = {each.name: each for each in operation.parameters if each.place == "query"}
    for name, value in query.items():
        for text in _texts(known[name], value):
            yield name, text


def _texts(parameter: Parameter, value: Any) -> list[str]:
    if parameter.is_json:
        return [orjson.dumps(value).decode()]
    if isinstance(value, list):
        return value if parameter.explode else [",".join(value)]
    return [str(value).lower() if isinstance(value, bool) else str(value)]


def _fit_to_keep(value: Any) -> Any:
    """The value without secrets, and without address keys that are none of ours."""
    if isinstance(value, dict):
        kept = {
            name: HIDDEN if name in SECRETS and isinstance(member, str) else _fit_to_keep(member)
            for name, member in value.items()
        }
        key = _foreign_key(value)
        return kept if key is None else kept | {key: UNKNOWN}
    if isinstance(value, list):
        return [_fit_to_keep(each) for each in value]
    spoilt = isinstance(value, str) and any(f'"{name}"' in value for name in SECRETS)
    return HIDDEN if spoilt else value


def _foreign_key(value: Mapping[str, Any]) -> str | None:
    """Which member holds an address key that may be of somebody's home: of an AddressIdentifier, or of a search."""
    name, kind = ("id", value["type"]) if "id" in value and "type" in value else ("uprn", "UPRN")
    key = value.get(name)
    known = not isinstance(key, str) or not isinstance(kind, str) or is_dummy_identifier(kind, key)
    return None if known else name


def _foreign_keys(value: Any) -> Iterator[str]:
    """All such keys in it."""
    if isinstance(value, dict):
        name = _foreign_key(value)
        if name is not None:
            yield value[name]
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(each, dict | list):
            yield from _foreign_keys(each)
