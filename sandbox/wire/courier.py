"""Everything that goes out goes by here: to a URL over the network, or to an app of this process by the same door."""

import contextvars
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import urllib3

from sandbox.domain.reach import fault_of_url
from sandbox.wire.edge import ACTING_AT, STAMPED
from sandbox.wire.egress import Egress, Forbidden
from sandbox.wire.faulty_answers import BrokenOff
from sandbox.wire.outbound import Auth, Basic, ClientCredentials, MutualTls, tls_context
from sandbox.wire.token_client import NoTokenError, TokenShelf, basic, token_answer, token_request

SCHEME = "sandbox"  # sandbox://NAME/path is the app of that name in this process
MOST_READ = 1_048_576  # bytes of an answer that are looked at
TLS_POOLS = 64  # client certificates whose connections are kept open

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Parcel:
    """A request to send. `timeout` in milliseconds, for all of it, fetching a token included; `connect`: milliseconds
    granted beside that for making a connection, None for none; `auth`: how to sign in over the network; `at`: the world
    time that it acts for, in this process.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    query: Mapping[str, str | list[str]] = field(default_factory=dict)
    timeout: int = 10_000
    connect: int | None = None
    auth: Auth | None = None
    at: int | None = None
    stamp: int | None = None


@dataclass(eq=False)
class NoAnswer(Exception):
    """Nothing came back: `timed_out` tells a silent peer from one that could not be reached."""

    reason: str
    timed_out: bool


class Courier:
    """One client for all that goes out. `apps` are added once they are made: they send by the courier themselves.

    `now` gives real time in milliseconds. `instead`, where it is set, may answer for anybody outside: what it gives a
    Reply to is not sent.
    """

    def __init__(self, now: Callable[[], int], egress: Egress) -> None:
        self.apps: dict[str, WSGIApp] = {}
        self.instead: Callable[[Parcel], Reply | None] = lambda _parcel: None
        self._now = now
        self._egress = egress
        self._pool = egress.pool(num_pools=256, maxsize=64)
        self._tls_pool = lru_cache(TLS_POOLS)(self._make_tls_pool)
        self._tokens = TokenShelf(now)

    def send(self, parcel: Parcel) -> Reply:
        """The answer of the other side. Raises NoAnswer; never while a transaction is open."""
        if parcel.url.startswith(f"{SCHEME}:"):
            parts = urlsplit(parcel.url)
            return _call_app(self.apps[parts.netloc], unquote(parts.path, "latin-1"), parcel)
        until = self._now() + (parcel.connect or 0) + parcel.timeout
        if isinstance(parcel.auth, ClientCredentials):
            return self._send_with_token(parcel, parcel.auth, until)
        if isinstance(parcel.auth, Basic):
            parcel = _signed(parcel, basic(parcel.auth.username, parcel.auth.password))
        return self._send_out(parcel, until)

    def _send_with_token(self, parcel: Parcel, auth: ClientCredentials, until: int) -> Reply:
        """A token that the peer refuses is fetched again, once: it may have been revoked before its time."""

        def fetch() -> Any:
            headers, body = token_request(auth)
            try:
                reply = self._send_out(Parcel("POST", auth.token_url, headers, body), until)
            except NoAnswer as silence:
                raise NoAnswer(f"{silence.reason} at the token endpoint", silence.timed_out) from silence
            return token_answer(reply.status, reply.body)

        try:
            token = self._tokens.get(auth, fetch)
            reply = self._send_out(_signed(parcel, f"Bearer {token}"), until)
            if reply.status != 401:
                return reply
            token = self._tokens.get(auth, fetch, refused=token)
            return self._send_out(_signed(parcel, f"Bearer {token}"), until)
        except NoTokenError as error:
            raise NoAnswer(str(error), timed_out=False) from error

    def _send_out(self, parcel: Parcel, until: int) -> Reply:
        """Send to a place that somebody outside named: callbacks, partners' suppliers, token endpoints. They all pass
        here, and nowhere else is a connection opened.
        """
        answered = self.instead(parcel)
        if answered is not None:
            return answered
        if fault := fault_of_url(parcel.url, local=self._egress.local):
            raise NoAnswer(f"not sent: {fault}", timed_out=False)
        url = f"{parcel.url}?{urlencode(parcel.query, doseq=True)}" if parcel.query else parcel.url
        try:
            pool = self._tls_pool(parcel.auth) if isinstance(parcel.auth, MutualTls) else self._pool
            response = pool.request(
                parcel.method,
                url,
                body=parcel.body,
                headers=parcel.headers,
                timeout=self._patience(parcel, until),
                redirect=False,
                preload_content=False,
            )
            try:
                body = _read(response)
            finally:
                response.drain_conn() if response.length_remaining == 0 else response.close()
                response.release_conn()
        except urllib3.exceptions.TimeoutError as error:
            raise NoAnswer(type(error).__name__, timed_out=True) from error
        except Forbidden as error:
            raise NoAnswer(f"not sent: {error}", timed_out=False) from error
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            raise NoAnswer(_reason(error), timed_out=False) from error
        return Reply(response.status, dict(response.headers), body)

    def _patience(self, parcel: Parcel, until: int) -> urllib3.Timeout:
        """How long each part of an exchange may take. Raises NoAnswer when there is no time left."""
        left = (until - self._now()) / 1000
        if left <= 0:
            raise NoAnswer("Timeout", timed_out=True)
        if parcel.connect is None:
            return urllib3.Timeout(total=left)
        return urllib3.Timeout(connect=parcel.connect / 1000, read=parcel.timeout / 1000, total=left)

    def _make_tls_pool(self, auth: MutualTls) -> urllib3.PoolManager:
        return self._egress.pool(num_pools=4, maxsize=16, ssl_context=tls_context(auth))


def _read(response: urllib3.BaseHTTPResponse) -> bytes:
    """The body, as far as it is looked at."""
    body = b""
    while len(body) < MOST_READ and (piece := response.read1(MOST_READ - len(body), decode_content=False)):
        body += piece
    return body


def _signed(parcel: Parcel, authorization: str) -> Parcel:
    return replace(parcel, headers={**parcel.headers, "Authorization": authorization})


def _reason(error: Exception) -> str:
    """What went wrong, in a word; of TLS also its own: CERTIFICATE_VERIFY_FAILED, say."""
    tls = getattr(error.args[0], "reason", None) if error.args else None
    return f"{type(error).__name__} ({tls})" if isinstance(tls, str) else type(error).__name__


def _call_app(app: WSGIApp, path: str, parcel: Parcel) -> Reply:
    body = parcel.body or b""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": parcel.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": urlencode(parcel.query, doseq=True),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    environ |= {_variable(name): value for name, value in parcel.headers.items()}
    if parcel.at is not None:
        environ[ACTING_AT] = parcel.at
    if parcel.stamp is not None:
        environ[STAMPED] = parcel.stamp
    return contextvars.Context().run(
        _run_app, app, environ
    )  # a context of its own: the caller's request stays the caller's


def _run_app(app: WSGIApp, environ: dict[str, Any]) -> Reply:
    started: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        started[:] = [int(status.split(maxsplit=1)[0]), dict(headers)]

    chunks = app(environ, start)
    try:
        body = b"".join(chunks)
    except BrokenOff as broken:
        raise NoAnswer(type(broken).__name__, timed_out=False) from broken
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return Reply(started[0], started[1], body)


def _variable(name: str) -> str:
    variable = name.upper().replace("-", "_")
    return variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}"
