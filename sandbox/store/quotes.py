"""Rows of quotes: as the gateway handed them to tenants, and as the fake suppliers gave them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from sandbox.store.documents import pack, unpack
from sandbox.store.schema import quotes, supplier_quotes
from sandbox.store.store import Tx


@dataclass(frozen=True)
class Quote:
    """One supplier's quote, handed to a tenant. `body` is the item as the tenant asked; `expires_at` None is never."""

    id: int
    tenant: str
    supplier: str
    supplier_quote_id: str
    expires_at: int | None
    body: dict[str, Any]


@dataclass(frozen=True)
class SupplierQuote:
    """A price as its supplier keeps it. `digest` and `answer` let the same request get the same answer."""

    supplier: str
    id: int
    reference: str
    expires_at: int
    digest: str
    answer: dict[str, Any]


_QUOTE = ("id", "tenant", "supplier", "supplier_quote_id", "expires_at", "body")
_SUPPLIER_QUOTE = ("supplier", "id", "reference", "expires_at", "digest", "answer")


def add(tx: Tx, quote: Quote) -> None:
    """A quote handed to a tenant."""
    tx.connection.execute(insert(quotes), {**tx.key, **vars(quote), "body": pack(quote.body)})


def find(tx: Tx, tenant: str, supplier: str, supplier_quote_id: str) -> Quote | None:
    """What this supplier calls so; the latest, should it have given a name twice."""
    query = (
        select(*(quotes.c[name] for name in _QUOTE))
        .where(
            quotes.c.world == tx.world.name,
            quotes.c.epoch == tx.world.epoch,
            quotes.c.tenant == tenant,
            quotes.c.supplier == supplier,
            quotes.c.supplier_quote_id == supplier_quote_id,
        )
        .order_by(quotes.c.id.desc())
        .limit(1)
    )
    row = tx.connection.execute(query).mappings().one_or_none()
    return None if row is None else Quote(**{**row, "body": unpack(row["body"])})


def add_at_supplier(tx: Tx, quote: SupplierQuote) -> None:
    """A price that a supplier has named."""
    tx.connection.execute(insert(supplier_quotes), {**tx.key, **vars(quote), "answer": pack(quote.answer)})


def find_at_supplier(
    tx: Tx, supplier: str, *, number: int | None = None, reference: str | None = None
) -> SupplierQuote | None:
    """The supplier's quote of this gateway's number, or by the supplier's own reference."""
    named = supplier_quotes.c.reference == reference if number is None else supplier_quotes.c.id == number
    query = select(*(supplier_quotes.c[name] for name in _SUPPLIER_QUOTE)).where(
        supplier_quotes.c.world == tx.world.name,
        supplier_quotes.c.epoch == tx.world.epoch,
        supplier_quotes.c.supplier == supplier,
        named,
    )
    row = tx.connection.execute(query).mappings().one_or_none()
    return None if row is None else SupplierQuote(**{**row, "answer": unpack(row["answer"])})
