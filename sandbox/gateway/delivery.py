"""Giving a KCI to its tenant: into ledger and mailbox at once, then pushed until the tenant's endpoint has taken it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
from prometheus_client import Counter

from sandbox.domain import kci
from sandbox.domain.durations import to_text
from sandbox.domain.entities import Entity, Update
from sandbox.domain.errors import INVALID_REQUEST, Problem, not_found
from sandbox.domain.ids import make_id
from sandbox.domain.wirefaults import CALLBACK, Occasion
from sandbox.gateway import disorder
from sandbox.gateway.dressing import dressed
from sandbox.gateway.handing_over import hand_over, lane, pushes_to, queue
from sandbox.gateway.ownership import prove
from sandbox.parts import Parts
from sandbox.store import accounts, kcis, lanes, timeline
from sandbox.store.accounts import Tenant
from sandbox.store.kcis import Kci
from sandbox.store.lanes import Job
from sandbox.store.store import Tx
from sandbox.wire import faulty_sending
from sandbox.wire.calls import Caller
from sandbox.wire.courier import NoAnswer, Parcel
from sandbox.wire.faultplane import Fault
from sandbox.wire.faulty_sending import Sender
from sandbox.wire.outbound import unseal
from sandbox.world.player import NotYet, Settle

PUSHES = Counter("sandbox_pushes", "Attempts of this process to push a KCI, by outcome", ["outcome"], registry=None)


def announce(tx: Tx, entity: Entity, update: Update) -> Entity:
    """Tell the tenant: the KCI takes the next number and the entity as it stands. What is returned is to be saved."""
    entity = replace(entity, sequence=entity.sequence + 1)
    kci_id = make_id(tx.world.seed, tx.world.epoch, "kci", entity.tenant, str(entity.ref), entity.sequence)
    body = kci.envelope(kci_id, entity, update, tx.now)
    pushed = pushes_to(tx, entity.tenant)
    status = kci.PENDING if pushed else kci.DELIVERED  # with no callback the mailbox is the delivery
    if entity.disorder:
        planned = disorder.plan(tx, entity, kci_id, update.kind)
        status = kci.FAILED if any(each.number == entity.sequence and each.lost for each in planned) else kci.PENDING
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
    if not entity.disorder:
        hand_over(tx, entity.tenant, entity.ref, kci_id, entity.sequence, pushed=pushed)
    return entity


def resend(tx: Tx, owner: str, kci_id: str) -> str:
    """Push a KCI again, the same id and bytes; its delivery status now. Raises NOT_FOUND, or 409 without a callback."""
    found = kcis.find(tx, owner, kci_id)
    if found is None:
        raise not_found(f"no KCI {kci_id} was handed over to you")
    if not pushes_to(tx, owner):
        raise Problem(INVALID_REQUEST, ("no callback is registered: PUT /_sandbox/callback first",), 409)
    kcis.set_status(tx, owner, kci_id, kci.PENDING)
    retries = [each.id for each in lanes.waiting(tx, lane(owner, found.about)) if each.payload["kci"] == kci_id]
    lanes.take_out(tx, lane(owner, found.about), retries)  # this comes instead of one that waits
    again = accounts.next_number(tx.connection, tx.world.name, owner, "resend")
    queue(tx, owner, found.about, kci_id, found.sequence, resend=again)
    return kci.PENDING


def push(parts: Parts, job: Job) -> Settle:
    """Try to deliver one KCI. Anything but 2xx is tried again, by the schedule; the order's later KCIs wait."""
    kci_id = job.payload["kci"]

    def look(tx: Tx) -> tuple[Kci | None, Tenant | None, str, int]:
        attempt = (job.payload.get("resend", 0), job.attempts)  # published: the request id changes with each request
        request_id = make_id(tx.world.seed, tx.world.epoch, "push", job.owner, kci_id, *attempt)
        tenant = accounts.find_tenant(tx.connection, job.owner)
        return kcis.find(tx, job.owner, kci_id), tenant, request_id, tx.world.faults

    found, tenant, request_id, faults = parts.store.read(job.world, look)
    if found is None or tenant is None or tenant.callback_url is None:
        return lambda tx: _close(tx, job, kci.DELIVERED)  # the callback was taken away: the mailbox is the delivery
    _pace(parts, tenant)
    fault = _fault(parts, job, found) if faults else None
    marks, extra = job.payload.get("marks", ()), job.payload.get("extra", False)
    outcome = _unproved(parts, tenant) or _attempt(parts, tenant, found, request_id, marks, fault)
    PUSHES.labels("taken" if outcome["ok"] else "failed").inc()

    def settle(tx: Tx) -> int | None:
        attempts = job.attempts + 1
        retried = not outcome["ok"] and not extra  # what is beside the truth is tried once
        now, schedule = max(tx.now, tx.world.now(tx.real)), (parts.settings.retries, parts.settings.give_up)
        due = kci.retry_at(now, attempts, *schedule) if retried else None
        detail = {"id": kci_id, "attempt": attempts, "url": tenant.callback_url, **outcome["told"]}
        if due is None and not extra:
            _close(tx, job, kci.DELIVERED if outcome["ok"] else kci.FAILED)
        if due is not None:
            detail["nextAttempt"] = to_text(due)
        timeline.note(tx, job.owner, job.ref, "attempt", detail)
        return due

    return settle


def _pace(parts: Parts, tenant: Tenant) -> None:
    """Take one of the tenant's pushes of this second. Raises NotYet when they are used up."""
    rate = parts.settings.quota_callbacks if tenant.callbacks is None else tenant.callbacks
    if rate and (seconds := parts.buckets.wait(f"push {tenant.code}", rate)):
        raise NotYet(parts.clock.now() - int(-seconds * 1000 // 1))


def _fault(parts: Parts, job: Job, found: Kci) -> Fault | None:
    body = orjson.loads(found.body)
    content = next(body[member] for member in kci.CONTENT.values() if member in body)
    occasion = Occasion(CALLBACK, "POST /kcis", "/kcis", found.id, body["supplier"], content.get("type"))
    return parts.plane.strike(Caller("tenant", job.owner, job.world, job.epoch), occasion, job.due_at)


def _attempt(
    parts: Parts, tenant: Tenant, found: Kci, request_id: str, marks: Sequence[str], fault: Fault | None
) -> dict[str, Any]:
    spoil = None if fault is None else fault.do
    body, headers = dressed(parts, tenant.callback_secret, found, request_id, marks, spoil)
    timeout, auth = parts.settings.push_timeout, unseal(parts.keys, tenant.callback_auth)
    parcel = Parcel("POST", tenant.callback_url or "", headers, body, timeout=timeout, auth=auth)
    sender = Sender(parts.courier, parts.plane, tenant.code, timeout, bounded=False)
    struck = [*marks, *([] if fault is None else [fault.rule])]
    told = {"fault": " ".join(struck)} if struck else {}
    try:
        reply = parts.courier.send(parcel) if fault is None else faulty_sending.send(sender, parcel, fault)
    except NoAnswer as silence:
        return {"ok": False, "told": {"error": silence.reason, **told}}
    return {"ok": 200 <= reply.status < 300, "told": {"httpStatus": reply.status, **told}}


def _unproved(parts: Parts, tenant: Tenant) -> dict[str, Any] | None:
    why = prove(parts, tenant)
    return None if why is None else {"ok": False, "told": {"error": why}}


def _close(tx: Tx, job: Job, status: str) -> None:
    kcis.set_status(tx, job.owner, job.payload["kci"], status)
