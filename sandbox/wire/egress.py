"""The only way out: every connection to a place that somebody else named is opened here, or refused.

A name is resolved once, each of its addresses is judged, and the connection is made to one that was judged: there is no
second look-up that could give another address. No proxy is asked, and no redirect is followed. An answer, its head
included, has to come within the time that there is for it, however slowly it is sent.
"""

import http.client
import io
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ClassVar

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

from sandbox.domain.reach import fault_of_address
from sandbox.world.clock import stopwatch
from sandbox.world.turns import away

RESOLVERS = 16  # names looked up at once; the system's resolver knows no time-out of its own

Address = tuple[Any, ...]  # as sockets have it: host, port, and for IPv6 two numbers
Resolve = Callable[[str, int], list[Address]]
Dial = Callable[[Address, float], socket.socket]


class Forbidden(HTTPError):
    """The place may not be reached; the message says why."""


def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a host. Raises OSError."""
    return [found[4] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def dial(address: Address, seconds: float) -> socket.socket:
    """A connection to this very address. Raises OSError."""
    opened = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.settimeout(seconds)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.connect(address)
    except BaseException:
        opened.close()
        raise
    return opened


class Egress:
    """Opens connections; in local mode to this machine too."""

    def __init__(self, *, local: bool, resolve: Resolve = resolve, dial: Dial = dial) -> None:
        self.local = local
        self._resolve = resolve
        self._dial = dial
        self._resolvers = ThreadPoolExecutor(RESOLVERS, "resolver")

    def pool(self, **settings: Any) -> urllib3.PoolManager:
        """Connections to many hosts, all of them opened here."""
        made = urllib3.PoolManager(retries=False, **settings)
        made.pool_classes_by_scheme = {
            "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": self._kind(HTTPConnection)}),
            "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": self._kind(HTTPSConnection)}),
        }
        return made

    def _kind(self, of: type[HTTPConnection]) -> type[HTTPConnection]:
        return type(f"Guarded{of.__name__}", (_Guarded, of), {"egress": self})

    def open(self, connection: HTTPConnection) -> socket.socket:
        """A connection to one of the host's addresses. Raises Forbidden, or urllib3's own errors."""
        host, seconds = connection.host.strip("[]"), float(connection.timeout or 0)
        until = stopwatch() + seconds
        try:
            addresses = self._resolvers.submit(self._resolve, host, connection.port).result(seconds)
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, "the name was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise NameResolutionError(host, connection, socket.gaierror(str(error))) from error
        for address in addresses:
            if fault := fault_of_address(address[0], local=self.local):
                raise Forbidden(fault)
        return self._open_first(connection, addresses, until)

    def _open_first(self, connection: HTTPConnection, addresses: list[Address], until: float) -> socket.socket:
        failure: OSError | None = None
        for address in addresses:
            left = until - stopwatch()
            if left <= 0:
                break
            try:
                return self._dial(address, left)
            except OSError as error:
                failure = error
        if failure is None or isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(connection, "no connection in time") from failure
        raise NewConnectionError(connection, f"no connection: {failure}") from failure


class _Guarded(HTTPConnection):
    """A connection that is opened by an Egress, and whose answers come in time."""

    egress: ClassVar[Egress]

    def connect(self) -> None:
        """Connect, in somebody else's time."""
        with away():
            super().connect()

    def _new_conn(self) -> socket.socket:
        return self.egress.open(self)

    def request(self, *args: Any, **named: Any) -> None:
        """Send a request; on a connection that is kept, with the time that there is for this one."""
        if self.sock is not None:
            self.sock.settimeout(float(self.timeout or 0))
        super().request(*args, **named)

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]
        """The answer, of which every read ends by the time-out that there is for all of it."""
        until = stopwatch() + float(self.timeout or 0)
        self.response_class = partial(_response, until)  # type: ignore[assignment]
        return super().getresponse()


def _response(until: float, sock: socket.socket, *more: Any, **named: Any) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(sock, *more, **named)
    response.fp = io.BufferedReader(_Until(sock, response.fp.detach(), until))
    return response


class _Until(io.RawIOBase):
    """What comes from a socket, until a moment of the stopwatch."""

    def __init__(self, sock: socket.socket, raw: Any, until: float) -> None:
        self._sock = sock
        self._raw = raw
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        left = self._until - stopwatch()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)
        with away():
            return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
