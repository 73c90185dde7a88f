"""Listening for what the partner sends: a gateway's `/kcis` with its token endpoint, or a tenant's; or a mailbox.

The same small WSGI application serves on a port of its own, or is called inside a process by tests.
"""

import json
import threading
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import Any, Protocol
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from sandbox.conformance.exchange import Message
from sandbox.conformance.party import Party
from sandbox.conformance.realtime import elapsed, new_name

TOKEN_PATHS = ("/v1/auth/supplier/access-token", "/auth/supplier/access-token")
LARGEST = 1_000_000

Start = Callable[..., Any]


class Ear(Protocol):
    """Whatever KCIs come in by."""

    def messages(self) -> list[Message]:
        """Everything heard so far, in order of arrival."""

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Whether it has come true, at the latest after so many seconds."""


@dataclass
class Inbox:
    """An endpoint that takes KCIs. `answer(message)` gives the status to send back.

    With a client's id and secret it gives tokens, and takes no KCI without one; `tokens` is how many it gave.
    """

    client_id: str = ""
    client_secret: str = ""
    answer: Callable[[Message], int] = lambda _message: 204
    heard: list[Message] = field(default_factory=list)
    tokens: int = 0
    url: str = ""
    pump: Callable[[], None] = lambda: None
    _bell: threading.Condition = field(default_factory=threading.Condition)
    _given: set[str] = field(default_factory=set)

    def messages(self) -> list[Message]:
        """Everything heard so far."""
        with self._bell:
            return list(self.heard)

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Whether it has come true in time."""
        self.pump()
        deadline = elapsed() + seconds
        while not until():
            left = deadline - elapsed()
            if left <= 0:
                return False
            with self._bell:
                self._bell.wait(min(left, 0.2))
            self.pump()
        return True

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        """The WSGI application."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        raw = environ["wsgi.input"].read(min(length, LARGEST)) if length else b""
        headers = _headers(environ)
        if environ["PATH_INFO"] in TOKEN_PATHS:
            return _reply(start, *self._give_token(raw, headers))
        if not environ["PATH_INFO"].endswith("/kcis") or environ["REQUEST_METHOD"] != "POST":
            return _reply(start, 404, _error("NOT_FOUND", "POST KCIs to /v1/kcis"))
        return _reply(start, *self._take(raw, headers))

    def _take(self, raw: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        allowed = not self.client_id or headers.get("authorization", "").removeprefix("Bearer ") in self._given
        body = _parsed(raw)
        with self._bell:
            message = Message(len(self.heard) + 1, headers, raw, body, 401)
            if allowed:
                status = self.answer(message)
                message = Message(message.number, headers, raw, body, status)
            self.heard.append(message)
            self._bell.notify_all()
        if not allowed:
            return 401, _error("NOT_AUTHORISED", "fetch a token first")
        return message.answered, None if message.answered < 300 else _error("GATEWAY_FAULT", "not now")

    def _give_token(self, raw: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        form = dict(parse_qsl(raw.decode("utf-8", "replace")))
        given = (form.get("client_id"), form.get("client_secret"))
        if headers.get("authorization", "").startswith("Basic "):
            name, _, password = b64decode(headers["authorization"][6:]).decode("utf-8", "replace").partition(":")
            given = (name, password)
        if form.get("grant_type") != "client_credentials" or given != (self.client_id, self.client_secret):
            return 400, {"error": "invalid_client"}
        token = new_name(16)
        with self._bell:
            self._given.add(token)
            self.tokens += 1
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}


@dataclass
class Mailbox:
    """KCIs that a sandbox keeps for its caller: read there again and again."""

    party: Party
    url: str
    heard: list[Message] = field(default_factory=list)
    cursor: str = "0"

    def __post_init__(self) -> None:
        """What lies there from before is not of this run."""
        while self._fetch(0):
            pass
        self.heard.clear()

    def messages(self) -> list[Message]:
        """Everything read so far."""
        return list(self.heard)

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Whether it has come true in time."""
        deadline = elapsed() + seconds
        self._fetch(0)
        while not until():
            left = deadline - elapsed()
            if left <= 0:
                return False
            self._fetch(1 if left >= 1 else 0)
        return True

    def _fetch(self, wait: int) -> int:
        query = [("after", self.cursor), ("wait", str(wait))]
        token = self.party.token()
        headers = {} if token is None else {"Authorization": token}
        exchange = self.party.send("readInbox", "GET", self.url, query, headers, None)
        items = exchange.member("items") or []
        for item in items:
            kci = item["kci"]
            self.heard.append(Message(len(self.heard) + 1, {}, json.dumps(kci).encode(), kci))
            self.cursor = item["cursor"]
        return len(items)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """The suite tells what matters."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


def serve(inbox: Inbox, host: str, port: int) -> Callable[[], None]:
    """Serve an inbox in a thread, and put its URL into it; returns what ends it. Raises OSError for a port in use."""
    server = make_server(host, port, inbox, _Server, _Quiet)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    inbox.url = inbox.url or f"http://{host}:{server.server_port}"

    def end() -> None:
        server.shutdown()
        server.server_close()

    return end


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    found = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    return found | ({"content-type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else {})


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _error(code: str, message: str) -> dict[str, Any]:
    return {"uuid": "00000000-0000-4000-8000-000000000000", "code": code, "messages": [message]}


def _reply(start: Start, status: int, body: Any) -> Iterable[bytes]:
    raw = b"" if body is None else json.dumps(body).encode()
    headers = [] if body is None else [("Content-Type", "application/json"), ("Content-Length", str(len(raw)))]
    start(f"{status} Said", headers)
    return [raw]
