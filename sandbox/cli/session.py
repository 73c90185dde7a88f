"""A tenant's way into a sandbox, for the commands that use one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import click
import orjson
import urllib3

# A run of the world's clock takes up to half a minute, and the last thing in it a time-out more.
PATIENCE = 90  # seconds

# Sends (method, path, headers, body) and gives (status, body) back; raises Unreachable.
Send = Callable[[str, str, Mapping[str, str], bytes | None], tuple[int, bytes]]

Command = TypeVar("Command", bound=Callable[..., Any])


class Failure(click.ClickException):
    """What ends a command: one line on stderr, exit code 2."""

    exit_code = 2


class Unreachable(Failure):
    """No usable answer this time; there may be one later."""


class Refused(Failure):
    """The sandbox refused what it was asked."""


@dataclass
class Session:
    """A client of the sandbox at `url`, which renews its token when that has expired."""

    send: Send
    url: str
    client_id: str
    client_secret: str
    token: str = ""

    def sign_in(self) -> None:
        """Get a token. Raises Refused for wrong credentials."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = self._send("POST", "/v1/auth/tenant/access-token", headers, urlencode(form).encode())
        if status != 200:
            raise Refused(f"{self.url} gives {self.client_id} no token: {_reason(status, body)}")
        self.token = body["access_token"]

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        signed: bool = True,
    ) -> Any:
        """The JSON of an answer that is a success, None for none; with a token, unless it is not to be `signed`. Raises
        Refused with the sandbox's own words, or Unreachable.
        """
        content = None if body is None else orjson.dumps(body)
        path = f"{path}?{urlencode(query)}" if query else path
        sent = {"Content-Type": "application/json"} if body is not None else {}
        sent |= headers or {}
        if signed and not self.token:
            self.sign_in()
        status, answer = self._send(method, path, sent | self._signature(signed), content)
        if signed and status == 401:
            self.sign_in()
            status, answer = self._send(method, path, sent | self._signature(signed), content)
        if status in (429, 503):
            raise Unreachable(f"{self.url} is busy: {_reason(status, answer)}")
        if status >= 300:
            raise Refused(_reason(status, answer))
        return answer

    def _signature(self, signed: bool) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if signed else {}

    def _send(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None) -> tuple[int, Any]:
        status, raw = self.send(method, path, headers, content)
        try:
            return status, None if status == 204 else orjson.loads(raw)
        except orjson.JSONDecodeError:
            answered = f"HTTP {status} to {method} {path}"
            raise Refused(f"{self.url} does not answer as a sandbox does ({answered})") from None


def over_http(url: str) -> Send:
    """Sends to the sandbox served at this URL."""
    pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=5, read=PATIENCE))

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
        try:
            response = pool.request(method, url + path, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(f"no sandbox answers at {url} ({why(error)}): start one with `sandbox serve`") from error
        return response.status, response.data

    return send


def why(error: Exception) -> str:
    """A failed call in a few words."""
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "unknown host"
    if isinstance(error, urllib3.exceptions.NewConnectionError):  # before time-outs: urllib3 counts it among them
        return "connection refused" if isinstance(error.__cause__, ConnectionRefusedError) else "cannot connect"
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "no answer in time"
    return "the connection broke"


def connection(command: Command) -> Command:
    """The options that say which sandbox, and as whom: the first demo tenant of one started by `make run`."""
    options = (
        click.option("--url", default="http://127.0.0.1:8800", show_default=True, callback=http_url, help="Sandbox."),
        click.option("--client-id", default="tenant1", show_default=True, help="Whose client."),
        click.option("--client-secret", default=None, help="Its secret.  [default: CLIENT_ID-secret]"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def open_session(url: str, client_id: str, client_secret: str | None) -> Session:
    """The session that the options of `connection` describe. The demo clients' secrets follow from their names."""
    url = url.rstrip("/")
    return Session(over_http(url), url, client_id, client_secret or f"{client_id}-secret")


def http_url(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """An http or https URL, as it stands."""
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise click.BadParameter(f"{value} is not a URL such as http://127.0.0.1:8800")
    return value


def _reason(status: int, body: Any) -> str:
    """What a refusal says, in one line: the published error body, or OAuth's."""
    known = body if isinstance(body, dict) else {}
    said = known.get("messages") or [known.get("error_description") or f"HTTP {status}"]
    return "; ".join(" ".join(str(each).split()) for each in said)
