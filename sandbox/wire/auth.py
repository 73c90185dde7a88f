"""OAuth 2.0 client credentials: tokens given out, and tokens checked.

A token is a JWT of sixty minutes of real time. It names the client's version, so that rotating a secret ends the tokens
given out before; each call looks it up, so they end at once, in every process. The gateway and the fakes call each
other in this process with tokens that no client could ask for.
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
from sandbox.domain.quotas import NO_LIMITS, Quotas
from sandbox.store import accounts, terms
from sandbox.store.accounts import Client, Known
from sandbox.store.store import Store
from sandbox.wire.admission import Buckets, may_come_from
from sandbox.wire.calls import NOBODY, Answer, Call, Caller
from sandbox.world.keys import Keys

LIFETIME = 3600  # seconds
SEEN = 3_600_000  # milliseconds after which it is noted again that a tenant signed in
OPERATOR = "operator"  # the client whose secret is a setting
SCOPES = {kind: f"com.fibregateway.SANDBOX/{kind}.all.all" for kind in ("tenant", "supplier", "gateway", OPERATOR)}

_SELF = "(this process)"
_NO_TOKEN = (JoseError, ValueError, TypeError)  # what reading something else as a token may raise


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
    """Gives out and checks access tokens; the clients `barred` get none, and those that they have open nothing.

    `quotas` are those of whoever has none of its own; with an `operator_secret` there is an operator.
    `text`: a token's `expires_in` is written as text.
    """

    def __init__(
        self,
        store: Store,
        keys: Keys,
        buckets: Buckets,
        *,
        barred: frozenset[str],
        quotas: Quotas = NO_LIMITS,
        operator_secret: str = "",
        text: bool = False,
    ) -> None:
        self._store = store
        self._keys = keys
        self._barred = barred
        self._quotas = quotas
        self._expires_in = str(LIFETIME) if text else LIFETIME
        self._operator = _operator(keys, operator_secret) if operator_secret else None
        self._buckets = buckets
        key = OctKey.import_key(keys.signing)
        self._key = key
        self._claims = lru_cache(maxsize=4096)(lambda token: jwt.decode(token, key, algorithms=["HS256"]).claims)
        self._own: dict[Caller, tuple[Caller, str, int]] = {}

    def grant(self, call: Call, kinds: tuple[str, ...]) -> Answer:
        """The answer of a token endpoint that serves these kinds of clients."""
        try:
            client = self._client(call, kinds).client
        except Refused as refused:
            return _refusal(refused)
        claims = {
            "sub": client.client_id,
            "code": client.code,
            "ver": client.version,
            "scope": SCOPES[client.kind],
        }
        body = {"access_token": self._sign(claims), "expires_in": self._expires_in, "token_type": "Bearer"}
        return Answer(200, body, {"Cache-Control": "no-store"})

    def claimant(self, call: Call) -> Caller:
        """Whose credentials a token request shows; NOBODY where they are not right."""
        try:
            return self._caller(self._client(call, tuple(SCOPES)))
        except Refused:
            return NOBODY

    def own(self, caller: Caller) -> str:
        """A token for a call inside this process, on behalf of `caller`."""
        whoever = replace(caller, epoch=None, faults=0)  # one token each is kept, however often their world changes
        kept, token, until = self._own.get(whoever, (NOBODY, "", 0))
        if kept != caller or until < self._now():
            told = ("kind", "code", "world", "epoch", "faults")
            token = self._sign({"sub": _SELF, **{name: getattr(caller, name) for name in told}})
            self._own[whoever] = (caller, token, self._now() + LIFETIME // 2)
        return token

    def owner(self, authorization: str) -> str:
        """Whose token this Authorization header shows, whatever it opens now; "" for none of ours."""
        try:
            return str(self._claims(authorization.partition(" ")[2]).get("code", ""))
        except _NO_TOKEN:
            return ""

    def check(self, authorization: str, address: str) -> Caller:
        """Who presents this Authorization header from this address. Raises NOT_AUTHORISED, or 429 for too many."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorised("send an access token: Authorization: Bearer TOKEN")
        try:
            claims = self._claims(token)
        except _NO_TOKEN:
            raise _unauthorised("the access token is not one of ours: get one from the token endpoint") from None
        if claims["exp"] <= self._now():
            raise _unauthorised("the access token has expired: get a new one from the token endpoint")
        if claims["sub"] == _SELF:
            return Caller(claims["kind"], claims["code"], claims["world"], claims["epoch"], claims["faults"])
        known = self._known(claims["sub"])
        if known is None or known.client.version != claims["ver"]:
            raise _unauthorised("the access token was revoked: get a new one with the present secret")
        if not may_come_from(known.allowed_from, address):
            raise Problem(NOT_AUTHORISED, ("this tenant is not called from this address",), 403)
        client, caller = known.client, self._caller(known)
        most = caller.quotas.requests
        self._buckets.admit(client.owner or client.client_id, most, f"at most {most} requests a second")
        return caller

    def _caller(self, known: Known) -> Caller:
        client, quotas = known.client, self._quotas.but(known.agreed)
        return Caller(client.kind, client.code, client.world, known.epoch, known.faults, known.resets_at, quotas)

    def _known(self, client_id: str) -> Known | None:
        if client_id == OPERATOR:
            return self._operator
        if client_id in self._barred or "\0" in client_id:  # PostgreSQL takes no such text
            return None
        return self._store.query(lambda connection: accounts.find_client(connection, client_id))

    def _client(self, call: Call, kinds: tuple[str, ...]) -> Known:
        form: dict[str, Any] = call.body
        client_id, secret = _credentials(call.authorization, form)
        known = self._known(client_id)
        if known is None or not self._keys.matches(client_id, secret, known.client.secret_hash):
            raise Refused("invalid_client", "unknown client_id or wrong client_secret")
        client = known.client
        if client.kind not in kinds:
            raise Refused("unauthorized_client", f"a {client.kind}'s client gets its tokens elsewhere")
        if set(form.get("scope", "").split()) - {SCOPES[client.kind]}:
            raise Refused("invalid_request", f"the only scope of this client is {SCOPES[client.kind]}")
        if not may_come_from(known.allowed_from, call.address):
            raise Refused("unauthorized_client", "this tenant is not called from this address")
        self._note(known)
        return known

    def _note(self, known: Known) -> None:
        """That the owner was here: who stays away for long is closed by the timetable."""
        owner, now = known.client.owner, self._store.real_now()
        if owner is not None and known.seen_at is not None and now - known.seen_at >= SEEN:
            self._store.transact(lambda connection: terms.change_tenant(connection, owner, seen_at=now))

    def _sign(self, claims: dict[str, Any]) -> str:
        issued = self._now()
        return jwt.encode(
            {"alg": "HS256"}, {**claims, "iss": "fibre-sandbox", "iat": issued, "exp": issued + LIFETIME}, self._key
        )

    def _now(self) -> int:
        return self._store.real_now() // 1000


def _operator(keys: Keys, secret: str) -> Known:
    """The operator's client. Its version follows from the secret: another secret ends the tokens of the one before."""
    kept = keys.hash_secret(OPERATOR, secret)
    return Known(Client(OPERATOR, OPERATOR, "OPERATOR", "", kept, int(kept[:8], 16)), None, None, 0, None, "", {})


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
