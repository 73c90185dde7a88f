"""The edge: every request comes in here, is read by its document, and is answered in the published shapes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from flask import Flask, Response, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from sandbox.domain.errors import GATEWAY_FAULT, NOT_AUTHORISED, Problem, invalid, not_found
from sandbox.spec.checks import Checks
from sandbox.spec.documents import Document, Operation
from sandbox.spec.personal import Guard
from sandbox.wire.calls import NOBODY, Answer, Call, Caller, Handler
from sandbox.wire.faultplane import FaultPlane
from sandbox.wire.faulty_answers import met
from sandbox.wire.hearing import hear, listen
from sandbox.wire.reading import read_request
from sandbox.wire.recorder import Recorder
from sandbox.wire.refusals import register_refusals, response_of

# In the environment of a call: the moment that one inside this process acts for; who came in, once it is known.
ACTING_AT = "sandbox.acting_at"
STAMPED = "sandbox.stamped"  # likewise: the moment that it writes as of, where somebody waits for its answer
CALLER = "sandbox.caller"

Check = Callable[[str, str], Caller]  # (Authorization header, address) to who that is


@dataclass(frozen=True)
class Door:
    """One document served at a prefix, which says who may come in, and who answers.

    `unreadable` words the refusal of a request that does not fit the document, where the usual error body is not used.
    `leg` names the calls that come in here to the rules of faults; without it none strikes them. `whose` tells whose a
    call is where no token says so.
    """

    document: Document
    prefix: str
    handlers: Mapping[str, Handler]
    unreadable: Callable[[Problem], Answer] | None = None
    leg: str | None = None
    whose: Callable[[Call], Caller] | None = None


def make_app(
    name: str,
    doors: list[Door],
    check: Check,
    plane: FaultPlane,
    recorder: Recorder,
    *,
    body_limit: int,
    check_answers: bool,
    real_data: str,
    fault: str = GATEWAY_FAULT,
) -> Flask:
    """A small Flask app that serves these doors. `check` says who comes in, `plane` what is to go wrong;
    `recorder` keeps what was said.

    `real_data` says what becomes of data that may be somebody's. `fault` is the code that its APIs publish for a
    failure of their own. Raises ValueError when the handlers are not exactly the document's operations.
    """
    app = Flask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = body_limit
    app.url_map.merge_slashes = False  # a path is one thing: no redirects
    for door in doors:
        if set(door.handlers) != set(door.document.operations):
            difference = set(door.handlers) ^ set(door.document.operations)
            raise ValueError(f"{door.document.name}: handlers and operations differ in {', '.join(sorted(difference))}")
        checks, guard = _reading_of(door.document, real_data)
        for operation in door.document.operations.values():
            view = _view(door, operation, checks, guard, check, plane, recorder, check_answers=check_answers)
            path = (door.prefix + operation.path).replace("{", "<").replace("}", ">")
            app.add_url_rule(
                path,
                f"{door.document.name} {operation.id}",
                view,
                methods=[operation.method],
                provide_automatic_options=False,
            )
    register_refusals(app, fault)
    listen(app, recorder)
    return app


@cache
def _reading_of(document: Document, real_data: str) -> tuple[Checks, Guard]:
    """What reads a document's requests: made once in a process, however many sandboxes there are in it."""
    return Checks(document), Guard(document, real_data)


def _view(
    door: Door,
    operation: Operation,
    checks: Checks,
    guard: Guard,
    check: Check,
    plane: FaultPlane,
    recorder: Recorder,
    *,
    check_answers: bool,
) -> Callable[..., Response]:
    handler = door.handlers[operation.id]

    def respond(call: Call) -> Response:
        answer = handler(call)
        if check_answers and (wrong := checks.answer(operation, answer.status, answer.body)):
            raise RuntimeError(f"{operation.id} would answer against its document: {'; '.join(map(str, wrong))}")
        return response_of(answer)

    def view(**path: str) -> Response:
        clear_contextvars()  # of the call that this thread had before
        try:
            caller = _caller(operation, check)
            call = _call(operation, checks, guard, caller, path)
        except Problem as problem:
            if door.unreadable is None:
                raise
            return response_of(door.unreadable(problem))
        if door.whose is not None:
            call = replace(call, caller=door.whose(call))
        _bind(call)
        hear(recorder, door.prefix, operation, call)
        if call.caller.faults and door.leg is not None:
            return met(plane, door.leg, operation, call, respond)
        return respond(call)

    return view


def _bind(call: Call) -> None:
    """Whatever is logged on behalf of this call tells to which it belongs."""
    ids = {"request_id": call.request_id, "conversation_id": call.conversation_id, "caller": call.caller.code}
    bind_contextvars(operation=call.operation, **{name: value for name, value in ids.items() if value})


def _caller(operation: Operation, check: Check) -> Caller:
    authorization = request.headers.get("Authorization", "")
    if not operation.callers or (operation.anybody and not authorization):
        return NOBODY
    caller = check(authorization, request.remote_addr or "")
    request.environ[CALLER] = caller
    if caller.kind not in operation.callers:
        wanted = " or ".join(sorted(operation.callers))
        raise Problem(NOT_AUTHORISED, (f"send the token of a client of the kind {wanted}, not {caller.kind}",), 403)
    return caller


def _call(operation: Operation, checks: Checks, guard: Guard, caller: Caller, given: Mapping[str, str]) -> Call:
    path = {name: _named(operation, guard, name, part) for name, part in given.items()}
    reading = read_request(request, operation, checks, guard)
    return Call(
        operation=operation.id,
        caller=caller,
        request_id=reading.headers.get("X-Request-ID", ""),
        conversation_id=reading.headers.get("X-Conversation-ID", ""),
        path=path,
        query=reading.query,
        headers=reading.headers,
        body=reading.body,
        raw=request.get_data(cache=True) if operation.body else b"",
        authorization=request.headers.get("Authorization", ""),
        address=request.remote_addr or "",
        at=request.environ.get(ACTING_AT),
        stamp=request.environ.get(STAMPED),
    )


def _named(operation: Operation, guard: Guard, name: str, part: str) -> str:
    """A part of the path that names something."""
    if "\0" in part:  # PostgreSQL takes no such text
        refused = invalid if name == "id" and "404" not in operation.answers else not_found
        raise refused("nothing has a name with the character U+0000 in it")
    clean, found = guard.text(f"path parameter {name}", part)
    if found:
        raise (invalid if "422" in operation.answers else not_found)(*map(str, found))
    return clean
