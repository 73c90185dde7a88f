"""Rows of recordings: what a tenant asked and was answered, and what was played of its in between."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select

from sandbox.store.accounts import next_number
from sandbox.store.lane_tables import lanes
from sandbox.store.lanes import Job
from sandbox.store.recording_tables import conversation, played
from sandbox.store.statements import Statement
from sandbox.store.store import PLAYED, Tx

MOST_PLAYED = 20_000  # of an owner's in one epoch are noted
ROW = 100  # bytes that an exchange takes beside what was said


@dataclass(frozen=True)
class Exchange:
    """One call of a tenant's, in the epoch `began`. `came` is in real time, and `turn` orders those of one millisecond;
    `at` is the world time that it acted at, None where it came to nothing; `played` is how much had been played of the
    tenant's by then, and `told` the cursor of its last KCI; `place` orders those that were under way together.
    `exchange` and `answer` are JSON.
    """

    world: str
    epoch: int
    owner: str
    began: int
    came: int
    turn: int
    at: int | None
    played: int
    told: int
    place: int
    exchange: bytes
    answer: bytes

    @property
    def size(self) -> int:
        """About how many bytes it takes to keep."""
        return ROW + len(self.exchange) + len(self.answer)


@dataclass(frozen=True)
class Step:
    """A job of this lane that was settled, as the `number`th of its owner's; `now` is the world's time then."""

    number: int
    lane: str
    real: int
    now: int


_NAMES = ("began", "came", "turn", "at", "played", "told", "place", "exchange", "answer")
_ADD = Statement(insert(conversation))
_FIRST = (
    select(func.min(played.c.number))
    .where(
        played.c.world == bindparam("of_world"),
        played.c.epoch == bindparam("of_epoch"),
        played.c.owner == bindparam("of_owner"),
    )
    .scalar_subquery()
)
_NOTE = Statement(
    insert(played).from_select(
        ["world", "epoch", "owner", "number", "lane", "real", "now"],
        select(
            lanes.c.world, lanes.c.epoch, lanes.c.owner, bindparam("this", type_=played.c.number.type), lanes.c.name,
            bindparam("at_real", type_=played.c.real.type), bindparam("at_now", type_=played.c.now.type),
        ).where(
            lanes.c.id == bindparam("of_lane"),
            func.coalesce(_FIRST, bindparam("number", type_=played.c.number.type)) > bindparam("beyond"),
        ),
    )
)  # fmt: skip


def note_played(tx: Tx, job: Job) -> None:
    """A job is settled: the next of its owner's."""
    number = next_number(tx.connection, tx.world.name, job.owner, PLAYED)
    place = {"of_world": tx.world.name, "of_epoch": tx.world.epoch, "of_owner": job.owner, "of_lane": job.lane_id}
    moment = {"this": number, "number": number, "beyond": number - MOST_PLAYED}
    _NOTE.change(tx.connection, place | moment | {"at_real": tx.real, "at_now": tx.world.now(tx.real)})


def add(connection: Connection, exchanges: Sequence[Exchange]) -> None:
    """Keep these."""
    _ADD.change_all(connection, [vars(each) for each in exchanges])


def size(connection: Connection, world: str, epoch: int, owner: str) -> int:
    """About how many bytes are kept of the owner's exchanges in this epoch."""
    said = func.length(conversation.c.exchange) + func.length(conversation.c.answer) + ROW
    query = select(func.coalesce(func.sum(said), 0)).where(
        conversation.c.world == world, conversation.c.epoch == epoch, conversation.c.owner == owner
    )
    return int(connection.execute(query).scalar_one())


def exchanges_of(tx: Tx, owner: str) -> list[Exchange]:
    """All that is kept of the owner's, in the order in which it acted."""
    query = select(*(conversation.c[name] for name in _NAMES)).where(
        conversation.c.world == tx.world.name, conversation.c.epoch == tx.world.epoch, conversation.c.owner == owner
    )
    rows = tx.connection.execute(
        query.order_by(conversation.c.began, conversation.c.came, conversation.c.turn, conversation.c.id)
    )
    return _in_order([Exchange(tx.world.name, tx.world.epoch, owner, *row) for row in rows])


def _in_order(came: Sequence[Exchange]) -> list[Exchange]:
    """As they acted, of these as they came. One that came to nothing stays behind the one before it."""
    places, last = [], (0, 0)
    for each in came:
        last = (each.began, each.place if each.at is not None else last[1] * (each.began == last[0]))
        places.append(last)
    return [came[index] for index in sorted(range(len(came)), key=places.__getitem__)]


def steps_of(tx: Tx, owner: str) -> list[Step]:
    """What was played of the owner's, in order."""
    query = select(played.c.number, played.c.lane, played.c.real, played.c.now).where(
        played.c.world == tx.world.name, played.c.epoch == tx.world.epoch, played.c.owner == owner
    )
    return [Step(*row) for row in tx.connection.execute(query.order_by(played.c.number))]
