"""Handing one KCI over: to the tenant's mailbox at once, and to the player where it is to be pushed."""

from collections.abc import Sequence
from typing import Any

from sandbox.domain import kci
from sandbox.domain.entities import Ref
from sandbox.store import accounts, kcis, lanes
from sandbox.store.lanes import NewJob
from sandbox.store.store import Tx


def pushes_to(tx: Tx, tenant: str) -> bool:
    """Whether the tenant has a callback: without one the mailbox is the delivery."""
    found = accounts.find_tenant(tx.connection, tenant)
    return found is not None and found.callback_url is not None


def hand_over(tx: Tx, tenant: str, ref: Ref, kci_id: str, rank: int, *, pushed: bool) -> None:
    """A KCI as it is."""
    kcis.hand_over(tx, tenant, kci_id)
    if pushed:
        queue(tx, tenant, ref, kci_id, rank)


def hand_over_marked(
    tx: Tx, tenant: str, ref: Ref, kci_id: str, rank: int, marks: Sequence[str], *, extra: bool
) -> None:
    """A KCI that disorder has been at. What is `extra` leaves alone how the delivery of the true one stands."""
    pushed = pushes_to(tx, tenant)
    kcis.hand_over(tx, tenant, kci_id, marks)
    if not extra:
        kcis.set_status(tx, tenant, kci_id, kci.PENDING if pushed else kci.DELIVERED)
    if pushed:
        queue(tx, tenant, ref, kci_id, rank, marks=list(marks), extra=extra)


def queue(tx: Tx, tenant: str, ref: Ref, kci_id: str, rank: int, **more: Any) -> None:
    """Leave a push to the player. Of one order's the lowest rank goes first."""
    lanes.queue(tx, lane(tenant, ref), tenant, [NewJob("push", tx.now, ref, rank, {"kci": kci_id, **more})])


def lane(tenant: str, ref: Ref) -> str:
    """The lane of the pushes about one thing."""
    return f"push {tenant} {ref}"
