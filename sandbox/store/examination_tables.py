"""The table of conformance runs that tenants asked for. It lies outside epochs: no reset removes one.

Times are UTC milliseconds of real time.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, Text

from sandbox.store.schema import metadata

examinations = Table(
    "examinations",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant", String, nullable=False, index=True),
    Column("world", String, nullable=False),
    Column("suite", String, nullable=False),
    Column("name", Text, nullable=False),  # of the target
    Column("url", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),  # if it has not ended by then, its process was killed
    Column("progress", LargeBinary, nullable=False),
    Column("ended_at", BigInteger),
    Column("report", LargeBinary),  # with the next, null as long as it goes on
    Column("certificate", LargeBinary),  # null too where none is given
)
