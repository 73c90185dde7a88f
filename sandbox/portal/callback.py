"""Where a tenant's KCIs are pushed to, and how the gateway signs in there."""

from dataclasses import replace
from functools import partial
from typing import Any

from sandbox.domain.errors import INVALID_REQUEST, NOT_AUTHORISED, Problem
from sandbox.gateway.ownership import prove, state_of
from sandbox.parts import Parts
from sandbox.store import accounts, kcis
from sandbox.store.accounts import Tenant
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.wire.outbound import NO_AUTH, check_auth, check_url, seal, shown
from sandbox.world.keys import new_webhook_secret


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the callback's operations."""
    return {
        "getCallback": partial(show, parts),
        "setCallback": partial(register, parts),
        "challengeCallback": partial(challenge, parts),
    }


def show(parts: Parts, call: Call) -> Answer:
    """GET /callback. The secret was shown when it was made; what signs in is never shown."""
    tenant = _tenant(parts, call)
    return Answer(200, _shown(parts, tenant))


def challenge(parts: Parts, call: Call) -> Answer:
    """POST /callback/challenge: ask the host now, and not before the first KCI, whether it wants them."""
    tenant = _tenant(parts, call)
    if tenant.callback_url is None:
        raise Problem(INVALID_REQUEST, ("no callback is registered: PUT /_sandbox/callback first",), 409)
    why = prove(parts, tenant)
    answer = _shown(parts, _tenant(parts, call))
    return Answer(200, answer if why is None else answer | {"reason": why})


def _shown(parts: Parts, tenant: Tenant) -> dict[str, Any]:
    shape = {"url": tenant.callback_url, "auth": shown(parts.keys, tenant.callback_auth)}
    state = state_of(parts, tenant)
    return shape if state is None else {**shape, "state": state}


def register(parts: Parts, call: Call) -> Answer:
    """PUT /callback: where KCIs are pushed from now on. The secret stays the same as long as the tenant does; `auth`
    is replaced with the URL, so what is left out is none.
    """
    url: str | None = call.body["url"]
    auth: dict[str, Any] = call.body.get("auth", NO_AUTH)
    local = parts.settings.local_mode
    if url is not None:
        check_url("/url", url, local=local)
    check_auth("/auth", auth, url or "", local=local)
    sealed = seal(parts.keys, auth)
    fresh = parts.keys.encrypt(new_webhook_secret())

    def keep(tx: Tx) -> Tenant:
        tenant = accounts.find_tenant(tx.connection, call.caller.code, lock=True)
        if tenant is None:
            raise _no_tenant()
        secret = tenant.callback_secret or fresh
        accounts.set_callback(tx.connection, tenant.code, url, secret, sealed)
        if url is None:
            kcis.settle_pending(tx, tenant.code)  # nobody is pushed to: the mailbox is the delivery
        return replace(tenant, callback_url=url, callback_secret=secret, callback_auth=sealed)

    kept = parts.write(call, keep)
    return Answer(200, _shown(parts, kept) | {"secret": parts.keys.decrypt(kept.callback_secret or fresh)})


def _tenant(parts: Parts, call: Call) -> Tenant:
    found = parts.store.query(lambda connection: accounts.find_tenant(connection, call.caller.code))
    if found is None:
        raise _no_tenant()
    return found


def _no_tenant() -> Problem:
    return Problem(NOT_AUTHORISED, ("only a tenant has a callback: read your KCIs from the inbox",), 403)
