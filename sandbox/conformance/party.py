"""The system under test, as the suite calls it: every answer within a time and a size, or a clear cause why not."""

import json
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.conformance import shapes
from sandbox.conformance.exchange import Exchange
from sandbox.conformance.realtime import elapsed, new_name, rest
from sandbox.conformance.verdicts import CouldNotTest

LARGEST = 5_000_000  # bytes of an answer that are read
PIECES, PAUSE = 10, 0.1  # of what is sent slowly; seconds
GIVE_UP = 3  # calls in a row without an answer, after which nothing more is asked

Connect = Callable[[], httpx.Client]


@dataclass
class Party:
    """One side that is called, by the operations of one document. `exchanges` is everything that was said.

    `basic` are the headers of every call; each call gets a fresh X-Request-ID besides.
    """

    document: str
    url: str
    client: httpx.Client
    token: Callable[[], str | None]
    basic: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 10
    now: Callable[[], float] = elapsed
    rest: Callable[[float], None] = rest
    exchanges: list[Exchange] = field(default_factory=list)
    refused: int = 0
    cause: str = ""

    def ask(
        self,
        operation: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        path: Mapping[str, Any] | None = None,
        raw: str | None = None,
    ) -> Exchange:
        """Call an operation. A header of None is left out; `raw` is sent as it stands. Raises CouldNotTest."""
        known = shapes.operation(self.document, operation)
        where = known.path.format(**{name: str(value) for name, value in (path or {}).items()})
        content = raw if raw is not None else None if body is None else json.dumps(body)
        sent = {"X-Request-ID": new_name(), **self.basic}
        token = self.token()
        if token is not None:
            sent["Authorization"] = token
        if content is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name: value for name, value in (headers or {}).items() if value is not None}
        for name in [name for name, value in (headers or {}).items() if value is None]:
            sent.pop(name, None)
        params = [(name, text) for name, value in (query or {}).items() for text in _as_texts(value)]
        exchange = self.send(operation, known.method, f"{self.url}{where}", params, sent, content, body)
        self.exchanges.append(exchange)
        return exchange

    def send(
        self,
        operation: str,
        method: str,
        url: str,
        params: list[tuple[str, str]],
        headers: Mapping[str, str],
        content: str | None,
        body: Any = None,
        *,
        slowly: bool = False,
    ) -> Exchange:
        """One call. Raises CouldNotTest with the cause, at once after the third failure in a row."""
        if self.refused >= GIVE_UP:
            raise CouldNotTest(self.cause)
        try:
            sent = _slow(content, self.rest) if slowly and content is not None else content
            found = call(self.client, method, url, params, headers, sent, self.seconds, self.now)
        except CouldNotTest as failure:
            self.refused += 1
            self.cause = str(failure)
            raise
        self.refused = 0
        status, names, raw, taken, full = found
        shown = body if body is not None else content
        return Exchange(operation, method, full, dict(headers), shown, status, names, raw, taken, _json(raw))


