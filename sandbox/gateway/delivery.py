"""Giving a KCI to its tenant: into ledger and mailbox at once, then pushed until the tenant's endpoint has taken it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from standardwebhooks import Webhook

from sandbox.domain import kci
from sandbox.domain.durations import to_text
from sandbox.domain.entities import Entity, Ref, Update
from sandbox.domain.errors import INVALID_REQUEST, Problem, not_found
from sandbox.domain.ids import make_id
from sandbox.domain.wirefaults import CALLBACK, Occasion
from sandbox.parts import Parts
from sandbox.store import accounts, kcis, lanes, timeline
from sandbox.store.accounts import Tenant
from sandbox.store.kcis import Kci
from sandbox.store.lanes import Job, NewJob
from sandbox.store.store import Tx
from sandbox.wire import faulty_sending
from sandbox.wire.calls import Caller
from sandbox.wire.courier import NoAnswer, Parcel
from sandbox.wire.faultplane import Fault
from sandbox.wire.faulty_sending import Sender
from sandbox.wire.outbound import unseal
from sandbox.wire.spoiling import spoilt
from sandbox.world.player import Settle


def announce(tx: Tx, entity: Entity, update: Update) -> Entity:
    """Tell the tenant: the KCI takes the next number and the entity as it stands. What is returned is to be saved."""
    entity = replace(entity, sequence=entity.sequence + 1)
    kci_id = make_id(tx.world.seed, tx.world.epoch, "kci", entity.tenant, str(entity.ref), entity.sequence)
    body = kci.envelope(kci_id, entity, update, tx.now)
    tenant = accounts.find_tenant(tx.connection, entity.tenant)
    pushed = tenant is not None and tenant.callback_url is not None
    status = kci.PENDING if pushed else kci.DELIVERED  # with no callback the mailbox is the delivery
    about = (kci_id, str(entity.ref), entity.sequence, entity.conversation)
    kcis.add(tx, Kci(entity.tenant, *about, status, tx.now, orjson.dumps(body)))
    detail = {
        "id": kci_id,
        "sequenceNumber": entity.sequence,
        "updateType": update.update_type,
        **update.content,
        "status": entity.status,
    }
    timeline.note(tx, entity.tenant, entity.ref, "kci", detail)
    if pushed:
        _queue(tx, entity.tenant, entity.ref, kci_id, entity.sequence)
    return entity


def resend(tx: Tx, owner: str, kci_id: str) -> str:
    """Push a KCI again, the same id and bytes; its delivery status now. Raises NOT_FOUND, or 409 without a callback."""
    found = kcis.find(tx, owner, kci_id)
    if found is None:
        raise not_found(f"no KCI {kci_id} was handed over to you")
    tenant = accounts.find_tenant(tx.connection, owner)
    if tenant is None or tenant.callback_url is None:
        raise Problem(INVALID_REQUEST, ("no callback is registered: PUT /_sandbox/callback first",), 409)
    kcis.set_status(tx, owner, kci_id, kci.PENDING)
    lanes.withdraw(tx, _lane(owner, found.about), rank=found.sequence)  # a retry that waits: this comes instead
    again = accounts.next_number(tx.connection, tx.world.name, owner, "resend")
    _queue(tx, owner, found.about, kci_id, found.sequence, again)
    return kci.PENDING


def _queue(tx: Tx, tenant: str, ref: Ref, kci_id: str, sequence: int, resend: int = 0) -> None:
    job = NewJob("push", tx.now, ref, sequence, {"kci": kci_id, "resend": resend})
    lanes.queue(tx, _lane(tenant, ref), tenant, [job])


def _lane(tenant: str, ref: Ref) -> str:
    return f"push {tenant} {ref}"


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

    def look(tx: Tx) -> tuple[Kci | None, Tenant | None, str, int]:
        attempt = (job.payload["resend"], job.attempts)  # published: the request id changes with each request
        request_id = make_id(tx.world.seed, tx.world.epoch, "push", job.owner, kci_id, *attempt)
        tenant = accounts.find_tenant(tx.connection, job.owner)
        return kcis.find(tx, job.owner, kci_id), tenant, request_id, tx.world.faults

    found, tenant, request_id, faults = parts.store.read(job.world, look)
    if found is None or tenant is None or tenant.callback_url is None:
        return lambda tx: _close(tx, job, kci.DELIVERED)  # the callback was taken away: the mailbox is the delivery
    fault = _fault(parts, job, found) if faults else None
    outcome = _attempt(parts, tenant, found, request_id, fault)

    def settle(tx: Tx) -> int | None:
        attempts = job.attempts + 1
        due = None if outcome["ok"] else _retry_at(max(tx.now, tx.world.now(tx.real)), attempts)
        detail = {"id": kci_id, "attempt": attempts, "url": tenant.callback_url, **outcome["told"]}
        if due is None:
            _close(tx, job, kci.DELIVERED if outcome["ok"] else kci.FAILED)
        else:
            detail["nextAttempt"] = to_text(due)
        timeline.note(tx, job.owner, job.ref, "attempt", detail)
        return due

    return settle


def _retry_at(now: int, attempts: int) -> int | None:
    """When the next attempt follows, None when there is none. What the attempts themselves took is not counted."""
    waited = sum(kci.RETRIES[min(attempt, len(kci.RETRIES)) - 1] for attempt in range(1, attempts))
    return kci.retry_at(now - waited, now, attempts)


def _fault(parts: Parts, job: Job, found: Kci) -> Fault | None:
    body = orjson.loads(found.body)
    content = next(body[member] for member in kci.CONTENT.values() if member in body)
    occasion = Occasion(CALLBACK, "POST /kcis", "/kcis", found.id, body["supplier"], content.get("type"))
    return parts.plane.strike(Caller("tenant", job.owner, job.world, job.epoch), occasion, job.due_at)


def _attempt(parts: Parts, tenant: Tenant, found: Kci, request_id: str, fault: Fault | None) -> dict[str, Any]:
    if fault is not None:
        found = replace(found, body=spoilt(fault.do, found.body))
    headers = headers_for(parts, tenant.callback_secret, found, request_id)
    timeout, auth = parts.settings.push_timeout, unseal(parts.keys, tenant.callback_auth)
    parcel = Parcel("POST", tenant.callback_url or "", headers, found.body, timeout=timeout, auth=auth)
    sender = Sender(parts.courier, parts.plane, tenant.code, timeout, bounded=False)
    told = {} if fault is None else {"fault": fault.rule}
    try:
        reply = parts.courier.send(parcel) if fault is None else faulty_sending.send(sender, parcel, fault)
    except NoAnswer as silence:
        return {"ok": False, "told": {"error": silence.reason, **told}}
    return {"ok": 200 <= reply.status < 300, "told": {"httpStatus": reply.status, **told}}


def _close(tx: Tx, job: Job, status: str) -> None:
    kcis.set_status(tx, job.owner, job.payload["kci"], status)
