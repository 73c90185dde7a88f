"""The tables of tenants and their credentials, of what was agreed with them, and of what they say. They lie outside
epochs: no reset touches them.

Times are UTC milliseconds of real time.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from sandbox.store.schema import metadata, serial

clients = Table(
    "clients",
    metadata,
    Column("client_id", String, primary_key=True),
    Column("kind", String, nullable=False),  # tenant, supplier, gateway
    Column("code", String, nullable=False),
    Column("world", String, nullable=False),
    Column("secret_hash", String, nullable=False),
    Column("version", Integer, nullable=False),  # raised by rotation: tokens of an older version open nothing
    Column("owner", String, index=True),  # the tenant whose they are; null: a published supplier's or gateway's
    Column("created_at", BigInteger, nullable=False),
)
tenants = Table(
    "tenants",
    metadata,
    Column("code", String, primary_key=True),
    Column("world", String, nullable=False, index=True),
    Column("suppliers", Text, nullable=False),  # codes, separated by spaces
    Column("callback_url", Text),
    Column("callback_secret", LargeBinary),
    Column("callback_auth", LargeBinary),  # encrypted; null: none
    Column("callback_proved", Text),  # the last origin that has echoed a challenge
)
tenant_terms = Table(
    "tenant_terms",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("partner", String, index=True),  # whose it is; null: one of those that are shipped
    Column("title", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),  # when it last signed in, to the hour
    Column("allowed_from", Text, nullable=False),  # networks, separated by spaces; none: from anywhere
    Column("requests", BigInteger),  # this and the following are its own quotas; null: as the deployment has them
    Column("orders", BigInteger),
    Column("bytes", BigInteger),
    Column("callbacks", BigInteger),
)
world_terms = Table(
    "world_terms",
    metadata,
    Column("world", String, primary_key=True),
    Column("partner", String, index=True),  # null: one of those that are shipped
    Column("created_at", BigInteger, nullable=False),
    Column("cron", Text),  # its own timetable; null: as the deployment has it
    Column("time_zone", Text),
    Column("pinned_until", BigInteger),  # before this the timetable does not reset it
    Column("closed_at", BigInteger),  # it goes once everything in it is swept
)
feedback = Table(
    "feedback",
    metadata,
    Column("id", serial, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("number", BigInteger, nullable=False),  # as the tenant counts
    Column("said_in", String, nullable=False),  # the world, which it outlives
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("feedback_by_tenant", feedback.c.tenant, feedback.c.number, unique=True)
