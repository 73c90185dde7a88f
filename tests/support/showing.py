"""What a test shows: which operations answered with which status while it ran, and which steps of a life cycle it saw.

The facts are noted where they happen, at the edge of every app of this process and in the gateway: no test has to claim
anything. `docs/coverage.md` names a test for each fact, and `conftest` holds every test to what it is named for.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from flask import Flask, Response, request
from flask.globals import request_ctx

from sandbox import app
from sandbox.domain import entities, requests
from sandbox.domain.lifecycles import RECEIVED_BY_GATEWAY
from sandbox.gateway import inbound, resolving, unsolicited

NEW = "–"  # the state of what is not there yet
PLACED = "placed"  # by the tenant


class Answered(NamedTuple):
    """An operation of a document answered with a status."""

    document: str
    operation: str
    status: str


class Stepped(NamedTuple):
    """A thing of this kind came from one state to another, by an event of its life cycle or by being made."""

    kind: str
    state: str
    event: str
    after: str


Fact = Answered | Stepped

seen: set[Fact] = set()


def observe() -> None:
    """Take note, in this process and from now on."""
    _around(app, "make_app", _listen)
    _around(entities, "receive", lambda made, *_: _note(made.kind, NEW, PLACED, made.status))
    _around(entities, "step", lambda after, thing, event, *_: _step(thing, event, after.status))
    _around(requests, "receive", lambda made, *_: _note("request", NEW, PLACED, made.status))
    _around(requests, "step", lambda after, thing, event, *_: _step(thing, event, after.status))
    _around(resolving, "told", lambda made, *_: _note("resolution", NEW, "RESOLVED", made.status))
    _around(inbound, "steps_of", lambda steps, _tx, thing, kci, *_: _step(thing, kci["reasonCode"], _last(steps)))
    _around(unsolicited, "create", lambda order, *_: _created(order.status))


def _around(module: Any, name: str, note: Callable[..., None]) -> None:
    """Have `note(result, arguments)` called after each call of the module's function."""
    function = getattr(module, name)

    @wraps(function)
    def noting(*arguments: Any, **named: Any) -> Any:
        result = function(*arguments, **named)
        note(result, *arguments)
        return result

    setattr(module, name, noting)


def _step(thing: Any, event: str, after: str) -> None:
    kind = "request" if thing.kind in ("amendment", "cancellation") else thing.kind
    _note(kind, thing.status, event, after)


def _created(after: str) -> None:
    _note("order", NEW, "CREATED", RECEIVED_BY_GATEWAY)
    _note("order", RECEIVED_BY_GATEWAY, "CREATED", after)


def _last(steps: list[Any]) -> str:
    return str(steps[-1].after.status)


def _note(kind: str, state: str, event: str, after: str) -> None:
    seen.add(Stepped(kind, state, event, after))


def _listen(made: Flask, *_arguments: Any) -> None:
    made.after_request(_answered)


def _answered(response: Response) -> Response:
    """An answer belongs to the operation of its path and method; a 405 to all operations of its path."""
    adapter = request_ctx.url_adapter
    if request.url_rule is not None:
        endpoints = [request.url_rule.endpoint]
    elif adapter is not None:
        endpoints = [str(adapter.match(method=method)[0]) for method in adapter.allowed_methods()]
    else:
        endpoints = []
    for endpoint in endpoints:
        document, operation = endpoint.split()
        seen.add(Answered(document, operation, str(response.status_code)))
    return response
