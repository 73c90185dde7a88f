"""KCIs of a fake that are to go wrong on their way to the gateway.

What it says, it says in order, and its version of the thing counts it as said; what waits in a lane of its own is the
plan by which that is posted, edited with everything that is said. The gateway mends it, or refuses it.
"""

import logging
from collections.abc import Mapping
from typing import Any

from sandbox.domain.faults import disorder_from, edited, in_plan
from sandbox.domain.handing import SUPPLIER, Disorder, Handing, handing_from
from sandbox.domain.variants import varied
from sandbox.parts import Parts
from sandbox.store import lanes
from sandbox.store.lanes import Job, NewJob
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers.posting import post
from sandbox.wire.faulty_sending import EXPIRED
from sandbox.world.player import Settle

log = logging.getLogger("sandbox.suppliers")

_WRONG_TOKENS = {"wrong_signature": "nobody-gave-this-out", "old_timestamp": EXPIRED}


def disorders(entity: SupplierEntity) -> tuple[Disorder, ...]:
    """What is to go wrong with what the fake says about this thing."""
    return tuple(disorder_from(each) for each in entity.memo.get("disorder", ()))


def plan(tx: Tx, entity: SupplierEntity, body: Mapping[str, Any], *, last: bool) -> None:
    """Plan how this KCI, the latest that was said, is posted, and with it those that still wait."""
    lane = f"post {entity.supplier} {entity.tenant} {entity.ref}"
    waiting = [each for each in lanes.waiting(tx, lane) if each.due_at > tx.now]
    held = [_handing(each.payload) for each in waiting]
    new = Handing(body["sequenceNumber"], body["reasonCode"], last, tx.now, fresh=True)
    bodies = {new.number: dict(body)} | {body["sequenceNumber"]: body for body in (w.payload["body"] for w in waiting)}
    planned = edited((*held, new), in_plan(disorders(entity)))
    lanes.take_out(tx, lane, [each.id for each in waiting])
    about = {"supplier": entity.supplier, "tenant": entity.tenant, "conversation": entity.conversation}
    jobs = [
        NewJob(
            "post",
            each.due_at,
            entity.ref,
            each.due_at,
            {**about, "reasonCode": each.kind, "body": bodies[each.number], "handing": each.to_mapping()},
        )
        for each in planned
    ]
    lanes.queue(tx, lane, entity.tenant, jobs)


def post_planned(parts: Parts, job: Job) -> Settle:
    """Post one KCI, now that its time has come. Raises RuntimeError when the gateway could not take it."""
    handing, about = _handing(job.payload), job.payload
    body = varied(about["body"], handing.marks, SUPPLIER)
    token = next((_WRONG_TOKENS[mark] for mark in handing.marks if mark in _WRONG_TOKENS), None)
    faults = parts.store.read(job.world, lambda tx: tx.world.faults)
    status = post(parts, job, about["conversation"], body, faults, token)
    if status >= 500:
        raise RuntimeError(f"the gateway answered {status} to {handing.kind} of {job.ref}")
    log.info("%s to %s of %s (%s)", status, handing.kind, job.ref, ", ".join(handing.marks))
    return lambda _tx: None


def _handing(payload: Mapping[str, Any]) -> Handing:
    return handing_from(payload["handing"])
