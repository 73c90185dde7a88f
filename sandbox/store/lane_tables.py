"""The tables of everything that waits: lanes, and the jobs in them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from sandbox.store.schema import metadata, only, serial

lanes = Table(
    "lanes",
    metadata,
    Column("id", serial, primary_key=True),
    Column("world", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("line", String, nullable=False),  # of work: what its owner has of one kind of job
    Column("due_at", BigInteger),  # of the head; null: nothing waits
    Column("attempts", Integer, nullable=False),  # of the head
    Column("not_before", BigInteger, nullable=False),  # real
    Column("leased_until", BigInteger, nullable=False),  # real
    Column("fence", Integer, nullable=False),
)
Index("lanes_by_name", lanes.c.world, lanes.c.epoch, lanes.c.name, unique=True)
_WAITING = only(lanes.c.due_at.is_not(None))
Index("lanes_by_due", lanes.c.world, lanes.c.epoch, lanes.c.due_at, **_WAITING)
Index("lanes_by_line", lanes.c.world, lanes.c.epoch, lanes.c.line, lanes.c.due_at, **_WAITING)
jobs = Table(
    "jobs",
    metadata,
    Column("id", serial, primary_key=True),
    Column("lane_id", serial, ForeignKey("lanes.id"), nullable=False),
    Column("rank", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
Index("jobs_by_lane", jobs.c.lane_id, jobs.c.rank, jobs.c.id)
