"""Everything that waits: jobs in lanes. A lane's jobs are played one after another, its head first.

What is claimed is a lane, with a lease and a fence: whoever lost the lease finds the fence raised, and settles nothing.
Every change of a lane begins by touching its row, so that on PostgreSQL its later statements see what others committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, insert, select, update

from sandbox.domain.entities import Ref
from sandbox.store.documents import pack, unpack
from sandbox.store.schema import jobs, lanes, worlds
from sandbox.store.store import Tx

PLAYER = "player"  # the bell's topic


@dataclass(frozen=True)
class NewJob:
    """Something to do at `due_at` in world time, about `ref`. In its lane the lowest rank goes first, due or not."""

    kind: str
    due_at: int
    ref: Ref
    rank: int
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """A job that was claimed: to be settled by `finish` or `postpone`, within the lease."""

    id: int
    world: str
    epoch: int
    lane_id: int
    fence: int
    owner: str
    kind: str
    due_at: int
    attempts: int
    payload: dict[str, Any]

    @property
    def ref(self) -> Ref:
        """The order, test or problem that the job is about."""
        return Ref(self.payload["kind"], self.payload["id"])


class LaneLost(Exception):
    """Somebody else has the lane now: what was done must not be settled."""


_HEAD_DUE = (
    select(jobs.c.due_at)
    .where(jobs.c.lane_id == lanes.c.id)
    .order_by(jobs.c.rank, jobs.c.id)
    .limit(1)
    .scalar_subquery()
)
_HEAD_ATTEMPTS = (
    select(jobs.c.attempts)
    .where(jobs.c.lane_id == lanes.c.id)
    .order_by(jobs.c.rank, jobs.c.id)
    .limit(1)
    .scalar_subquery()
)
_TOUCH = (
    update(lanes)
    .where(
        lanes.c.world == bindparam("in_world"),
        lanes.c.epoch == bindparam("in_epoch"),
        lanes.c.name == bindparam("lane"),
    )
    .values(fence=lanes.c.fence)
    .returning(lanes.c.id)
)
_ADD_LANE = insert(lanes).returning(lanes.c.id)
_ADD_JOB = insert(jobs)
_SET_HEAD = (
    update(lanes)
    .where(lanes.c.id == bindparam("lane_id"))
    .values(due_at=_HEAD_DUE, attempts=func.coalesce(_HEAD_ATTEMPTS, 0), not_before=bindparam("wait_until"))
)
_RELEASE = (
    update(lanes)
    .where(lanes.c.id == bindparam("lane_id"), lanes.c.fence == bindparam("held_fence"))
    .values(leased_until=0)
)
_REMOVE_JOB = delete(jobs).where(jobs.c.id == bindparam("job_id"))
_POSTPONE_JOB = (
    update(jobs).where(jobs.c.id == bindparam("job_id")).values(due_at=bindparam("due"), attempts=bindparam("tried"))
)


_ahead = jobs.alias("ahead")
_FIRST = (
    select(_ahead.c.id)
    .where(_ahead.c.lane_id == lanes.c.id)
    .order_by(_ahead.c.rank, _ahead.c.id)
    .limit(1)
    .scalar_subquery()
)
_HEADS = (
    select(
        jobs.c.id, lanes.c.world, lanes.c.epoch, lanes.c.id.label("lane_id"), lanes.c.fence, lanes.c.owner,
        jobs.c.kind, jobs.c.due_at, jobs.c.attempts, jobs.c.payload,
    )
    .join(lanes, jobs.c.lane_id == lanes.c.id)
    .where(lanes.c.id.in_(bindparam("lane_ids", expanding=True)), jobs.c.id == _FIRST)
    .order_by(jobs.c.due_at, lanes.c.id)
)  # fmt: skip


def queue(tx: Tx, lane: str, owner: str, new: Sequence[NewJob], *, not_before: int = 0) -> None:
    """Put jobs into a lane, made if need be. `not_before` holds the whole lane back until then in real time."""
    lane_id = tx.connection.execute(
        _TOUCH, {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "lane": lane}
    ).scalar()
    if lane_id is None:
        row = {**tx.key, "name": lane, "owner": owner, "attempts": 0, "not_before": 0, "leased_until": 0, "fence": 0}
        lane_id = tx.connection.execute(_ADD_LANE, row).scalar_one()
    rows = [
        {
            "lane_id": lane_id,
            "rank": job.rank,
            "due_at": job.due_at,
            "kind": job.kind,
            "attempts": 0,
            "payload": pack({**job.ref._asdict(), **job.payload}),
        }
        for job in new
    ]
    tx.connection.execute(_ADD_JOB, rows)
    tx.connection.execute(_SET_HEAD, {"lane_id": lane_id, "wait_until": not_before})
    tx.rings.add(PLAYER)


def finish(tx: Tx, job: Job) -> None:
    """The job is done: the next of its lane becomes the head."""
    _release(tx, job)
    tx.connection.execute(_REMOVE_JOB, {"job_id": job.id})
    tx.connection.execute(_SET_HEAD, {"lane_id": job.lane_id, "wait_until": 0})
    tx.rings.add(PLAYER)


def postpone(tx: Tx, job: Job, due_at: int, *, not_before: int = 0) -> None:
    """The job must be tried again, at `due_at` in world time; its lane waits with it."""
    _release(tx, job)
    tx.connection.execute(_POSTPONE_JOB, {"job_id": job.id, "due": due_at, "tried": job.attempts + 1})
    tx.connection.execute(_SET_HEAD, {"lane_id": job.lane_id, "wait_until": not_before})
    tx.rings.add(PLAYER)


def drop(tx: Tx, lane: str, kinds: Sequence[str]) -> None:
    """Take the waiting jobs of these kinds out of a lane."""
    lane_id = tx.connection.execute(
        _TOUCH, {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "lane": lane}
    ).scalar()
    if lane_id is not None:
        tx.connection.execute(delete(jobs).where(jobs.c.lane_id == lane_id, jobs.c.kind.in_(kinds)))
        tx.connection.execute(_SET_HEAD, {"lane_id": lane_id, "wait_until": 0})


def _release(tx: Tx, job: Job) -> None:
    if tx.connection.execute(_RELEASE, {"lane_id": job.lane_id, "held_fence": job.fence}).rowcount != 1:
        raise LaneLost(job)


# ---- claiming, as time goes by ---------------------------------------------------------------------------------------
_OF_WORLD = and_(lanes.c.world == worlds.c.name, lanes.c.epoch == worlds.c.epoch)
_FREE = and_(lanes.c.leased_until <= bindparam("real"), lanes.c.not_before <= bindparam("real"))
_WORLD_NOW = worlds.c.virtual_base + (bindparam("real") - worlds.c.real_base) * worlds.c.rate
_DUE = (
    select(lanes.c.id)
    .join(worlds, _OF_WORLD)
    .where(worlds.c.run_until <= bindparam("real"), _FREE, lanes.c.due_at <= _WORLD_NOW)
    .order_by(lanes.c.due_at, lanes.c.id)
    .limit(bindparam("most"))
)
_NEXT_DUE = (
    select(worlds.c.virtual_base, worlds.c.real_base, worlds.c.rate, func.min(lanes.c.due_at))
    .join(lanes, _OF_WORLD)
    .where(worlds.c.run_until <= bindparam("real"), worlds.c.rate > 0, _FREE, lanes.c.due_at.is_not(None))
    .group_by(worlds.c.name, worlds.c.virtual_base, worlds.c.real_base, worlds.c.rate)
)


def anything_due(connection: Connection, real: int) -> bool:
    """Whether `claim` would find something: a look that writes nothing."""
    return connection.execute(_DUE, {"real": real, "most": 1}).first() is not None


def claim(connection: Connection, real: int, lease_until: int, most: int) -> list[Job]:
    """The heads of up to `most` due lanes, now leased to the caller; several players never get the same one."""
    found = [
        row.id
        for row in connection.execute(_DUE.with_for_update(of=lanes, skip_locked=True), {"real": real, "most": most})
    ]
    return _lease(connection, found, lease_until) if found else []


def next_wake(connection: Connection, real: int) -> int | None:
    """When, in real time, the next lane that nobody has comes due."""
    rows = connection.execute(_NEXT_DUE, {"real": real}).tuples().all()
    return min(
        (real_base + -(-(due - virtual_base) // rate) for virtual_base, real_base, rate, due in rows), default=None
    )


def release_all(connection: Connection) -> None:
    """End every lease: only for a process that knows itself to be the only player."""
    connection.execute(update(lanes).where(lanes.c.leased_until > 0).values(leased_until=0))
    connection.execute(update(worlds).where(worlds.c.run_until > 0).values(run_until=0))


# ---- claiming, in a run that owns the world --------------------------------------------------------------------------
def claim_next(tx: Tx, upto: int | None, *, retries: bool, lease_until: int, beside: Sequence[int]) -> Job | None:
    """The head that is due first, by `upto`, leased to the run. `retries` False passes over failing callbacks."""
    query = _heads_of(tx).where(lanes.c.id.not_in(beside)).order_by(lanes.c.due_at, lanes.c.id).limit(1)
    if upto is not None:
        query = query.where(lanes.c.due_at <= upto)
    if not retries:
        query = query.where(lanes.c.attempts == 0)
    found = tx.connection.execute(query).scalars().first()
    return None if found is None else _lease(tx.connection, [found], lease_until)[0]


def anything_leased(tx: Tx, real: int) -> bool:
    """Whether a player still has a lane of this world."""
    return tx.connection.execute(_heads_of(tx).where(lanes.c.leased_until > real).limit(1)).first() is not None


def _heads_of(tx: Tx) -> Select[int]:
    return select(lanes.c.id).where(
        lanes.c.world == tx.world.name, lanes.c.epoch == tx.world.epoch, lanes.c.due_at.is_not(None)
    )


def _lease(connection: Connection, lane_ids: Sequence[int], until: int) -> list[Job]:
    connection.execute(
        update(lanes).where(lanes.c.id.in_(lane_ids)).values(leased_until=until, fence=lanes.c.fence + 1)
    )
    rows = connection.execute(_HEADS, {"lane_ids": list(lane_ids)}).mappings()
    return [Job(**{**row, "payload": unpack(row["payload"])}) for row in rows]
