"""Faults at the edge: on calls that come in over the wire, before their work, after it, or on the answer's bytes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response, request

from sandbox.domain.errors import NOT_AUTHORISED, Problem
from sandbox.domain.mapping import PROPERTIES
from sandbox.domain.wirefaults import BEFORE, UPDATES, Occasion, delay_of
from sandbox.spec.documents import Operation
from sandbox.wire.calls import Call
from sandbox.wire.faultplane import HEADER, Fault, FaultPlane, identity
from sandbox.wire.problems import told_instead
from sandbox.wire.refusals import error_response
from sandbox.wire.spoiling import spoilt

EXPIRED = "the access token has expired: get a new one from the token endpoint"


class BrokenOff(ConnectionError):
    """The answer ends in its middle: whoever serves it drops the connection."""


def met(plane: FaultPlane, leg: str, operation: Operation, call: Call, work: Callable[[Call], Response]) -> Response:
    """The answer to this call, with the fault in its place that a rule of its owner's has for it. `work` answers as if
    there were no fault.
    """
    owner, occasion = _occasion(leg, operation, call)
    fault = plane.strike(replace(call.caller, code=owner), occasion, call.at)
    if fault is None:
        return work(call)
    respond = partial(work, call)
    if fault.kind == "disorder":
        asked = {name: fault.do[name] for name in fault.do if name != "kind"}
        response = _done(partial(work, replace(call, disorder=asked)))
    elif fault.kind == "delay":
        hold_up = partial(plane.hold_up, owner, delay_of(fault.do, 0), bounded=call.at is None)
        response = _late(fault, hold_up, respond)
    elif fault.when == BEFORE:
        response = _INSTEAD[fault.kind](fault.do, None)
    else:
        response = _INSTEAD.get(fault.kind, _spoilt)(fault.do, _done(respond))
    response.headers[HEADER] = fault.rule
    return response


def _occasion(leg: str, operation: Operation, call: Call) -> tuple[str, Occasion]:
    """Whose call it is, and what a rule may know of it. A supplier's KCI is the tenant's whom it is about."""
    name, exact = f"{operation.method} {operation.path}", operation.path.format(**call.path)
    same = identity(name, exact, request.query_string, call.raw)
    if leg != UPDATES:
        return call.caller.code, Occasion(leg, name, exact, same, call.path.get("code"))
    thing: Mapping[str, Any] = next((call.body[each] for each in PROPERTIES if each in call.body), {})
    return thing.get("tenant", ""), Occasion(leg, name, exact, same, call.caller.code, call.body["reasonCode"])


def _late(fault: Fault, hold_up: Callable[[], None], respond: Callable[[], Response]) -> Response:
    done = None if fault.when == BEFORE else _done(respond)
    hold_up()
    return _done(respond) if done is None else done


def _done(respond: Callable[[], Response]) -> Response:
    try:
        return respond()
    except Problem as problem:  # a refusal is an answer like any other
        return error_response(problem)


def _other(do: Mapping[str, Any], _done: Response | None) -> Response:
    return error_response(told_instead(do))


def _expired(_do: Mapping[str, Any], _done: Response | None) -> Response:
    return error_response(Problem(NOT_AUTHORISED, (EXPIRED,)))


def _dropped(_do: Mapping[str, Any], done: Response | None) -> Response:
    whole = b'{"id": ' if done is None else done.get_data()
    response = Response(_half(whole), status=200 if done is None else done.status_code)
    response.headers.update({} if done is None else done.headers)
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Length"] = str(max(len(whole), 2))
    return response


def _half(whole: bytes) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]
    raise BrokenOff("dropped by a fault that was asked for")


def _spoilt(do: Mapping[str, Any], done: Response | None) -> Response:
    if done is not None:
        done.set_data(spoilt(do, done.get_data()))
    return done or Response(status=204)


_INSTEAD: Mapping[str, Callable[[Mapping[str, Any], Response | None], Response]] = {
    "answer": _other,
    "expired_token": _expired,
    "drop": _dropped,
}
