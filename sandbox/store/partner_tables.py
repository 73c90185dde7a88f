"""The tables of partners' own suppliers: registrations lie outside epochs, what was answered wrongly lies within."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from sandbox.store.schema import metadata

partners = Table(
    "partners",
    metadata,
    Column("world", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("tenant", String, nullable=False),  # who registered it, and alone may remove it
    Column("title", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("connect_timeout", Integer, nullable=False),  # real milliseconds
    Column("answer_timeout", Integer, nullable=False),  # real milliseconds
    Column("specifications", LargeBinary, nullable=False),
    Column("capabilities", Text, nullable=False),  # separated by spaces
    Column("credentials", LargeBinary),  # encrypted; null: none
)
exchanges = Table(
    "exchanges",
    metadata,
    Column("world", String, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("supplier", String, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("tenant", String, nullable=False),  # on whose behalf the gateway called
    Column("at", BigInteger, nullable=False),
    Column("detail", LargeBinary, nullable=False),
)
