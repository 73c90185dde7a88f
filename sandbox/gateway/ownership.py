"""Whose a callback's host is: before it gets its first KCI, it must show that it wants them.

The challenge is a signed POST to the callback itself, with a nonce that the host echoes. So whoever points the sandbox
at somebody else's server brings that server challenges, and never a KCI.
"""

import hmac
from typing import Any

import orjson

from sandbox.domain.reach import is_own_machine, origin_of
from sandbox.gateway.signing import signed
from sandbox.parts import Parts
from sandbox.store import accounts
from sandbox.store.accounts import Tenant
from sandbox.wire.courier import NoAnswer, Parcel, Reply
from sandbox.wire.outbound import unseal
from sandbox.world.keys import new_token

MEMBER, HEADER = "challenge", "sandbox-challenge"
VERIFIED, PENDING = "verified", "pending"

UNANSWERED = "the host did not echo the challenge"


def state_of(parts: Parts, tenant: Tenant) -> str | None:
    """Whether the callback's host has shown that it wants KCIs; None where there is no callback."""
    if tenant.callback_url is None:
        return None
    own = parts.settings.local_mode and is_own_machine(tenant.callback_url)
    return VERIFIED if own or tenant.callback_proved == origin_of(tenant.callback_url) else PENDING


def prove(parts: Parts, tenant: Tenant) -> str | None:
    """Challenge the host, unless it has answered before: why it may not get KCIs yet, or None."""
    if state_of(parts, tenant) != PENDING or tenant.callback_url is None:
        return None
    url, nonce = tenant.callback_url, new_token()
    body, message = orjson.dumps({MEMBER: nonce}), f"challenge-{new_token()}"
    headers = signed(parts, tenant.callback_secret, message, body, message, MEMBER)
    timeout, auth = parts.settings.push_timeout, unseal(parts.keys, tenant.callback_auth)
    try:
        reply = parts.courier.send(Parcel("POST", url, headers, body, timeout=timeout, auth=auth))
    except NoAnswer as silence:
        return f"{UNANSWERED}: {silence.reason}"
    if not 200 <= reply.status < 300:
        return f"{UNANSWERED}: status {reply.status}"
    if not hmac.compare_digest(_echoed(reply).encode(), nonce.encode()):
        return UNANSWERED
    parts.store.transact(lambda connection: accounts.set_proved(connection, tenant.code, origin_of(url)))
    return None


def _echoed(reply: Reply) -> str:
    """The nonce as it came back: in the header, or in the body, there as it stands or in a member."""
    header = next((value for name, value in reply.headers.items() if name.lower() == HEADER), None)
    if header is not None:
        return header
    try:
        value: Any = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return reply.body.decode(errors="replace").strip()
    return str(value.get(MEMBER, "") if isinstance(value, dict) else value)
