"""The tables of recordings: how an epoch began, what a tenant asked and was answered in it, and what was played.

They belong to epochs, so a snapshot keeps the conversation that led to it.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from sandbox.store.schema import SMALL, metadata, serial

beginnings = Table(
    "beginnings",
    metadata,
    Column("world", String, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("began", Integer, primary_key=True),  # the epoch that began so: earlier ones where a snapshot was restored
    Column("real", BigInteger, nullable=False),  # real
    Column("at", BigInteger, nullable=False),
    Column("rate", BigInteger, nullable=False),
    Column("counters", LargeBinary, nullable=False),  # as they stood then
)
conversation = Table(
    "conversation",
    metadata,
    Column("id", serial, primary_key=True),
    Column("world", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("owner", String, nullable=False),
    Column("began", Integer, nullable=False),  # the epoch that it came in
    Column("came", BigInteger, nullable=False),  # real
    Column("turn", BigInteger, nullable=False),  # among those that came in the same millisecond
    Column("at", BigInteger),  # world time that it acted at; null: it came to nothing
    Column("played", BigInteger, nullable=False),  # how much had been played of the owner's by then
    Column("told", BigInteger, nullable=False),  # and how many KCIs it had been told
    Column("place", BigInteger, nullable=False),  # among those that were under way together
    Column("exchange", LargeBinary, nullable=False),  # without the body of the answer
    Column("answer", LargeBinary, nullable=False),
)
Index("conversation_by_owner", *(conversation.c[name] for name in ("world", "epoch", "owner")))
played = Table(
    "played",
    metadata,
    Column("world", String, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("owner", String, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("lane", String, nullable=False),
    Column("real", BigInteger, nullable=False),  # real
    Column("now", BigInteger, nullable=False),  # world time when it was settled, which may be later than it was due
    **SMALL,
)
