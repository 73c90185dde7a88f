"""The edge: every request comes in here, is read by its document, and is answered in the published shapes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, Response, request

from sandbox.domain.errors import GATEWAY_FAULT, NOT_AUTHORISED, Problem, invalid, not_found
from sandbox.spec.checks import Checks
from sandbox.spec.documents import Document, Operation
from sandbox.wire.calls import NOBODY, Answer, Call, Caller, Handler
from sandbox.wire.reading import read_request
from sandbox.wire.refusals import register_refusals, response_of

ACTING_AT = "sandbox.acting_at"  # in the environment of a call inside this process: the moment that it acts for


@dataclass(frozen=True)
class Door:
    """One document served at a prefix: who may come in (kinds of callers), and who answers.

    `unreadable` words the refusal of a request that does not fit the document, where the usual error body is not used.
    """

    document: Document
    prefix: str
    kinds: tuple[str, ...]
    handlers: Mapping[str, Handler]
    unreadable: Callable[[Problem], Answer] | None = None


def make_app(
    name: str,
    doors: list[Door],
    check: Callable[[str], Caller],
    *,
    body_limit: int,
    check_answers: bool,
    fault: str = GATEWAY_FAULT,
) -> Flask:
    """A small Flask app that serves these doors. `check` turns an Authorization header into a caller.

    `fault` is the code that its APIs publish for a failure of their own. Raises ValueError when the handlers are not
    exactly the document's operations.
    """
    app = Flask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = body_limit
    app.url_map.merge_slashes = False  # a path is one thing: no redirects
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
    register_refusals(app, fault)
    return app


def _view(
    door: Door, operation: Operation, checks: Checks, check: Callable[[str], Caller], *, check_answers: bool
) -> Callable[..., Response]:
    handler = door.handlers[operation.id]

    def view(**path: str) -> Response:
        try:
            caller = _caller(door, check) if operation.secured else NOBODY
            call = _call(operation, checks, caller, path)
        except Problem as problem:
            if door.unreadable is None:
                raise
            return response_of(door.unreadable(problem))
        answer = handler(call)
        if check_answers and (wrong := checks.answer(operation, answer.status, answer.body)):
            raise RuntimeError(f"{operation.id} would answer against its document: {'; '.join(map(str, wrong))}")
        return response_of(answer)

    return view


def _caller(door: Door, check: Callable[[str], Caller]) -> Caller:
    caller = check(request.headers.get("Authorization", ""))
    if caller.kind not in door.kinds:
        wanted = " or ".join(door.kinds)
        raise Problem(NOT_AUTHORISED, (f"this door is for a {wanted}: the token is a {caller.kind}'s",), status=403)
    return caller


def _call(operation: Operation, checks: Checks, caller: Caller, path: Mapping[str, str]) -> Call:
    if unfit := [name for name, part in path.items() if "\0" in part]:  # PostgreSQL takes no such text
        refused = invalid if unfit == ["id"] and "404" not in operation.answers else not_found
        raise refused("nothing has a name with the character U+0000 in it")
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
