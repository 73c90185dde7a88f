"""Suppliers that nobody would want, in the place of a fake."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.app import Sandbox
from sandbox.wire.courier import NoAnswer, WSGIApp


@dataclass
class Replaced:
    """What came to the supplier that took a fake's place: (method, path, body) of each call."""

    calls: list[tuple[str, str, Any]] = field(default_factory=list)


Answers = Callable[[dict[str, Any]], tuple[int, bytes]]


def replace_supplier(sandbox: Sandbox, code: str, answers: Answers) -> Replaced:
    """From now on the gateway's calls of this supplier are answered (status, body) by `answers(environ)`."""
    others: WSGIApp = sandbox.parts.courier.apps["suppliers"]
    replaced = Replaced()

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(f"/{code}/"):
            return others(environ, start)
        raw = environ["wsgi.input"].read()
        replaced.calls.append((environ["REQUEST_METHOD"], path, json.loads(raw) if raw else None))
        status, body = answers(environ)
        start(f"{status} X", [("Content-Type", "application/json")])
        return [body]

    sandbox.parts.courier.apps["suppliers"] = app
    return replaced


def saying(status: int, body: Any = None, raw: bytes | None = None) -> Answers:
    """Always the same answer."""
    data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
    return lambda _environ: (status, data)


def refusing(status: int, *messages: str, code: str = "SUPPLIER_FAULT") -> Answers:
    """Always the published error body."""
    return saying(status, {"uuid": "00000000-0000-0000-0000-000000000000", "code": code, "messages": list(messages)})


def silent(_environ: dict[str, Any]) -> tuple[int, bytes]:
    """Does not answer in time."""
    raise NoAnswer("ReadTimeoutError", timed_out=True)


def unreachable(_environ: dict[str, Any]) -> tuple[int, bytes]:
    """Nobody listens."""
    raise NoAnswer("NewConnectionError", timed_out=False)
