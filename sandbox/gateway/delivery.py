"""Giving a KCI to its tenant: into ledger and mailbox at once, then pushed until the tenant's endpoint has taken it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from standardwebhooks import Webhook

from sandbox.domain import kci
from sandbox.domain.durations import to_text
from sandbox.domain.errors import INVALID_REQUEST, Problem, not_found
from sandbox.domain.ids import make_id
from sandbox.domain.orders import Order, Update
from sandbox.parts import Parts
from sandbox.store import accounts, kcis, lanes, timeline
from sandbox.store.accounts import Tenant
from sandbox.store.kcis import Kci
from sandbox.store.lanes import Job, NewJob
from sandbox.store.store import Tx
from sandbox.wire.courier import NoAnswer, Parcel
from sandbox.world.player import Settle


def announce(tx: Tx, order: Order, update: Update) -> Order:
    """Tell the tenant: the KCI takes the next number and the order as it stands. The order returned is to be saved."""
    order = replace(order, sequence=order.sequence + 1)
    kci_id = make_id(tx.world.seed, tx.world.epoch, "kci", order.tenant, order.id, order.sequence)
    body = kci.envelope(kci_id, order, update, tx.now)
    tenant = accounts.find_tenant(tx.connection, order.tenant)
    pushed = tenant is not None and tenant.callback_url is not None
    status = kci.PENDING if pushed else kci.DELIVERED  # with no callback the mailbox is the delivery
    kcis.add(
        tx, Kci(order.tenant, kci_id, order.id, order.sequence, order.conversation, status, tx.now, orjson.dumps(body))
    )
    detail = {
        "id": kci_id,
        "sequenceNumber": order.sequence,
        "updateType": update.update_type,
        **update.content,
        "status": order.status,
    }
    timeline.note(tx, order.tenant, order.id, "kci", detail)
    if pushed:
        _queue(tx, order.tenant, order.id, kci_id, order.sequence)
    return order


def resend(tx: Tx, owner: str, kci_id: str) -> str:
    """Push a KCI again, the same id and bytes; its delivery status now. Raises NOT_FOUND, or 409 without a callback."""
    found = kcis.find(tx, owner, kci_id)
    if found is None:
        raise not_found(f"no KCI {kci_id} was handed over to you")
    tenant = accounts.find_tenant(tx.connection, owner)
    if tenant is None or tenant.callback_url is None:
        raise Problem(INVALID_REQUEST, ("no callback is registered: PUT /_sandbox/callback first",), 409)
    kcis.set_status(tx, owner, kci_id, kci.PENDING)
    lanes.withdraw(tx, _lane(owner, found.order_id), rank=found.sequence)  # a retry that waits: this comes instead
    again = accounts.next_number(tx.connection, tx.world.name, owner, "resend")
    _queue(tx, owner, found.order_id, kci_id, found.sequence, again)
    return kci.PENDING


def _queue(tx: Tx, tenant: str, order_id: int, kci_id: str, sequence: int, resend: int = 0) -> None:
    job = NewJob("push", tx.now, {"order": order_id, "kci": kci_id, "resend": resend}, rank=sequence)
    lanes.queue(tx, _lane(tenant, order_id), tenant, [job])


def _lane(tenant: str, order_id: int) -> str:
    return f"push {tenant} {order_id}"


def headers_for(parts: Parts, secret: bytes | None, found: Kci, request_id: str) -> dict[str, str]:
    """The headers of a push: the published ones, and a Standard Webhooks signature where there is a key."""
    headers = {
        "Content-Type": "application/json",
        "X-Request-ID": request_id,
        "X-Conversation-ID": found.conversation,
        "webhook-id": found.id,
    }
    if secret is not None:
        signed_at = datetime.fromtimestamp(parts.clock.now() // 1000, UTC)
        headers["webhook-timestamp"] = str(int(signed_at.timestamp()))
        signer = Webhook(parts.keys.decrypt(secret))
        headers["webhook-signature"] = signer.sign(found.id, signed_at, found.body.decode())
    return headers


def push(parts: Parts, job: Job) -> Settle:
    """Try to deliver one KCI. Anything but 2xx is tried again, by the schedule; the order's later KCIs wait."""
    kci_id = job.payload["kci"]

    def look(tx: Tx) -> tuple[Kci | None, Tenant | None, str]:
        attempt = (job.payload["resend"], job.attempts)  # published: the request id changes with each request
        request_id = make_id(tx.world.seed, tx.world.epoch, "push", job.owner, kci_id, *attempt)
        return kcis.find(tx, job.owner, kci_id), accounts.find_tenant(tx.connection, job.owner), request_id

    found, tenant, request_id = parts.store.read(job.world, look)
    if found is None or tenant is None or tenant.callback_url is None:
        return lambda tx: _close(tx, job, kci.DELIVERED)  # the callback was taken away: the mailbox is the delivery
    outcome = _attempt(parts, tenant, found, request_id)

    def settle(tx: Tx) -> int | None:
        attempts = job.attempts + 1
        due = None if outcome["ok"] else _retry_at(max(tx.now, tx.world.now(tx.real)), attempts)
        detail = {"id": kci_id, "attempt": attempts, "url": tenant.callback_url, **outcome["told"]}
        if due is None:
            _close(tx, job, kci.DELIVERED if outcome["ok"] else kci.FAILED)
        else:
            detail["nextAttempt"] = to_text(due)
        timeline.note(tx, job.owner, job.payload["order"], "attempt", detail)
        return due

    return settle


def _retry_at(now: int, attempts: int) -> int | None:
    """When the next attempt follows, None when there is none. What the attempts themselves took is not counted."""
    waited = sum(kci.RETRIES[min(attempt, len(kci.RETRIES)) - 1] for attempt in range(1, attempts))
    return kci.retry_at(now - waited, now, attempts)


def _attempt(parts: Parts, tenant: Tenant, found: Kci, request_id: str) -> dict[str, Any]:
    headers = headers_for(parts, tenant.callback_secret, found, request_id)
    parcel = Parcel("POST", tenant.callback_url or "", headers, found.body, timeout=parts.settings.push_timeout)
    try:
        reply = parts.courier.send(parcel)
    except NoAnswer as silence:
        return {"ok": False, "told": {"error": silence.reason}}
    return {"ok": 200 <= reply.status < 300, "told": {"httpStatus": reply.status}}


def _close(tx: Tx, job: Job, status: str) -> None:
    kcis.set_status(tx, job.owner, job.payload["kci"], status)
