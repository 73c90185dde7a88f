"""OAuth 2.0 client credentials: tokens given out, and tokens checked.

A token is a JWT of sixty minutes of real time. It names the client's version, so that rotating a secret ends the tokens
given out before. The gateway and the fakes call each other in this process with tokens that no client could ask for.
"""

import base64
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from sandbox.domain.errors import INVALID_REQUEST, NOT_AUTHORISED, Problem
from sandbox.store import accounts
from sandbox.store.store import Store
from sandbox.wire.calls import NOBODY, Answer, Call, Caller
from sandbox.world.keys import Keys

LIFETIME = 3600  # seconds
SCOPES = {kind: f"com.fibregateway.SANDBOX/{kind}.all.all" for kind in ("tenant", "supplier", "gateway")}

_SELF = "(this process)"


@dataclass(eq=False)
class Refused(Exception):
    """A token request that is refused, in OAuth's words."""

    error: str
    description: str


def unreadable(problem: Problem) -> Answer:
    """A token request that does not fit its document, in OAuth's words. Raises what has the usual error body."""
    if problem.status is not None:
        raise problem
    wrong_type = problem.code == INVALID_REQUEST and any(text.startswith("/grant_type:") for text in problem.messages)
    return _refusal(Refused("unsupported_grant_type" if wrong_type else "invalid_request", "; ".join(problem.messages)))


def _refusal(refused: Refused) -> Answer:
    description = refused.description.replace('"', "'").replace("\\", "/")  # RFC 6749 5.2 keeps both out
    body = {"error": refused.error, "error_description": description}
    return Answer(400, body, {"Cache-Control": "no-store"})


class Tokens:
    """Gives out and checks access tokens; the clients `barred` get none, and those that they have open nothing."""

    def __init__(self, store: Store, keys: Keys, *, barred: frozenset[str]) -> None:
        self._store = store
        self._keys = keys
        self._barred = barred
        key = OctKey.import_key(keys.signing)
        self._key = key
        self._claims = lru_cache(maxsize=4096)(lambda token: jwt.decode(token, key, algorithms=["HS256"]).claims)
        self._own: dict[Caller, tuple[Caller, str, int]] = {}

    def grant(self, call: Call, kinds: tuple[str, ...]) -> Answer:
        """The answer of a token endpoint that serves these kinds of clients."""
        try:
            client = self._client(call, kinds)
        except Refused as refused:
            return _refusal(refused)
        claims = {"sub": client.client_id, "ver": client.version, "scope": SCOPES[client.kind]}
        body = {"access_token": self._sign(claims), "expires_in": LIFETIME, "token_type": "Bearer"}
        return Answer(200, body, {"Cache-Control": "no-store"})

    def claimant(self, call: Call) -> Caller:
        """Whose credentials a token request shows; NOBODY where they are not right."""
        try:
            client = self._client(call, tuple(SCOPES))
        except Refused:
            return NOBODY
        found = self._store.query(lambda connection: accounts.find_caller(connection, client.client_id))
        return NOBODY if found is None else Caller(client.kind, client.code, client.world, *found[1:])

    def own(self, caller: Caller) -> str:
        """A token for a call inside this process, on behalf of `caller`."""
        whoever = replace(caller, epoch=None, faults=0)  # one token each is kept, however often their world changes
        kept, token, until = self._own.get(whoever, (NOBODY, "", 0))
        if kept != caller or until < self._now():
            token = self._sign({"sub": _SELF, **vars(caller)})
            self._own[whoever] = (caller, token, self._now() + LIFETIME // 2)
        return token

    def check(self, authorization: str) -> Caller:
        """Who presents this Authorization header. Raises NOT_AUTHORISED."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorised("send an access token: Authorization: Bearer TOKEN")
        try:
            claims = self._claims(token)
        except (JoseError, ValueError):
            raise _unauthorised("the access token is not one of ours: get one from the token endpoint") from None
        if claims["exp"] <= self._now():
            raise _unauthorised("the access token has expired: get a new one from the token endpoint")
        if claims["sub"] == _SELF:
            return Caller(claims["kind"], claims["code"], claims["world"], claims["epoch"], claims["faults"])
        found = self._store.query(lambda connection: accounts.find_caller(connection, claims["sub"]))
        if found is None or found[0].version != claims["ver"] or claims["sub"] in self._barred:
            raise _unauthorised("the access token was revoked: get a new one with the present secret")
        client, epoch, faults = found
        return Caller(client.kind, client.code, client.world, epoch, faults)

    def _client(self, call: Call, kinds: tuple[str, ...]) -> accounts.Client:
        form: dict[str, Any] = call.body
        client_id, secret = _credentials(call.authorization, form)
        known = "\0" not in client_id  # PostgreSQL takes no such text
        client = self._store.query(lambda connection: accounts.find_client(connection, client_id)) if known else None
        if client is None or client_id in self._barred or not self._keys.matches(client_id, secret, client.secret_hash):
            raise Refused("invalid_client", "unknown client_id or wrong client_secret")
        if client.kind not in kinds:
            raise Refused("unauthorized_client", f"a {client.kind}'s client gets its tokens elsewhere")
        if set(form.get("scope", "").split()) - {SCOPES[client.kind]}:
            raise Refused("invalid_request", f"the only scope of this client is {SCOPES[client.kind]}")
        return client

    def _sign(self, claims: dict[str, Any]) -> str:
        issued = self._now()
        return jwt.encode(
            {"alg": "HS256"}, {**claims, "iss": "fibre-sandbox", "iat": issued, "exp": issued + LIFETIME}, self._key
        )

    def _now(self) -> int:
        return self._store.real_now() // 1000


def _credentials(authorization: str, form: dict[str, Any]) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if not authorization:
        if "client_id" not in form or "client_secret" not in form:
            raise Refused(
                "invalid_request", "send the credentials as HTTP Basic, or client_id and client_secret in the form"
            )
        return form["client_id"], form["client_secret"]
    if scheme.lower() != "basic":
        raise Refused("invalid_request", "the Authorization header must be HTTP Basic: base64(client_id:client_secret)")
    try:
        client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:  # not Base64, or not UTF-8 inside
        raise Refused("invalid_request", "HTTP Basic must be base64(client_id:client_secret)") from None
    if form.get("client_id", client_id) not in (client_id, unquote_plus(client_id)):
        raise Refused("invalid_request", "the client_id of the form is not the one of the Authorization header")
    return unquote_plus(client_id), unquote_plus(secret)  # RFC 6749 2.3.1 has both form-encoded first


def _unauthorised(message: str) -> Problem:
    return Problem(NOT_AUTHORISED, (message,))
