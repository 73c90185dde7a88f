"""The premises of the address book, and how an address identifier finds one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

UPRN = "UPRN"
DISTRICT_CODE = "DistrictCode"


@dataclass(frozen=True)
class Premises:
    """A place to be served. `address` is the published Address; `area` is whose engineers' diary it shares."""

    address: Mapping[str, Any]
    identifiers: tuple[tuple[str, str], ...]
    area: str
    suppliers: tuple[str, ...]


@dataclass(frozen=True)
class AddressBook:
    """All premises of the fixtures, in their order."""

    premises: tuple[Premises, ...]
    by_identifier: Mapping[tuple[str, str], Premises]

    def find(self, identifier: Mapping[str, Any]) -> Premises | None:
        """The premises that a published AddressIdentifier names, or None.

        UPRNs are compared as numbers, padded or not. A NAD key may come with the DistrictCode that it belongs to, among
        `additionalIdentifiers`; a DistrictCode that is given must be the right one.
        """
        found = self.by_identifier.get(_key(identifier["type"], identifier["id"]))
        if found is None or identifier["type"] == UPRN:
            return found
        given = {each["id"] for each in identifier.get("additionalIdentifiers", ()) if each["type"] == DISTRICT_CODE}
        known = {value for kind, value in found.identifiers if kind == DISTRICT_CODE}
        return found if given <= known else None

    def by_key(self, key: str) -> Premises:
        """The premises whose first identifier, its type and its value, is this."""
        return next(each for each in self.premises if " ".join(each.identifiers[0]) == key)


def premises_from(mapping: Mapping[str, Any]) -> Premises:
    """Premises from one entry of the address book, which has passed contracts/schemas/addresses.schema.json."""
    identifier = mapping["address"]["identifier"]
    every = (identifier, *identifier.get("additionalIdentifiers", ()))
    return Premises(
        address=mapping["address"],
        identifiers=tuple((each["type"], each["id"]) for each in every),
        area=mapping["area"],
        suppliers=tuple(mapping["suppliers"]),
    )


def address_book(premises: Iterable[Premises]) -> AddressBook:
    """The book of these premises. Raises ValueError where two share an identifier: an order must find exactly one."""
    listed = tuple(premises)
    found: dict[tuple[str, str], Premises] = {}
    for each in listed:
        for kind, value in each.identifiers:
            # A district holds many premises, so its code finds none of them.
            if kind == DISTRICT_CODE:
                continue
            if found.setdefault(_key(kind, value), each) is not each:
                raise ValueError(f"two premises have the {kind} {value}")
    return AddressBook(listed, found)


def _key(kind: str, value: str) -> tuple[str, str]:
    return kind, (value.lstrip("0") if kind == UPRN else value)
