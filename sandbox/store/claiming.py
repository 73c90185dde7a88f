"""Claiming: who may play what is due. What is claimed is a lane, for the time of a lease; the fence counts the claims.

A lease that has run out is free to be claimed again: its player died, or is so slow that what it does is not settled.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Select, String, and_, bindparam, func, select, update

from sandbox.domain.worldtime import LAST
from sandbox.store.documents import unpack
from sandbox.store.lanes import Job
from sandbox.store.schema import jobs, lanes, worlds
from sandbox.store.statements import Row, Statement
from sandbox.store.store import Tx

_TIRELESS = 2**31 - 1  # attempts that no job comes to

_LEASE = Statement(
    update(lanes)
    .where(lanes.c.id == bindparam("of_lane"))
    .values(leased_until=bindparam("until"), fence=lanes.c.fence + 1)
)
_HEAD = Statement(
    select(
        jobs.c.id, lanes.c.world, lanes.c.epoch, lanes.c.id.label("lane_id"), lanes.c.fence, lanes.c.owner,
        jobs.c.kind, jobs.c.due_at, jobs.c.attempts, jobs.c.payload,
    )
    .join(lanes, jobs.c.lane_id == lanes.c.id)
    .where(lanes.c.id == bindparam("of_lane"))
    .order_by(jobs.c.rank, jobs.c.id)
    .limit(1)
)  # fmt: skip

# ---- claiming, as time goes by ---------------------------------------------------------------------------------------
# Every look goes along the index and stops at the first lanes that it needs, however many wait behind them.
_OF_WORLD = and_(lanes.c.world == worlds.c.name, lanes.c.epoch == worlds.c.epoch)
_BUSY = bindparam("busy", type_=String)
_LINE = lanes.c.owner + " " + func.substr(lanes.c.name, 1, 4)  # its name begins with the kind of its jobs
_FREE = and_(
    lanes.c.leased_until <= bindparam("real"),
    lanes.c.not_before <= bindparam("real"),
    func.replace(_BUSY, "|" + lanes.c.owner + "|", "") == _BUSY,
    func.replace(_BUSY, "|" + _LINE + "|", "") == _BUSY,
)
_UNOWNED = worlds.c.run_until <= bindparam("real")
_WORLD_NOW = worlds.c.virtual_base + (bindparam("real") - worlds.c.real_base) * worlds.c.rate
_FIRST_DUE = (
    select(lanes.c.due_at)
    .where(_OF_WORLD, _FREE, lanes.c.due_at.is_not(None))
    .order_by(lanes.c.due_at)
    .limit(1)
    .scalar_subquery()
)
_WORLDS_WITH_DUE = (
    select(worlds.c.name, worlds.c.epoch, _WORLD_NOW)
    .where(_UNOWNED, _FIRST_DUE <= _WORLD_NOW)
    .order_by(_FIRST_DUE, worlds.c.name)
    .limit(bindparam("most"))
)
# A run that begins meanwhile waits for the claim, and then sees its leases: it never plays beside a claimed job.
_KEEP_RUNS_OUT = Statement(_WORLDS_WITH_DUE.with_for_update(read=True, skip_locked=True))
_DUE = Statement(
    select(lanes.c.due_at, lanes.c.id, lanes.c.owner, _LINE)
    .where(
        lanes.c.world == bindparam("in_world"),
        lanes.c.epoch == bindparam("in_epoch"),
        lanes.c.due_at <= bindparam("now"),
        _FREE,
    )
    .order_by(lanes.c.due_at, lanes.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_NEXT_DUE = Statement(select(worlds.c.virtual_base, worlds.c.real_base, worlds.c.rate, _FIRST_DUE).where(_UNOWNED))


@dataclass(frozen=True)
class Shares:
    """How many lanes of each owner the caller is playing, of which no owner gets more than `most`.

    Of the lines of work in `barred` nothing is claimed, of those that are to be `alone` one thing.
    """

    playing: Mapping[str, int] = field(default_factory=dict)
    most: int = 1_000_000
    barred: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()

    @property
    def used_up(self) -> str:
        """The owners and lines that get no more for now, with a bar before and after each."""
        owners = (owner for owner, count in self.playing.items() if count >= self.most)
        return "".join(f"|{each}|" for each in (*owners, *sorted(self.barred)))


def line_of(job: Job) -> str:
    """The line of work that a job belongs to: what its owner has of its kind."""
    return f"{job.owner} {job.kind[:4]:<4}"


def claim(connection: Connection, real: int, lease_until: int, most: int, shares: Shares) -> list[Job]:
    """The heads of up to `most` due lanes, now leased to the caller; several players never get the same one."""
    moment = {"real": real, "busy": shares.used_up, "most": most}
    due: list[Row] = []
    for world, epoch, now in _KEEP_RUNS_OUT.rows(connection, moment):
        due += _DUE.rows(connection, {**moment, "in_world": world, "in_epoch": epoch, "now": now})
    taken, lines, claimed = Counter(shares.playing), Counter[str](), []
    for _, lane_id, owner, line in sorted(due)[:most]:
        if taken[owner] < shares.most and not (lines[line] and line in shares.alone):
            taken[owner] += 1
            lines[line] += 1
            claimed.append(_lease(connection, lane_id, lease_until))
    return claimed


def next_wake(connection: Connection, real: int, shares: Shares) -> int | None:
    """When, in real time, the next lane comes due that nobody has and the caller may claim: not after `real` for what
    is due by now. In a world that stands still, that is all that ever does.
    """
    rows = _NEXT_DUE.rows(connection, {"real": real, "busy": shares.used_up})
    return min((_wake(*row) for row in rows if row[-1] is not None and (row[2] or row[-1] <= row[0])), default=None)


def _wake(virtual_base: int, real_base: int, rate: int, due: int) -> int:
    return real_base + -(-(due - virtual_base) // rate) if rate else real_base


_BACKLOG = (
    select(
        worlds.c.virtual_base, worlds.c.real_base, worlds.c.rate, func.count(), func.min(lanes.c.due_at),
    )
    .where(_OF_WORLD, lanes.c.due_at.is_not(None))
    .group_by(worlds.c.name)
)  # fmt: skip


def backlog(connection: Connection, real: int) -> tuple[int, float]:
    """(lanes with something to play, now or later, in all worlds; the milliseconds of real time by which the one that
    is latest is late). A world that stands still is never late.
    """
    waiting, latest = 0, 0.0
    for virtual_base, real_base, rate, count, due in connection.execute(_BACKLOG):
        waiting += count
        if rate:
            latest = max(latest, (virtual_base + (real - real_base) * rate - due) / rate)
    return waiting, latest


# ---- claiming, in a run that owns the world --------------------------------------------------------------------------
_DUE_NEXT = Statement(
    select(lanes.c.id, lanes.c.due_at)
    .where(
        lanes.c.world == bindparam("in_world"),
        lanes.c.epoch == bindparam("in_epoch"),
        lanes.c.due_at <= bindparam("upto"),
        lanes.c.attempts <= bindparam("tried"),
        lanes.c.leased_until <= bindparam("real"),
    )
    .order_by(lanes.c.due_at, lanes.c.id)
    .limit(bindparam("most"))
)


def due_next(tx: Tx, upto: int | None, *, retries: bool, beside: Sequence[int]) -> tuple[int, int] | None:
    """(lane, when) of the free head that is due first, by `upto`. `retries` False passes over failing callbacks."""
    bounds = {"upto": LAST if upto is None else upto, "tried": _TIRELESS if retries else 0, "real": tx.real}
    place = {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "most": len(beside) + 1}
    due = _DUE_NEXT.rows(tx.connection, place | bounds)
    return next(((lane_id, due_at) for lane_id, due_at in due if lane_id not in beside), None)


def lease(tx: Tx, lane_id: int, until: int) -> Job:
    """The head of this lane, leased to a run that has the world."""
    return _lease(tx.connection, lane_id, until)


@dataclass(frozen=True)
class Claimed:
    """What came of claiming one lane: its head if it was due and free; `busy` when somebody else has it."""

    job: Job | None
    busy: bool = False


def claim_lane(tx: Tx, name: str, lease_until: int) -> Claimed:
    """Claim the head of this lane, out of turn, if it is due at the transaction's moment."""
    found = tx.connection.execute(
        select(lanes.c.id, lanes.c.due_at, lanes.c.leased_until)
        .where(lanes.c.world == tx.world.name, lanes.c.epoch == tx.world.epoch, lanes.c.name == name)
        .with_for_update()
    ).first()
    if found is None or found.due_at is None or found.due_at > tx.now:
        return Claimed(None)
    if found.leased_until > tx.real:
        return Claimed(None, busy=True)
    return Claimed(_lease(tx.connection, found.id, lease_until))