def call(
    client: httpx.Client,
    method: str,
    url: str,
    params: Sequence[tuple[str, str]],
    headers: Mapping[str, str],
    content: "str | Slow | None",
    seconds: float,
    now: Callable[[], float] = elapsed,
) -> tuple[int, dict[str, str], bytes, float, str]:
    """(status, headers, body, seconds, whole URL) of an answer, read at most for so long and so far."""
    began = now()
    slow = content if isinstance(content, Slow) else None
    length = {} if slow is None else {"Content-Length": str(slow.length)}
    try:
        request = client.build_request(
            method,
            url,
            params=httpx.QueryParams(tuple(params)) if params else None,
            headers=dict(headers) | length,
            content=content,
        )
        response = client.send(request, stream=True)
        if slow is not None:
            slow.pause()
        try:
            raw = _read(response.iter_raw(), lambda: now() > began + seconds, url)
        finally:
            response.close()
    except httpx.TimeoutException as error:
        raise CouldNotTest(f"{url} did not answer within {seconds:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        raise CouldNotTest(f"{url} cannot be reached: {_why(error)}") from error
    return response.status_code, dict(response.headers), raw, now() - began, str(request.url)


@dataclass(frozen=True)
class Slow:
    """Content that is sent in pieces with a pause after each; and one more before the answer is read."""

    content: bytes
    pause: Callable[[], None]

    @property
    def length(self) -> int:
        """Bytes."""
        return len(self.content)

    def __iter__(self) -> Iterator[bytes]:
        size = -(-len(self.content) // PIECES) or 1
        for place in range(0, len(self.content), size):
            yield self.content[place : place + size]
            self.pause()


def _slow(content: str, rest: Callable[[float], None]) -> Slow:
    return Slow(content.encode(), lambda: rest(PAUSE))


def _read(pieces: Iterable[bytes], over: Callable[[], bool], url: str) -> bytes:
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > LARGEST:
            raise CouldNotTest(f"{url} answered with more than {LARGEST // 1_000_000} MB")
        if over():
            raise CouldNotTest(f"{url} was still sending its answer when its time was over")
    return bytes(found)


def _why(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    return f"TLS: {text}" if "SSL" in text.upper() or "CERTIFICATE" in text.upper() else text


def _as_texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return [json.dumps(value) if isinstance(value, dict) else str(value)]


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def over_http(auth: Mapping[str, Any], seconds: float) -> httpx.Client:
    """A client for a system with this way of signing in. Raises CouldNotTest for a certificate that cannot be used."""
    verify: ssl.SSLContext | bool = True
    if auth.get("kind") == "mtls" or auth.get("authority"):
        try:
            verify = ssl.create_default_context(cafile=auth.get("authority"))
            if auth.get("kind") == "mtls":
                verify.load_cert_chain(auth["certificate"], auth.get("key"))
        except (OSError, ssl.SSLError) as error:
            raise CouldNotTest(f"the certificate of the profile cannot be used: {error}") from error
    return httpx.Client(timeout=seconds, verify=verify, trust_env=False, headers={"Accept-Encoding": "identity"})


class SignIn:
    """The Authorization header of a profile's `auth`; an OAuth token is fetched when it is first needed, and kept."""

    def __init__(self, auth: Mapping[str, Any], client: httpx.Client, seconds: float) -> None:
        self._auth, self._client, self._seconds = auth, client, seconds
        self._header: str | None = None
        self._until = 0.0

    def __call__(self) -> str | None:
        """The header's value, None for none. Raises CouldNotTest where no token is given."""
        kind = self._auth["kind"]
        if kind == "bearer":
            return f"Bearer {self._auth['token']}"
        if kind == "basic":
            return _basic(self._auth["username"], self._auth["password"])
        if kind == "oauth2" and elapsed() > self._until:
            self._header = f"Bearer {self._fetch()}"
        return self._header

    def _fetch(self) -> str:
        url = self._auth["tokenUrl"]
        form = {"grant_type": "client_credentials", "client_id": self._auth["clientId"]}
        form |= {"client_secret": self._auth["clientSecret"]}
        form |= {"scope": self._auth["scope"]} if "scope" in self._auth else {}
        content = httpx.QueryParams(form)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _, raw, _, _ = call(self._client, "POST", url, [], headers, str(content), self._seconds)
        answer = _json(raw)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if status != 200 or not isinstance(token, str):
            raise CouldNotTest(f"wrong credentials? {url} answered {status} to the client {self._auth['clientId']}")
        lasts = answer.get("expires_in")
        self._until = elapsed() + (lasts * 0.8 if isinstance(lasts, int) else 600)
        return token


def _basic(name: str, password: str) -> str:
    request = httpx.Request("GET", "http://localhost")
    flow = httpx.BasicAuth(name, password).auth_flow(request)
    return str(next(flow).headers["Authorization"])
