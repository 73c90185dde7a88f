"""Everything that waits: jobs in lanes. A lane's jobs are played one after another, its head first.

Whoever has claimed a lane and lost its lease finds the fence raised, and settles nothing.
Every change of a lane begins by touching its row, so that on PostgreSQL its later statements see what others committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, update

from sandbox.domain.entities import Ref
from sandbox.store.documents import pack, unpack
from sandbox.store.lane_tables import jobs, lanes
from sandbox.store.schema import worlds
from sandbox.store.statements import Statement
from sandbox.store.store import Tx

PLAYER = "player"  # the bell's subject; what it rings about is a world


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


def line_of(job: Job) -> str:
    """The line of work that a job belongs to: what its owner has of its kind."""
    return _line(job.owner, job.kind)


def owner_of(line: str) -> str:
    """Whose line of work it is."""
    return line.rpartition(" ")[0]


def _line(owner: str, kind: str) -> str:
    return f"{owner} {kind}"


class LaneLost(Exception):
    """Somebody else has the lane now: what was done must not be settled."""


_HEAD = select(jobs).where(jobs.c.lane_id == lanes.c.id).order_by(jobs.c.rank, jobs.c.id).limit(1)
_HEAD_DUE = _HEAD.with_only_columns(jobs.c.due_at).scalar_subquery()
_HEAD_ATTEMPTS = _HEAD.with_only_columns(jobs.c.attempts).scalar_subquery()
_TOUCH = Statement(
    update(lanes)
    .where(
        lanes.c.world == bindparam("in_world"),
        lanes.c.epoch == bindparam("in_epoch"),
        lanes.c.name == bindparam("lane"),
    )
    .values(fence=lanes.c.fence)
    .returning(lanes.c.id)
)
_ADD_LANE = Statement(insert(lanes).returning(lanes.c.id))
_ADD_JOB = Statement(insert(jobs))
_HEAD_SET = (
    update(lanes)
    .where(lanes.c.id == bindparam("lane_id"))
    .values(due_at=_HEAD_DUE, attempts=func.coalesce(_HEAD_ATTEMPTS, 0), not_before=bindparam("wait_until"))
)
_SET_HEAD = Statement(_HEAD_SET.returning(lanes.c.due_at))
_SET_HEAD_OF_RESTING = Statement(
    _HEAD_SET.values(
        not_before=case(
            (lanes.c.not_before > bindparam("wait_until"), lanes.c.not_before), else_=bindparam("wait_until")
        )
    )
)
# The fence rises when a lane is given back too, so that nothing is settled twice.
_RELEASE = Statement(
    update(lanes)
    .where(lanes.c.id == bindparam("lane_id"), lanes.c.fence == bindparam("held_fence"))
    .values(leased_until=0, fence=lanes.c.fence + 1)
)
_REMOVE_JOB = Statement(delete(jobs).where(jobs.c.id == bindparam("job_id")))
_DROP = Statement(delete(jobs).where(jobs.c.lane_id == bindparam("of_lane"), jobs.c.id != bindparam("spared")))
_POSTPONE_JOB = Statement(
    update(jobs).where(jobs.c.id == bindparam("job_id")).values(due_at=bindparam("due"), attempts=bindparam("tried"))
)
_IN_LANE = (
    select(jobs.c.id)
    .where(jobs.c.lane_id == bindparam("of_lane"))
    .order_by(jobs.c.rank, jobs.c.id)
    .limit(1)
    .scalar_subquery()
)
_WAITING = Statement(
    select(jobs.c.id, jobs.c.due_at, jobs.c.payload)
    .where(jobs.c.lane_id == bindparam("of_lane"))
    .order_by(jobs.c.rank, jobs.c.id)
)
_RAISE_HEAD = Statement(
    update(jobs).where(jobs.c.id == _IN_LANE, jobs.c.due_at < bindparam("now")).values(due_at=bindparam("now"))
)


def queue(tx: Tx, lane: str, owner: str, new: Sequence[NewJob], *, not_before: int = 0) -> None:
    """Put jobs into a lane, made if need be. `not_before` holds the whole lane back until then in real time."""
    known = _touch(tx, lane)
    lane_id = _make(tx, lane, owner, new, not_before) if known is None else known
    _ADD_JOB.change_all(tx.connection, [_row(lane_id, job) for job in new])
    if known is not None:
        _SET_HEAD_OF_RESTING.change(tx.connection, {"lane_id": lane_id, "wait_until": not_before})
    _ring(tx)


def _make(tx: Tx, lane: str, owner: str, new: Sequence[NewJob], not_before: int) -> int:
    """A new lane, with the first of these jobs for its head."""
    head = min(new, key=lambda job: job.rank, default=None)
    due_at = None if head is None else head.due_at
    line = _line(owner, lane.split(" ", 1)[0])  # the name of a lane begins with the kind of its jobs
    row = {**tx.key, "name": lane, "owner": owner, "line": line, "due_at": due_at, "not_before": not_before}
    (made,) = _ADD_LANE.rows(tx.connection, {**row, "attempts": 0, "leased_until": 0, "fence": 0})
    return int(made[0])


def _row(lane_id: int, job: NewJob) -> dict[str, Any]:
    payload = pack({**job.payload, **job.ref._asdict()})
    about = {"kind": job.kind, "due_at": job.due_at, "rank": job.rank}
    return {"lane_id": lane_id, "attempts": 0, "payload": payload, **about}


def finish(tx: Tx, job: Job) -> None:
    """The job is done: the next of its lane becomes the head, due now if it has waited for its turn."""
    _release(tx, job)
    _REMOVE_JOB.change(tx.connection, {"job_id": job.id})
    due_at = _set_head(tx, job.lane_id)
    if due_at is not None and due_at < tx.now:
        _RAISE_HEAD.change(tx.connection, {"of_lane": job.lane_id, "now": tx.now})
        _set_head(tx, job.lane_id)
    _ring(tx)


def postpone(tx: Tx, job: Job, due_at: int) -> None:
    """The job failed and must be tried again, at `due_at` in world time; its lane waits with it."""
    _release(tx, job)
    _POSTPONE_JOB.change(tx.connection, {"job_id": job.id, "due": due_at, "tried": job.attempts + 1})
    _set_head(tx, job.lane_id)
    _ring(tx)


def rest(tx: Tx, job: Job, not_before: int) -> None:
    """The job could not even be tried: its lane rests until `not_before` in real time, and nothing else changes."""
    _release(tx, job)
    _set_head(tx, job.lane_id, not_before)


def take_out(tx: Tx, lane: str, job_ids: Sequence[int]) -> None:
    """Take jobs that wait out of a lane. To be followed by `queue`, which sets the head."""
    lane_id = _touch(tx, lane)
    if job_ids:
        tx.connection.execute(delete(jobs).where(jobs.c.lane_id == lane_id, jobs.c.id.in_(job_ids)))


@dataclass(frozen=True)
class Waiting:
    """A job that waits in its lane."""

    id: int
    due_at: int
    payload: dict[str, Any]


def waiting(tx: Tx, lane: str) -> list[Waiting]:
    """What waits in a lane, in its order; nobody else changes the lane until this transaction ends."""
    lane_id = _touch(tx, lane)
    rows = [] if lane_id is None else _WAITING.rows(tx.connection, {"of_lane": lane_id})
    return [Waiting(number, due_at, unpack(payload)) for number, due_at, payload in rows]


def drop(tx: Tx, lane: str, beside: int = 0) -> None:
    """Take everything that waits out of a lane, but for the job `beside`."""
    lane_id = _touch(tx, lane)
    if lane_id is not None:
        _DROP.change(tx.connection, {"of_lane": lane_id, "spared": beside})
        _set_head(tx, lane_id)


def _set_head(tx: Tx, lane_id: int, not_before: int = 0) -> int | None:
    """When the lane's head is due now that its jobs have changed; None when nothing waits."""
    due_at: int | None = _SET_HEAD.rows(tx.connection, {"lane_id": lane_id, "wait_until": not_before})[0][0]
    return due_at


def playing(world: str) -> str:
    """What the bell rings when something of this world may be played, or is played no more."""
    return f"{PLAYER} {world}"


def _ring(tx: Tx) -> None:
    """Wake the player, unless a run owns the world: that looks by itself, and rings at its end."""
    if not tx.world.running(tx.real):
        tx.rings.add(playing(tx.world.name))


def _touch(tx: Tx, lane: str) -> int | None:
    row = _TOUCH.one(tx.connection, {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "lane": lane})
    return None if row is None else int(row[0])


def _release(tx: Tx, job: Job) -> None:
    if _RELEASE.change(tx.connection, {"lane_id": job.lane_id, "held_fence": job.fence}) != 1:
        raise LaneLost(job)


def release_all(connection: Connection) -> int:
    """End every lease: only for a process that knows itself to be the only player. How many lanes that frees."""
    connection.execute(update(worlds).where(worlds.c.run_until > 0).values(run_until=0))
    return connection.execute(update(lanes).where(lanes.c.leased_until > 0).values(leased_until=0)).rowcount