def take_lane(tx: Tx, name: str, lease_until: int) -> Job | None:
    """The head of the lane of this name, due or not, leased to the caller; None where nothing waits in it."""
    query = select(lanes.c.id).where(
        lanes.c.world == tx.world.name,
        lanes.c.epoch == tx.world.epoch,
        lanes.c.name == name,
        lanes.c.due_at.is_not(None),
    )
    lane_id = tx.connection.execute(query).scalar()
    return None if lane_id is None else _lease(tx.connection, lane_id, lease_until)


def anything_leased(tx: Tx, real: int) -> bool:
    """Whether a player still has a lane of this world."""
    return tx.connection.execute(_leased(tx, real).limit(1)).first() is not None


def leased(tx: Tx) -> list[Job]:
    """What players have of this world at this moment."""
    return [_head(tx.connection, lane_id) for lane_id in tx.connection.execute(_leased(tx, tx.real)).scalars()]


def _leased(tx: Tx, real: int) -> Select[int]:
    return select(lanes.c.id).where(
        lanes.c.world == tx.world.name,
        lanes.c.epoch == tx.world.epoch,
        lanes.c.due_at.is_not(None),
        lanes.c.leased_until > real,
    )


def _lease(connection: Connection, lane_id: int, until: int) -> Job:
    _LEASE.change(connection, {"of_lane": lane_id, "until": until})
    return _head(connection, lane_id)


def _head(connection: Connection, lane_id: int) -> Job:
    ((*about, payload),) = _HEAD.rows(connection, {"of_lane": lane_id})
    values = (*about, unpack(payload))
    return Job(*values)
