"""The edge: every request comes in here, is read by its document, and is answered in the published shapes."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException

from sandbox.domain.errors import GATEWAY_FAULT, MALFORMED_REQUEST, NOT_AUTHORISED, Problem
from sandbox.domain.ids import make_id
from sandbox.spec.checks import Checks
from sandbox.spec.documents import Document, Operation
from sandbox.store.store import StaleEpoch, Unavailable
from sandbox.wire.calls import NOBODY, Answer, Call, Caller, Handler
from sandbox.wire.problems import EXTENSIONS, error_body, status_of
from sandbox.wire.reading import read_request

log = logging.getLogger("sandbox.edge")

ACTING_AT = "sandbox.acting_at"  # in the environment of a call inside this process: the moment that it acts for


@dataclass(frozen=True)
class Door:
    """One document served at a prefix: who may come in (kinds of callers), and who answers."""

    document: Document
    prefix: str
    kinds: tuple[str, ...]
    handlers: Mapping[str, Handler]


def make_app(
    name: str, doors: list[Door], check: Callable[[str], Caller], *, body_limit: int, check_answers: bool
) -> Flask:
    """A small Flask app that serves these doors. `check` turns an Authorization header into a caller.

    Raises ValueError when the handlers are not exactly the document's operations.
    """
    app = Flask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = body_limit
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for door in doors:
        if set(door.handlers) != set(door.document.operations):
            difference = set(door.handlers) ^ set(door.document.operations)
            raise ValueError(f"{door.document.name}: handlers and operations differ in {', '.join(sorted(difference))}")
        checks = Checks(door.document)
        for operation in door.document.operations.values():
            view = _view(door, operation, checks, check, check_answers=check_answers)
            path = (door.prefix + operation.path).replace("{", "<").replace("}", ">")
            app.add_url_rule(
                path,
                f"{door.document.name} {operation.id}",
                view,
                methods=[operation.method],
                provide_automatic_options=False,
            )
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _refusal)
    return app


def _view(
    door: Door, operation: Operation, checks: Checks, check: Callable[[str], Caller], *, check_answers: bool
) -> Callable[..., Response]:
    handler = door.handlers[operation.id]

    def view(**path: str) -> Response:
        answer = handler(_call(request, path))
        if check_answers and (wrong := checks.answer(operation, answer.status, answer.body)):
            raise RuntimeError(f"{operation.id} would answer against its document: {'; '.join(map(str, wrong))}")
        return _response(answer)

    def _call(request: Request, path: dict[str, str]) -> Call:
        caller = _caller(request) if operation.secured else NOBODY
        reading = read_request(request, operation, checks)
        return Call(
            operation=operation.id,
            caller=caller,
            request_id=request.headers.get("X-Request-ID", ""),
            conversation_id=request.headers.get("X-Conversation-ID", ""),
            path=path,
            query=reading.query,
            headers=reading.headers,
            body=reading.body,
            raw=request.get_data(cache=True) if operation.body else b"",
            authorization=request.headers.get("Authorization", ""),
            at=request.environ.get(ACTING_AT),
        )

    def _caller(request: Request) -> Caller:
        caller = check(request.headers.get("Authorization", ""))
        if caller.kind not in door.kinds:
            raise Problem(
                NOT_AUTHORISED,
                (f"this door is for a {' or '.join(door.kinds)}: the token is a {caller.kind}'s",),
                status=403,
            )
        return caller

    return view


def _response(answer: Answer) -> Response:
    if answer.body is None:
        response = Response(status=answer.status)
        del response.headers["Content-Type"]
    else:
        response = Response(orjson.dumps(answer.body), status=answer.status, content_type="application/json")
    response.headers.update(answer.headers)
    return response


def _refusal(error: Exception) -> Response:
    if isinstance(error, Problem):
        return _error(error)
    if isinstance(error, StaleEpoch):
        return _error(
            Problem(GATEWAY_FAULT, ("the world is being reset: nothing was kept, send it again",), 503, retry_after=1)
        )
    if isinstance(error, Unavailable):
        log.error("the database is unavailable: %s", error)
        return _error(
            Problem(GATEWAY_FAULT, ("temporarily unavailable: nothing was kept, send it again",), 503, retry_after=1)
        )
    log.error("unexpected failure in %s %s", request.method, request.path, exc_info=error)
    return _error(Problem(GATEWAY_FAULT, ("unexpected failure in the sandbox: quote this uuid when you report it",)))


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    code = EXTENSIONS.get(status, MALFORMED_REQUEST if status < 500 else GATEWAY_FAULT)
    response = _error(Problem(code, (error.description or "refused",), status=status))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _error(problem: Problem) -> Response:
    """The same request gets the same uuid: it is drawn from what was asked, not from chance."""
    asked = sha256(request.get_data(cache=True) if not _too_large(problem) else b"").hexdigest()
    uuid = make_id("error", 0, request.method, request.full_path, request.headers.get("X-Request-ID", ""), asked)
    response = _response(Answer(status_of(problem), error_body(uuid, problem)))
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    if status_of(problem) == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="fibre-sandbox"'
    return response


def _too_large(problem: Problem) -> bool:
    return problem.status == 413


def body_of(value: Any) -> bytes:
    """A JSON body for a call that goes out."""
    return orjson.dumps(value)
