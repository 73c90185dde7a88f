"""Whether an Ethernet order is for what was quoted: the same sites in the same roles, the same services."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.domain.premises import AddressBook


def differences(quoted: Mapping[str, Any], order: Mapping[str, Any], book: AddressBook) -> Iterator[str]:
    """What an order has otherwise than its quote, each with its place.

    `quoted` has the published `sites` and `service`, the order `siteInformation` and `orderItems`. A site is known by
    its address, under whichever identifier, and its role; its name and characteristics may change until it is ordered.
    """
    sites = [(place(book, site["address"]), site["role"]) for site in quoted["sites"]]
    for number, site in enumerate(order["siteInformation"]):
        wanted = (place(book, site["address"]), site["role"])
        if wanted in sites:
            sites.remove(wanted)
        else:
            yield f"/siteInformation/{number}: the quote has no such site: send each with the quoted address and role"
    services = [each["serviceSpecification"]["id"] for each in quoted["service"]]
    for number, item in enumerate(order["orderItems"]):
        specification = item["serviceSpecification"]["id"]
        if specification in services:
            services.remove(specification)
        else:
            yield f"/orderItems/{number}/serviceSpecification: the quote has no such service: send each once"
    if sites:
        yield f"/siteInformation: sites of the quote that are missing: {len(sites)}"
    if services:
        yield f"/orderItems: services of the quote that are missing: {', '.join(services)}"


def place(book: AddressBook, identifier: Mapping[str, Any]) -> tuple[str, str]:
    """Type and id that name the place of an address identifier: the address book's first, or else the one given."""
    found = book.find(identifier)
    return (identifier["type"], identifier["id"]) if found is None else found.identifiers[0]
