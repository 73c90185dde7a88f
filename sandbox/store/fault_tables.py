"""The tables of fault rules: what a tenant has told the wire to do to its calls, and how far that has come."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table

from sandbox.store.schema import metadata

faults = Table(
    "faults",
    metadata,
    Column("world", String, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("owner", String, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("matched", BigInteger, nullable=False),  # calls that it was about
    Column("done", BigInteger, nullable=False),  # of them, those that it struck
    Column("rule", LargeBinary, nullable=False),  # as it was sent
)
failing = Table(  # requests that a rule has struck and not yet let pass
    "failing",
    metadata,
    Column("world", String, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("owner", String, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("identity", String, primary_key=True),
    Column("times", Integer, nullable=False),  # in a row
)
