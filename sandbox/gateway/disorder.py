"""KCIs that are to go wrong on their way to the tenant.

The ledger has them as they are, at once and in order. What waits in a lane of its own is the plan by which they are
handed over, edited with every KCI that comes about.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.domain import lifecycles
from sandbox.domain.entities import Entity
from sandbox.domain.faults import disorder_from, edited
from sandbox.domain.handing import Handing, handing_from
from sandbox.gateway.handing_over import hand_over_marked
from sandbox.parts import Parts
from sandbox.store import lanes
from sandbox.store.lanes import Job, NewJob
from sandbox.store.store import Tx
from sandbox.world.player import Settle


def plan(tx: Tx, entity: Entity, kci_id: str, kind: str) -> tuple[Handing, ...]:
    """Plan how this KCI, the latest about the entity, is handed over, and with it those that still wait."""
    lane = f"deliver {entity.tenant} {entity.ref}"
    waiting = [each for each in lanes.waiting(tx, lane) if each.due_at > tx.now]
    last = lifecycles.terminal(entity.kind, entity.status)
    new = Handing(entity.sequence, kind, last, tx.now, fresh=True)
    ids = {new.number: kci_id} | {_handing(each.payload).number: each.payload["kci"] for each in waiting}
    planned = edited(
        (*(_handing(each.payload) for each in waiting), new), (disorder_from(each) for each in entity.disorder)
    )
    lanes.take_out(tx, lane, [each.id for each in waiting])
    jobs = [
        NewJob("deliver", each.due_at, entity.ref, each.due_at, {"kci": ids[each.number], "handing": each.to_mapping()})
        for each in planned
    ]
    lanes.queue(tx, lane, entity.tenant, jobs)
    return planned


def deliver(_parts: Parts, job: Job) -> Settle:
    """Hand one KCI over, now that its time has come."""

    def settle(tx: Tx) -> None:
        handing = _handing(job.payload)
        about = (job.owner, job.ref, job.payload["kci"], job.due_at)
        hand_over_marked(tx, *about, handing.marks, extra=handing.extra)

    return settle


def _handing(payload: Mapping[str, Any]) -> Handing:
    return handing_from(payload["handing"])
