"""Quotes: each item goes to its supplier, and what a supplier asks is kept for the order that may come of it."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.errors import Problem, invalid
from sandbox.domain.ids import make_id
from sandbox.domain.mapping import supplier_sites
from sandbox.gateway.checks import check_supplier
from sandbox.gateway.supplier_client import Ask, ask
from sandbox.parts import Parts
from sandbox.store import accounts, quotes
from sandbox.store.quotes import Quote
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call

# The number of each item is the gateway's, not a tenant's: a supplier is not told for whom it quotes, and must not
# take two tenants' quotes for one.
_NUMBERS = ("gateway", "quote")

# What the answer takes over of the supplier's.
_TAKEN_OVER = ("service", "expiryDateTime", "charges")


def ask_for(parts: Parts, call: Call) -> Answer:
    """POST /quote: all suppliers are asked at once, and none that is slow, broken or unwilling spoils the others'."""
    request: dict[str, Any] = call.body
    tenant, items = call.caller.code, request["quoteItems"]
    _check(parts, tenant, items)

    def number(tx: Tx) -> tuple[list[int], str]:
        numbers = [accounts.next_number(tx.connection, tx.world.name, *_NUMBERS) for _ in items]
        return numbers, make_id(tx.world.seed, tx.world.epoch, "quote", tenant, numbers[0])

    numbers, quote_id = parts.write(call, number)
    shown = parts.at_once(call, partial(_quoted, parts, call), items, numbers)

    def keep(tx: Tx) -> str:
        for each, asked, item in zip(numbers, items, shown, strict=True):
            if "supplierQuoteId" in item:
                expires = to_ms(item["expiryDateTime"]) if "expiryDateTime" in item else None
                quotes.add(tx, Quote(each, tenant, item["supplier"], item["supplierQuoteId"], expires, asked))
        return to_text(tx.now)

    created = parts.write(call, keep)
    published = {"id": quote_id, "created": created, "externalId": request["externalIdentifier"], "quoteItems": shown}
    return Answer(201, published)


def _check(parts: Parts, tenant: str, items: list[dict[str, Any]]) -> None:
    for place, item in enumerate(items):
        check_supplier(parts, tenant, item["supplier"], place=f"/quoteItems/{place}/supplier")
    twice = [str(number) for number, times in Counter(item["id"] for item in items).items() if times > 1]
    if twice:
        raise invalid(f"/quoteItems: each id once; more than one item has {', '.join(twice)}")


def _quoted(parts: Parts, call: Call, item: dict[str, Any], number: int) -> dict[str, Any]:
    """The item with its supplier's price, or with why there is none."""
    try:
        status, body = ask(parts, _ask(call, item, number))
    except Problem as problem:
        return {**item, **_unavailable(problem.code, problem.messages)}
    if status != 201:
        return {**item, **_unavailable("NOT_QUOTED", body)}
    return {**item, "supplierQuoteId": body["id"], **{name: body[name] for name in _TAKEN_OVER if name in body}}


def _unavailable(code: str, messages: Any) -> dict[str, Any]:
    return {"unavailabilityReasons": [{"code": code, "text": message} for message in messages]}


def _ask(call: Call, item: Mapping[str, Any], number: int) -> Ask:
    body = {
        "id": number,
        "externalIdentifier": call.body["externalIdentifier"],
        "sites": supplier_sites(item["sites"]),
        "contractDetails": item["contractDetails"],
        "service": item["service"],
    }
    return Ask(
        world=call.caller.world,
        epoch=call.caller.epoch,
        tenant=call.caller.code,
        supplier=item["supplier"],
        operation=call.operation,
        request_id=make_id("request", 0, call.request_id, item["supplier"], number),
        conversation_id=call.conversation_id,
        body=body,
        faults=call.caller.faults,
    )
