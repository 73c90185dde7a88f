"""The suites' connections where a partner names the target: opened like all others, or refused.

Only the process of a conformance run loads this: httpx comes with the suites, not with the sandbox.
"""

from collections.abc import Iterator

import httpx
import urllib3

from sandbox.wire.egress import Egress, Forbidden

PIECE = 65_536  # bytes that are read at a time


def client(*, local: bool, seconds: float) -> httpx.Client:
    """A client that reaches public addresses only, in local mode this machine too. `seconds` are for one answer."""
    transport = _Guarded(Egress(local=local), seconds)
    headers = {"Accept-Encoding": "identity"}
    return httpx.Client(transport=transport, timeout=seconds, trust_env=False, headers=headers)


class _Guarded(httpx.BaseTransport):
    def __init__(self, egress: Egress, seconds: float) -> None:
        self._pool = egress.pool(num_pools=8, maxsize=8)
        self._seconds = seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, of which the body is read as it is asked for."""
        try:
            answer = self._pool.request(
                request.method,
                str(request.url),
                body=request.stream if "Content-Length" in request.headers else None,  # type: ignore[arg-type]
                headers=dict(request.headers),
                timeout=self._seconds,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except Forbidden as error:
            raise httpx.ConnectError(f"not sent: {error}", request=request) from error
        except urllib3.exceptions.NewConnectionError as error:  # urllib3 counts it among the time-outs
            raise httpx.ConnectError(str(error), request=request) from error
        except urllib3.exceptions.TimeoutError as error:
            raise httpx.ReadTimeout(str(error), request=request) from error
        except urllib3.exceptions.HTTPError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        return httpx.Response(answer.status, headers=list(answer.headers.items()), stream=_Body(answer))

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.clear()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: urllib3.BaseHTTPResponse) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        try:
            while piece := self._answer.read1(PIECE, decode_content=False):
                yield piece
        except urllib3.exceptions.TimeoutError as error:
            raise httpx.ReadTimeout(str(error)) from error
        except urllib3.exceptions.HTTPError as error:
            raise httpx.ReadError(str(error)) from error

    def close(self) -> None:
        self._answer.drain_conn() if self._answer.length_remaining == 0 else self._answer.close()
        self._answer.release_conn()
