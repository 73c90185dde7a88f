"""Address lookup, from the sandbox's own address book: the Supplier API has no such operation to pass it on to."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.errors import NOT_IMPLEMENTED, Problem, malformed
from sandbox.domain.premises import UPRN, Premises, serves
from sandbox.domain.suppliers import Supplier
from sandbox.gateway.checks import check_supplier, suppliers_of
from sandbox.parts import Parts
from sandbox.wire.calls import Answer, Call

# The member of an address that a query parameter is compared with.
_MEMBERS = {"postalCode": "postcode", "name": "name", "streetNumber": "streetNumber", "streetName": "streetName"}

_SOURCE = {"source": "SANDBOX"}


def look_up(parts: Parts, call: Call) -> Answer:
    """GET /addresses: the premises that have everything asked for, of those that the supplier serves; possibly none."""
    if not {"postalCode", "uprn"} & call.query.keys():
        raise malformed("query parameter postalCode or query parameter uprn: is missing")
    supplier = _supplier(parts, call)
    found = (each for each in _candidates(parts, call.query) if serves(supplier, each) and each.behaviour.qualifier)
    return Answer(200, [_entry(each) for each in found if _matches(each.address, call.query)])


def _entry(premises: Premises) -> dict[str, Any]:
    """The address, with how well it is matched."""
    return {"qualifier": premises.behaviour.qualifier, **_SOURCE, **premises.published}


def _supplier(parts: Parts, call: Call) -> Supplier:
    """Whose addresses to search: published default is the supplier configured for the tenant, here its first."""
    tenant = call.caller.code
    chosen: str = call.query.get("supplier") or next(iter(suppliers_of(parts, tenant)), "")
    if chosen:
        check_supplier(parts, tenant, chosen, place="query parameter supplier")
    found = parts.own.supplier(call.caller.world, chosen)
    if found is None:
        raise Problem(NOT_IMPLEMENTED, (f"no source of addresses is configured for {chosen or tenant}",))
    return found


def _candidates(parts: Parts, query: Mapping[str, Any]) -> tuple[Premises, ...]:
    book = parts.library.premises
    if "uprn" not in query:
        return book.premises
    found = book.find({"type": UPRN, "id": query["uprn"].strip()})
    return () if found is None else (found,)


def _matches(address: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    return all(
        member in address and _plain(address[member]) == _plain(query[name])
        for name, member in _MEMBERS.items()
        if name in query
    )


def _plain(text: str) -> str:
    """The text without blanks and case."""
    return "".join(text.split()).casefold()
