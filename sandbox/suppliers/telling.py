"""What a fake will say is left to the player, in one lane for each thing."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.domain.entities import Ref
from sandbox.domain.planning import PlannedBeat
from sandbox.store import lanes
from sandbox.store.lanes import NewJob, Waiting
from sandbox.store.store import Tx


def lane_of(supplier: str, tenant: str, ref: Ref) -> str:
    """The lane of everything that this fake will say about one thing."""
    return f"beat {supplier} {tenant} {ref}"


def tell_later(
    tx: Tx,
    supplier: str,
    tenant: str,
    ref: Ref,
    beats: Iterable[PlannedBeat],
    *,
    inbox: str,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Leave KCIs about a thing to the player. `inbox` names who reads them where no gateway listens.

    `more` goes with each of them: the `report` that it makes, an `envelope` beside the thing, `asked` where somebody
    has the fake say it.
    """
    about = {"supplier": supplier, "tenant": tenant, "inbox": inbox, **(more or {})}
    jobs = [
        NewJob(
            "beat", beat.due_at, ref, beat.due_at, {**about, "reasonCode": beat.reason_code, "beat": beat.to_mapping()}
        )
        for beat in beats
    ]
    if jobs:
        lanes.queue(tx, lane_of(supplier, tenant, ref), inbox or tenant, jobs)


def being_said(tx: Tx, supplier: str, tenant: str, ref: Ref) -> Waiting | None:
    """The KCI that is due: it may be on its way already, or have arrived and not been settled."""
    head = next(iter(lanes.waiting(tx, lane_of(supplier, tenant, ref))), None)
    due = max(tx.now, tx.world.now(tx.real))
    return head if head is not None and head.due_at <= due else None


def hush(tx: Tx, supplier: str, tenant: str, ref: Ref) -> None:
    """Take back what the fake had still to say about a thing, but for what is being said."""
    said = being_said(tx, supplier, tenant, ref)
    lanes.drop(tx, lane_of(supplier, tenant, ref), beside=said.id if said else 0)
