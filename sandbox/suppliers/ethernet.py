"""Ethernet at a fake supplier: which services it sells between which sites, and orders by its quotes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.entities import ORDER
from sandbox.domain.errors import invalid
from sandbox.domain.planning import plan
from sandbox.domain.premises import serves
from sandbox.domain.quotes import differences, place
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store import quotes
from sandbox.store.store import Tx
from sandbox.suppliers.building import as_builder, ethernet_of
from sandbox.suppliers.choosing import chosen
from sandbox.suppliers.premises import supplier_at
from sandbox.suppliers.taking import Taken, take, taken_order, tenant_of
from sandbox.wire.calls import Answer, Call

# What availability says of a site where Ethernet alone is asked for: a line is always a new one, with no visit to book.
NEW_SITE: Mapping[str, Any] = {"line": {"type": "NEW", "lineType": "FIBRE"}, "existingLines": []}


def take_order(parts: Parts, call: Call) -> Answer:
    """POST /ethernet/service-orders: taken when it is for what was quoted, and told like every other order."""
    order: dict[str, Any] = call.body
    supplier = supplier_at(parts, call)
    builder = as_builder(supplier, ethernet_of(supplier))
    wrong = list(wrong_sites(parts, supplier, order["siteInformation"], "/siteInformation"))
    if wrong:
        raise invalid(*wrong)
    scenario, choice = chosen(parts, tenant_of(call), call.headers, supplier, appointed=False, inbox=call.caller.code)

    def decide(tx: Tx) -> Taken:
        _check_quote(parts, tx, supplier.code, order)
        world = tx.world
        story = plan(scenario, choice, builder, order, tx.now, world.gap, world.seed, world.epoch)
        return taken_order(story, order)

    return take(parts, call, supplier.code, ORDER, decide)


def specifications(supplier: Supplier) -> list[dict[str, Any]]:
    """The Ethernet services, as availability shows them."""
    return [
        {"id": each.id, "name": each.name, "serviceCharacteristics": []}
        for each in (supplier.ethernet.specifications if supplier.ethernet else ())
    ]


def wrong_sites(parts: Parts, supplier: Supplier, sites: Sequence[Mapping[str, Any]], where: str) -> Iterator[str]:
    """Everything that keeps this supplier from joining these sites."""
    book = parts.library.premises
    for number, site in enumerate(sites):
        found = book.find(site["address"])
        if found is None:
            yield f"{where}/{number}/address: no premises are known by this {site['address']['type']}"
        elif not serves(supplier, found):
            yield f"{where}/{number}/address: {supplier.code} does not serve these premises"
        elif _plain(found.address.get("postcode", "")) != _plain(site["postcode"]):
            yield f"{where}/{number}/postcode: these premises have another"
    if len({place(book, site["address"]) for site in sites}) < len(sites):
        yield f"{where}: two sites are the same premises"


def _check_quote(parts: Parts, tx: Tx, supplier: str, order: Mapping[str, Any]) -> None:
    quote = quotes.find_at_supplier(tx, supplier, reference=order["supplierQuoteId"])
    if quote is None:
        raise invalid(f"/supplierQuoteId: {supplier} gave no such quote")
    if quote.expires_at <= tx.now:
        raise invalid(f"/supplierQuoteId: the quote expired at {to_text(quote.expires_at)}: ask for another")
    if wrong := list(differences(quote.answer, order, parts.library.premises)):
        raise invalid(*wrong)


def _plain(postcode: str) -> str:
    return "".join(postcode.split()).upper()
