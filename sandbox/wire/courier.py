"""Everything that goes out goes by here: to a URL over the network, or to an app of this process by the same door."""

import contextvars
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

from sandbox.wire.edge import ACTING_AT

SCHEME = "sandbox"  # sandbox://NAME/path is the app of that name in this process
MOST_READ = 1_048_576  # bytes of an answer that are looked at

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Parcel:
    """A request to send. `timeout` in milliseconds; `at`: the world time that it acts for, in this process."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    query: Mapping[str, str | list[str]] = field(default_factory=dict)
    timeout: int = 10_000
    at: int | None = None


@dataclass(eq=False)
class NoAnswer(Exception):
    """Nothing came back: `timed_out` tells a silent peer from one that could not be reached."""

    reason: str
    timed_out: bool


class Courier:
    """One client for all that goes out. `apps` are added once they are made: they send by the courier themselves."""

    def __init__(self) -> None:
        self.apps: dict[str, WSGIApp] = {}
        self._pool = urllib3.PoolManager(num_pools=256, maxsize=64, retries=False)

    def send(self, parcel: Parcel) -> Reply:
        """The answer of the other side. Raises NoAnswer; never while a transaction is open."""
        parts = urlsplit(parcel.url)
        if parts.scheme == SCHEME:
            return _call_app(self.apps[parts.netloc], parts.path, parcel)
        return self._send_out(parcel)

    def _send_out(self, parcel: Parcel) -> Reply:
        url = f"{parcel.url}?{urlencode(parcel.query, doseq=True)}" if parcel.query else parcel.url
        timeout = urllib3.Timeout(total=parcel.timeout / 1000)
        try:
            response = self._pool.request(
                parcel.method,
                url,
                body=parcel.body,
                headers=parcel.headers,
                timeout=timeout,
                redirect=False,
                preload_content=False,
            )
            try:
                body = response.read(MOST_READ, decode_content=False)
            finally:
                response.drain_conn() if response.length_remaining == 0 else response.close()
                response.release_conn()
        except urllib3.exceptions.TimeoutError as error:
            raise NoAnswer(type(error).__name__, timed_out=True) from error
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            raise NoAnswer(type(error).__name__, timed_out=False) from error
        return Reply(response.status, dict(response.headers), body)


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
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return Reply(started[0], started[1], body)


def _variable(name: str) -> str:
    variable = name.upper().replace("-", "_")
    return variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}"
