"""Quotes of a fake supplier: a price that stands for a while, and is the same whenever the same is asked."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import orjson

from sandbox.domain.durations import to_text
from sandbox.domain.errors import invalid
from sandbox.domain.ethernet import Ethernet, charges
from sandbox.domain.ids import make_id
from sandbox.domain.quotes import place
from sandbox.parts import Parts
from sandbox.store import quotes
from sandbox.store.quotes import SupplierQuote
from sandbox.store.store import Tx
from sandbox.suppliers.building import ethernet_of
from sandbox.suppliers.ethernet import wrong_sites
from sandbox.suppliers.premises import supplier_at
from sandbox.wire.calls import Answer, Call

# The only unit and billing frequency that the published samples show.
MONTH, MONTHLY = "MONTH", "MONTHLY"


def give(parts: Parts, call: Call) -> Answer:
    """POST /quote: the charges, and until when they may be ordered. The same request again gets the same answer."""
    request: dict[str, Any] = call.body
    supplier = supplier_at(parts, call)
    ethernet = ethernet_of(supplier)
    wrong = [
        *wrong_sites(parts, supplier, request["sites"], "/sites"),
        *_wrong_services(ethernet, request["service"]),
        *_wrong_contract(ethernet, request["contractDetails"]),
    ]
    if wrong:
        raise invalid(*wrong)
    digest = sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def price(tx: Tx) -> Mapping[str, Any]:
        known = quotes.find_at_supplier(tx, supplier.code, number=request["id"])
        if known is not None:
            if known.digest != digest:
                raise invalid(f"/id: {request['id']} is the number of another quote")
            return known.answer
        name = make_id(tx.world.seed, tx.world.epoch, "supplier quote", supplier.code, request["id"])
        expires_at = tx.now + ethernet.quote_life_ms
        priced = _priced(parts, ethernet, supplier.code, request, tx.world.seed)
        answer = {**request, "id": name, "expiryDateTime": to_text(expires_at), **priced}
        quotes.add_at_supplier(tx, SupplierQuote(supplier.code, request["id"], name, expires_at, digest, answer))
        return answer

    return Answer(201, parts.write(call, price))


def _priced(parts: Parts, ethernet: Ethernet, code: str, request: Mapping[str, Any], seed: str) -> dict[str, Any]:
    """The services by name, and what they cost."""
    sold = {each.id: each for each in ethernet.specifications}
    wanted = [sold[each["serviceSpecification"]["id"]] for each in request["service"]]
    sites = [place(parts.library.premises, site["address"])[1] for site in request["sites"]]
    months = request["contractDetails"]["contractLength"]["value"]
    named = [
        {**asked, "serviceSpecification": {"id": each.id, "name": each.name}}
        for asked, each in zip(request["service"], wanted, strict=True)
    ]
    return {"service": named, "charges": charges(ethernet, code, wanted, sites, months, seed)}


def _wrong_services(ethernet: Ethernet, services: list[dict[str, Any]]) -> Iterator[str]:
    sold = [each.id for each in ethernet.specifications]
    asked = [each["serviceSpecification"]["id"] for each in services]
    for number, each in enumerate(asked):
        if each not in sold:
            yield f"/service/{number}/serviceSpecification: sold are {', '.join(sold)}"
        elif each in asked[:number]:
            yield f"/service/{number}/serviceSpecification: {each} is asked for twice: ask for another quote"


def _wrong_contract(ethernet: Ethernet, contract: Mapping[str, Any]) -> Iterator[str]:
    length = contract["contractLength"]
    if length.get("unit", MONTH) != MONTH or length["value"] not in ethernet.discounts:
        lengths = ", ".join(str(months) for months in ethernet.discounts)
        yield f"/contractDetails/contractLength: contracts run for {lengths}, each as unit {MONTH}"
    if contract.get("billingFrequency", MONTHLY) != MONTHLY:
        yield f"/contractDetails/billingFrequency: bills are {MONTHLY}"
