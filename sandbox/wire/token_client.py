"""Access tokens from other people's token endpoints: kept, as published, until shortly before they expire."""

import base64
import re
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

from sandbox.wire.outbound import ClientCredentials
from sandbox.wire.reading import parse_json
from sandbox.world.turns import away

KEPT = 256  # peers whose token is remembered
UNTOLD = 300  # seconds that a token is used for when its lifetime is not told
LONGEST = 86_400  # seconds that any token is used for
MARGIN = 30  # seconds before its end, or a tenth of a shorter life, after which it is not presented any more

_TOKEN = re.compile(r"[!-~]{1,8192}")


class NoTokenError(Exception):
    """The token endpoint gave no token."""


class TokenShelf:
    """One token for each way of signing in. `now` gives real time in milliseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._kept = lru_cache(KEPT)(_Kept)

    def get(self, auth: ClientCredentials, fetch: Callable[[], Any], refused: str | None = None) -> str:
        """The token at hand, or a new one by `fetch()`, which gives the endpoint's JSON answer. A token that the peer
        `refused` is not given again. Raises NoTokenError when the answer holds none.
        """
        kept = self._kept(auth)
        with away(), kept.lock:  # who comes meanwhile waits for the one fetch
            if kept.until <= self._now() or kept.token == refused:
                kept.token, lifetime = _read(fetch())
                kept.until = self._now() + int((lifetime - min(MARGIN, lifetime / 10)) * 1000)
            return kept.token


class _Kept:
    def __init__(self, _auth: ClientCredentials) -> None:
        self.lock = threading.Lock()
        self.token = ""
        self.until = 0


def token_request(auth: ClientCredentials) -> tuple[dict[str, str], bytes]:
    """(headers, body) of a token request. The credentials go as HTTP Basic: every server takes it (RFC 6749 2.3.1)."""
    scope = {} if auth.scope is None else {"scope": auth.scope}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Authorization": basic(quote_plus(auth.client_id), quote_plus(auth.client_secret)),
    }
    return headers, urlencode({"grant_type": "client_credentials", **scope}).encode()


def token_answer(status: int, body: bytes) -> Any:
    """The JSON of a token endpoint's answer. Raises NoTokenError with OAuth's word for a refusal."""
    try:
        value = parse_json(body)
    except ValueError:
        raise NoTokenError(f"the token endpoint answered {status} without JSON") from None
    if status != 200:
        error = value.get("error") if isinstance(value, dict) else None
        told = error if isinstance(error, str) and re.fullmatch(r"[a-z_]{1,40}", error) else "no reason"
        raise NoTokenError(f"the token endpoint answered {status}: {told}")
    return value


def basic(username: str, password: str) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def _read(answer: Any) -> tuple[str, float]:
    """(token, seconds). Published: `expires_in` is declared a string and shown as a number, so both are read."""
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise NoTokenError("the token endpoint's answer holds no access_token")
    if str(answer.get("token_type", "Bearer")).lower() != "bearer":
        raise NoTokenError("the token endpoint's answer is not a bearer token")
    try:
        lifetime = float(answer.get("expires_in", UNTOLD))
    except (TypeError, ValueError):
        return token, UNTOLD
    return token, min(lifetime, LONGEST) if lifetime >= 0 else UNTOLD
