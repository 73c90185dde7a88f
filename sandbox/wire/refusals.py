"""What is answered when a request is refused or fails: the published error body, whatever went wrong."""

import logging
from hashlib import sha256

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from sandbox.domain.errors import GATEWAY_FAULT, MALFORMED_REQUEST, Problem
from sandbox.domain.ids import make_id
from sandbox.store.store import StaleEpoch, Unavailable, Uncertain
from sandbox.wire.calls import Answer
from sandbox.wire.problems import EXTENSIONS, error_body, status_of

log = logging.getLogger("sandbox.edge")

RESET = "the world was reset meanwhile: nothing of this call was kept, send it again"
BUSY = "temporarily unavailable: nothing was kept, send it again"
UNCERTAIN = "the database went away just then, and may have kept it or not: look before you send it again"
UNEXPECTED = "unexpected failure in the sandbox: quote this uuid when you report it"

_TOLD = {
    404: "nothing is served at this path: the pages at /docs/ show what is",
    405: "this path takes another method: {allowed}",
    413: "the body is too large: at most {limit} bytes",
}


def register_refusals(app: Flask, fault: str = GATEWAY_FAULT) -> None:
    """Answer whatever the app raises. `fault` is the published code of this API for a failure of its own."""

    def refuse(error: Exception) -> Response:
        if isinstance(error, Problem):
            return error_response(error)
        if isinstance(error, StaleEpoch):
            return error_response(Problem(fault, (RESET,), 503, retry_after=1))
        if isinstance(error, Uncertain):
            log.error("the database went away while it was committing: %s", error)
            return error_response(Problem(fault, (UNCERTAIN,), 503))
        if isinstance(error, Unavailable):
            log.error("the database is unavailable: %s", error)
            return error_response(Problem(fault, (BUSY,), 503, retry_after=1))
        log.error("unexpected failure in %s %s", request.method, request.url_rule, exc_info=error)
        return error_response(Problem(fault, (UNEXPECTED,), 500))

    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, refuse)


def error_response(problem: Problem) -> Response:
    """The published error body. Its uuid is drawn from what was asked: the same again gets the same."""
    asked = request.method, request.full_path, request.headers.get("X-Request-ID", ""), sha256(_body()).hexdigest()
    response = response_of(Answer(status_of(problem), error_body(make_id("error", 0, *asked), problem)))
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="fibre-sandbox"'
    return response


def response_of(answer: Answer) -> Response:
    """An answer as Flask sends it."""
    if answer.body is None:
        response = Response(status=answer.status)
        del response.headers["Content-Type"]
    elif "Content-Type" in answer.headers:
        response = Response(answer.body, status=answer.status)
    else:
        response = Response(orjson.dumps(answer.body), status=answer.status, content_type="application/json")
    response.headers.update(answer.headers)
    return response


def _http_error(error: HTTPException) -> Response:
    """What the router or the reading of the body refuses: an unknown path or method, a body that is too large."""
    status = error.code or 500
    allowed = ", ".join(sorted(error.valid_methods or ())) if isinstance(error, MethodNotAllowed) else ""
    text = _TOLD.get(status, error.description or "refused").format(allowed=allowed, limit=request.max_content_length)
    response = error_response(Problem(EXTENSIONS.get(status, MALFORMED_REQUEST), (text,), status))
    if allowed:
        response.headers["Allow"] = allowed
    return response


def _body() -> bytes:
    """What was sent, as far as it may be read: a refusal may come before anybody looked at the body."""
    try:
        return request.get_data(cache=True)
    except HTTPException:
        return b""
