"""Claiming: who may play what is due. What is claimed is a lane, for the time of a lease; the fence counts the claims.

A lease that has run out is free to be claimed again: its player died, or is so slow that what it does is not settled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, and_, bindparam, func, select, update

from sandbox.domain.worldtime import LAST, World
from sandbox.store.documents import unpack
from sandbox.store.lane_tables import jobs, lanes
from sandbox.store.lanes import Job, line_of
from sandbox.store.schema import worlds
from sandbox.store.shares import Shares
from sandbox.store.statements import Statement
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
# However much waits, a look goes along an index to the first lane of each line of work, and to no other: what is in a
# line that may have no more for now is not gone through.
_OF_WORLD = and_(lanes.c.world == worlds.c.name, lanes.c.epoch == worlds.c.epoch)
_WAITING = lanes.c.due_at.is_not(None)
_HERE = and_(lanes.c.world == bindparam("in_world"), lanes.c.epoch == bindparam("in_epoch"), _WAITING)
_FREE = and_(lanes.c.leased_until <= bindparam("real"), lanes.c.not_before <= bindparam("real"))
_UNOWNED = worlds.c.run_until <= bindparam("real")
_FIRST_DUE = select(lanes.c.due_at).where(_OF_WORLD, _WAITING).order_by(lanes.c.due_at).limit(1).scalar_subquery()
_WORLDS = select(*worlds.c, _FIRST_DUE).where(_UNOWNED)
_ALL_WORLDS, _ONE_WORLD = Statement(_WORLDS), Statement(_WORLDS.where(worlds.c.name == bindparam("of_world")))
# A run that begins meanwhile waits for the claim, and then sees its leases: it never plays beside a claimed job.
_KEEP_RUNS_OUT = Statement(
    select(*worlds.c)
    .where(worlds.c.name == bindparam("of_world"), _UNOWNED)
    .with_for_update(read=True, skip_locked=True)
)


def _first_line(*beyond: ColumnElement[bool]) -> ScalarSelect[str]:
    return select(lanes.c.line).where(_HERE, *beyond).order_by(lanes.c.line).limit(1).scalar_subquery()


_LINE = select(_first_line().label("line")).cte("every_line", recursive=True)
_LINE = _LINE.union_all(select(_first_line(lanes.c.line > _LINE.c.line)).where(_LINE.c.line.is_not(None)))
_FIRST_OF_LINE = (
    select(lanes.c.due_at)
    .where(_HERE, _FREE, lanes.c.line == _LINE.c.line)
    .order_by(lanes.c.due_at)
    .limit(1)
    .scalar_subquery()
)
_LINES = Statement(select(_FIRST_OF_LINE, _LINE.c.line).where(_LINE.c.line.is_not(None)))
_HEADS = (
    select(lanes.c.due_at, lanes.c.id, lanes.c.line)
    .where(_HERE, _FREE)
    .order_by(lanes.c.due_at, lanes.c.id)
    .limit(bindparam("most"))
)
_FIRST = Statement(_HEADS)
_CLAIMED = _HEADS.where(lanes.c.due_at <= bindparam("now")).with_for_update(skip_locked=True)
_DUE, _DUE_IN_LINE = Statement(_CLAIMED), Statement(_CLAIMED.where(lanes.c.line == bindparam("of_line")))


class _Head(NamedTuple):
    """The head of a lane that is due."""

    due_at: int
    lane_id: int
    line: str


def wakes(connection: Connection, real: int, shares: Shares, names: Iterable[str] | None = None) -> dict[str, int]:
    """When, in real time, the next lane comes due that nobody has and the caller may claim: by world, of these worlds
    or of all. What is due by now came due at `real` or before; a world where nothing ever does by itself is left out.
    """
    moment = {"real": real}
    if names is None:
        rows = _ALL_WORLDS.rows(connection, moment)
    else:
        rows = [row for name in names for row in _ONE_WORLD.rows(connection, moment | {"of_world": name})]
    found = {world[0]: _wake(connection, World(*world), first, real, shares) for *world, first in rows}
    return {name: wake for name, wake in found.items() if wake is not None}


def _wake(connection: Connection, world: World, first: int | None, real: int, shares: Shares) -> int | None:
    """The same for one world; `first` is when the first of its lanes comes due, whoever has that."""
    now = world.now(real)
    if first is not None and first <= now:
        first = _first_free(connection, world, real, shares)
    if first is None or first > now:
        return None if first is None else world.real_at(first)
    return min(real, world.real_at(first) or real)


def _first_free(connection: Connection, world: World, real: int, shares: Shares) -> int | None:
    """When the first lane of the world that may be claimed is due."""
    head = _FIRST.one(connection, {**_place(world), "real": real, "most": 1})
    if head is None or shares.room(head[2]):
        return None if head is None else int(head[0])
    return min((due for due, _ in _lines(connection, world, real, shares)), default=None)


def claim(
    connection: Connection, real: int, lease_until: int, most: int, shares: Shares, names: Iterable[str]
) -> list[Job]:
    """The heads of up to `most` due lanes of these worlds, which are gone through in this order: now leased to the
    caller. Several players never get the same one.
    """
    claimed: list[Job] = []
    for name in names:
        left = most - len(claimed)
        row = _KEEP_RUNS_OUT.one(connection, {"of_world": name, "real": real}) if left else None
        if row is not None:
            jobs_of_world = [
                _lease(connection, lane_id, lease_until)
                for lane_id in _due(connection, World(*row), real, left, shares)
            ]
            shares = shares.less(map(line_of, jobs_of_world))
            claimed += jobs_of_world
    return claimed


def _due(connection: Connection, world: World, real: int, most: int, shares: Shares) -> list[int]:
    """Up to `most` lanes of the world that may be claimed, those that were due first: line by line only where somebody
    may not have what was.
    """
    bounds = {**_place(world), "now": world.now(real), "real": real}
    due = [_Head(*row) for row in _DUE.rows(connection, bounds | {"most": most})]
    found = _allowed(due, most, shares)
    if len(found) == len(due):
        return [head.lane_id for head in found]
    due, found = [], []
    for first, line in _lines(connection, world, real, shares):
        if first > bounds["now"] or (len(found) >= most and found[-1].due_at < first):
            break  # all that is in this line, and in those that follow, comes due later
        room = {"of_line": line, "most": min(most, shares.room(line))}
        due += [_Head(*row) for row in _DUE_IN_LINE.rows(connection, bounds | room)]
        found = _allowed(sorted(due), most, shares)
    return [head.lane_id for head in found]


def _allowed(due: Iterable[_Head], most: int, shares: Shares) -> list[_Head]:
    """The first of these that the caller may have together."""
    found: list[_Head] = []
    for head in due:
        if len(found) < most and shares.room(head.line):
            shares = shares.less([head.line])
            found.append(head)
    return found


def _lines(connection: Connection, world: World, real: int, shares: Shares) -> list[tuple[int, str]]:
    """(when it is due, the line of work): the first free lane of each line that the caller may have more of."""
    rows = _LINES.rows(connection, {**_place(world), "real": real})
    return sorted((due, line) for due, line in rows if due is not None and shares.room(line))


def _place(world: World) -> dict[str, Any]:
    return {"in_world": world.name, "in_epoch": world.epoch}


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
