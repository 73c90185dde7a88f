"""The table of scenarios and suppliers that tenants brought. It lies outside epochs: no reset removes one."""

from sqlalchemy import Boolean, Column, LargeBinary, String, Table

from sandbox.store.schema import metadata

own_files = Table(
    "own_files",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("kind", String, primary_key=True),  # scenario, supplier
    Column("name", String, primary_key=True),
    Column("world", String, nullable=False, index=True),
    Column("source", LargeBinary, nullable=False),  # as it was sent
    Column("whole", LargeBinary, nullable=False),  # its value, with all that it extends
    Column("gone", Boolean, nullable=False),  # taken away: it is played to its end where it plays already
)
