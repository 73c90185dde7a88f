"""How tests put jobs into lanes and claim them."""

from collections.abc import Sequence

from sandbox.domain.entities import Ref
from sandbox.store import claiming, lanes, schema
from sandbox.store.lanes import Job, NewJob
from sandbox.store.shares import Shares
from sandbox.store.store import Store, Tx
from tests.store.databases import START

LEASE = 60_000


def put(store: Store, lane: str, *kinds: str, world: str = "earth", owner: str = "TENANT1", due: int = START) -> None:
    """Jobs of these kinds, due at the same moment, ranked as they come."""
    new = [NewJob(kind, due, Ref("order", 1), rank, {"told": kind}) for rank, kind in enumerate(kinds)]
    store.write(world, lambda tx: lanes.queue(tx, lane, owner, new))


def put_one(store: Store, lane: str, kind: str, *, due: int = START, rank: int = 0, not_before: int = 0) -> None:
    """One job, as it is told."""
    job = NewJob(kind, due, Ref("order", 1), rank, {"told": kind})
    store.write("earth", lambda tx: lanes.queue(tx, lane, "TENANT1", [job], not_before=not_before))


def claim(store: Store, most: int = 100, shares: Shares | None = None, lease: int = LEASE) -> list[Job]:
    """What is due at this moment of real time, leased."""
    real, allowed = store.real_now(), shares or Shares()
    wakes = store.query(lambda connection: claiming.wakes(connection, real, allowed))
    worlds = sorted(wakes, key=wakes.__getitem__)
    return store.transact(lambda tx: claiming.claim(tx, real, real + lease, most, allowed, worlds))


def next_wake(store: Store, shares: Shares | None = None) -> int | None:
    """When a player is to look next, in whatever world."""
    wakes = store.query(lambda connection: claiming.wakes(connection, store.real_now(), shares or Shares()))
    return min(wakes.values(), default=None)


def claim_next(store: Store, upto: int | None, *, retries: bool = True, beside: Sequence[int] = ()) -> Job | None:
    """What a run would play next."""
    return store.write("earth", lambda tx: claim_in(tx, upto, retries=retries, beside=beside))


def claim_in(
    tx: Tx, upto: int | None = None, *, retries: bool = True, beside: Sequence[int] = (), lease: int = LEASE
) -> Job | None:
    """The same in a transaction."""
    due = claiming.due_next(tx, upto, retries=retries, beside=beside)
    return None if due is None else claiming.lease(tx, due[0], tx.real + lease)


def kinds(jobs: list[Job]) -> list[str]:
    """What was claimed."""
    return [job.kind for job in jobs]


def finish(store: Store, job: Job) -> None:
    """The job is done, at its own time."""
    store.write(job.world, lambda tx: lanes.finish(tx, job), at=job.due_at, epoch=job.epoch)


def play_all(store: Store) -> list[str]:
    """Everything that is due, one after the other, in the order in which it was claimed."""
    played: list[str] = []
    while found := claim(store, most=1):
        played += kinds(found)
        finish(store, found[0])
    return played


def raise_epoch(store: Store, world: str) -> None:
    """As a reset does."""
    table = schema.worlds
    store.transact(lambda tx: tx.execute(table.update().where(table.c.name == world).values(epoch=table.c.epoch + 1)))
