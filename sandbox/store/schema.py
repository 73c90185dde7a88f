"""The tables. What belongs to a world begins its key with (world, epoch): a reset makes the old rows invisible.

Times are UTC milliseconds: world time, except the columns that say real. Documents are JSON bytes, written once.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    true,
)

VERSION = 16  # raised with every change to any table: the data is disposable, so an older file is refused, not migrated

metadata = MetaData()
# Rows of less than a twentieth of a page lie in the index of their key: SQLite keeps one tree for them, not two.
SMALL: dict[str, Any] = {"sqlite_with_rowid": False}
serial = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts by itself on SQLite


def only(where: ColumnElement[bool]) -> dict[str, Any]:
    """An index of these rows alone, on either database."""
    return {"sqlite_where": where, "postgresql_where": where}


def _in_world(*more: Column[object]) -> tuple[Column[object], ...]:
    return (Column("world", String, primary_key=True), Column("epoch", Integer, primary_key=True), *more)


about = Table("about", metadata, Column("version", Integer, primary_key=True))

# ---- outside epochs: no reset removes or revives these -----------------------------------------------------------
worlds = Table(
    "worlds",
    metadata,
    Column("name", String, primary_key=True),
    Column("seed", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("virtual_base", BigInteger, nullable=False),
    Column("real_base", BigInteger, nullable=False),  # real
    Column("rate", BigInteger, nullable=False),
    Column("gap", BigInteger),  # milliseconds between KCIs; null: the scenario's own offsets
    Column("run_token", String, nullable=False),
    Column("run_until", BigInteger, nullable=False),  # real
    Column("reset_at", BigInteger),  # real
    Column("as_of", BigInteger),  # the world time that it then went back to; null: its beginning
    Column("resets_at", BigInteger),  # real: the next time by the timetable; whoever changes it does that reset
    Column("faults", Integer, nullable=False),  # rules in this epoch: most often 0, and nobody looks further
)
counters = Table(
    "counters",
    metadata,
    Column("world", String, primary_key=True),
    Column("owner", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
    **SMALL,
)

# ---- the gateway's side --------------------------------------------------------------------------------------------
entities = Table(
    "entities",
    metadata,
    *_in_world(),
    Column("tenant", String, primary_key=True),
    Column("kind", String, primary_key=True),  # order, test, problem
    Column("id", BigInteger, primary_key=True),
    Column("supplier", String, nullable=False),
    Column("status", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("sequence", Integer, nullable=False),  # of the last KCI to the tenant
    Column("supplier_sequence", BigInteger, nullable=False),  # of the last KCI taken from the supplier
    Column("supplier_reference", String),
    Column("choice", LargeBinary, nullable=False),  # scenario headers, as sent
    Column("before", String),  # the status before the requests that are pending
    Column("body", LargeBinary, nullable=False),  # in the tenant's words
    Column("disorder", LargeBinary),  # of its KCIs on their way to the tenant; null: none
)
Index("entities_by_reference", *(entities.c[name] for name in ("world", "epoch", "supplier", "supplier_reference")))
reservations = Table(
    "reservations",
    metadata,
    *_in_world(),
    Column("tenant", String, primary_key=True),
    Column("id", BigInteger, primary_key=True),
    Column("expires_at", BigInteger),
    Column("order_id", BigInteger),
    Column("body", LargeBinary, nullable=False),
)
received = Table(
    "received",
    metadata,
    *_in_world(),
    Column("supplier", String, primary_key=True),
    Column("kci", String, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("entity", String, nullable=False),
    Column("sequence", BigInteger, nullable=False),  # as the supplier counts
    Column("received_on", BigInteger, nullable=False),
    Column("digest", String, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("refusal", LargeBinary),  # null: it was taken
    Column("body", LargeBinary),  # only while held
)
_WHOSE = (received.c[name] for name in ("world", "epoch", "tenant", "entity"))
Index("received_and_held", *_WHOSE, **only(received.c.held == true()))
requests = Table(  # amendments and cancellations of what a tenant has under way
    "requests",
    metadata,
    *_in_world(),
    Column("tenant", String, primary_key=True),
    Column("kind", String, primary_key=True),  # amendment, cancellation
    Column("id", BigInteger, primary_key=True),
    Column("entity", String, nullable=False),
    Column("status", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("supplier_reference", String),
    Column("choice", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("requests_by_entity", *(requests.c[name] for name in ("world", "epoch", "tenant", "entity", "id")))
services = Table(  # what tenants have live, as the gateway learnt it from KCIs
    "services",
    metadata,
    *_in_world(),
    Column("tenant", String, primary_key=True),
    Column("supplier", String, primary_key=True),
    Column("service_id", String, primary_key=True),
    Column("live", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
quotes = Table(  # prices of Ethernet, as the gateway handed them to tenants
    "quotes",
    metadata,
    *_in_world(),
    Column("id", BigInteger, primary_key=True),  # the gateway's, one per supplier asked
    Column("tenant", String, nullable=False),
    Column("supplier", String, nullable=False),
    Column("supplier_quote_id", String, nullable=False),
    Column("expires_at", BigInteger),
    Column("body", LargeBinary, nullable=False),
)
Index("quotes_by_name", *(quotes.c[name] for name in ("world", "epoch", "tenant", "supplier", "supplier_quote_id")))

# ---- KCIs to whoever is to get them --------------------------------------------------------------------------------
kcis = Table(
    "kcis",
    metadata,
    *_in_world(),
    Column("owner", String, primary_key=True),  # a tenant, or the client of a stand-alone world
    Column("id", String, primary_key=True),
    Column("entity", String, nullable=False),  # what it is about: order 17
    Column("sequence", Integer, nullable=False),
    Column("conversation", String, nullable=False),
    Column("status", String, nullable=False),
    Column("delivered_on", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # fixed at first hand-over
)
Index("kcis_by_entity", *(kcis.c[name] for name in ("world", "epoch", "owner", "entity", "sequence")))
mailbox = Table(
    "mailbox",
    metadata,
    *_in_world(),
    Column("owner", String, primary_key=True),
    Column("cursor", BigInteger, primary_key=True),
    Column("kci", String, nullable=False),
    Column(
        "marks", String, nullable=False
    ),  # kinds of disorder that have been at it, with blanks between; most often ""
    **SMALL,
)

# ---- the fake suppliers' side --------------------------------------------------------------------------------------
supplier_entities = Table(
    "supplier_entities",
    metadata,
    *_in_world(),
    Column("supplier", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", BigInteger, primary_key=True),  # the gateway's
    Column("reference", String),  # the supplier's own
    Column("conversation", String, nullable=False),
    Column("sequence", Integer, nullable=False),  # of the last KCI sent
    Column("digest", String, nullable=False),
    Column("memo", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),  # in the supplier's words
)
Index(
    "supplier_entities_by_reference",
    *(supplier_entities.c[name] for name in ("world", "epoch", "supplier", "tenant", "reference")),
)
lines = Table(  # what lies at premises: lines, the ports that they end at, and who uses them
    "lines",
    metadata,
    *_in_world(),
    Column("supplier", String, primary_key=True),
    Column("line_id", String, primary_key=True),
    Column("premises", String, nullable=False),
    Column("ont_reference", String, nullable=False),
    Column("ont_port", Integer, nullable=False),
    Column("tenant", String, nullable=False),
    Column("service_id", String, nullable=False),
    Column("specification", String, nullable=False),
    Column("stopped_at", BigInteger),  # null: the port is active
)
Index("lines_by_premises", *(lines.c[name] for name in ("world", "epoch", "supplier", "premises")))
sites = Table(  # orders by premises, at suppliers that mind a second one
    "sites",
    metadata,
    *_in_world(),
    Column("supplier", String, primary_key=True),
    Column("premises", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("id", BigInteger, primary_key=True),
)
bookings = Table(
    "bookings",
    metadata,
    *_in_world(),
    Column("supplier", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("id", BigInteger, primary_key=True),  # the gateway's reservation id
    Column("reference", String, nullable=False),
    Column("area", String, nullable=False),
    Column("slot_start", BigInteger, nullable=False),
    Column("slot_end", BigInteger, nullable=False),
    Column("left_start", BigInteger),  # the slot that it is being moved from, where it keeps its place meanwhile
    Column("left_end", BigInteger),
    Column("expires_at", BigInteger),  # null once an order has confirmed it; 0 when its place may be another's
    Column("digest", String, nullable=False),
    Column("answer", LargeBinary, nullable=False),
)
Index("bookings_by_slot", *(bookings.c[name] for name in ("world", "epoch", "supplier", "area", "slot_start")))
supplier_quotes = Table(
    "supplier_quotes",
    metadata,
    *_in_world(),
    Column("supplier", String, primary_key=True),
    Column("id", BigInteger, primary_key=True),  # the gateway's; no tenant: a supplier is not told for whom it quotes
    Column("reference", String, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("digest", String, nullable=False),
    Column("answer", LargeBinary, nullable=False),
)
Index(
    "supplier_quotes_by_reference", *(supplier_quotes.c[name] for name in ("world", "epoch", "supplier", "reference"))
)

# ---- what happened ---------------------------------------------------------------------------------------------------
timeline = Table(
    "timeline",
    metadata,
    Column("id", serial, primary_key=True),
    Column("world", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("owner", String, nullable=False),
    Column("entity", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("real", BigInteger, nullable=False),  # real
    Column("notes", LargeBinary, nullable=False),  # what one transaction notes about one thing, in its order
)
Index("timeline_by_entity", *(timeline.c[name] for name in ("world", "epoch", "owner", "entity", "id")))
