"""The table of snapshots. It lies outside epochs: a snapshot outlives the resets of its world.

What a snapshot holds are rows of the usual tables, copied to where nobody enters: see `snapshots.shelf`.
"""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from sandbox.store.schema import metadata

snapshots = Table(
    "snapshots",
    metadata,
    Column("world", String, primary_key=True),
    Column("owner", String, primary_key=True),  # who took it, and alone sees it
    Column("name", String, primary_key=True),
    Column("number", Integer, nullable=False),  # in place of an epoch, on the world's shelf
    Column("taken_in", Integer, nullable=False),  # the epoch
    Column("taken_at", BigInteger, nullable=False),  # real
    Column("at", BigInteger, nullable=False),  # world time
    Column("rate", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
)
