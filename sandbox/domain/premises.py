"""The premises of the address book, and how an address identifier finds one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.domain.behaviours import PLAIN, Behaviour
from sandbox.domain.suppliers import Supplier

UPRN = "UPRN"
DISTRICT_CODE = "DistrictCode"


@dataclass(frozen=True)
class Premises:
    """A place to be served. `address` is the published Address; `area` is whose engineers' diary it shares.

    `suppliers` are those whose network reaches it; see `serves`.
    """

    address: Mapping[str, Any]
    identifiers: tuple[tuple[str, str], ...]
    area: str
    suppliers: tuple[str, ...]
    behaviour: Behaviour = PLAIN

    @property
    def published(self) -> dict[str, Any]:
        """The Address with its attributes."""
        attributes = {"additionalAttributes": [dict(each) for each in self.behaviour.attributes]}
        return {**self.address, **(attributes if self.behaviour.attributes else {})}

    def key(self, kind: str) -> str | None:
        """Its identifier of this type."""
        return next((value for known, value in self.identifiers if known == kind), None)


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


def serves(supplier: Supplier, premises: Premises) -> bool:
    """Whether the supplier can build here, on its own network or on the one that it shares."""
    return supplier.network in premises.suppliers


def premises_from(mapping: Mapping[str, Any], behaviours: Mapping[str, Behaviour]) -> Premises:
    """Premises from one entry of the address book, which has passed contracts/schemas/addresses.schema.json.

    Raises KeyError for a behaviour that there is not.
    """
    identifier = mapping["address"]["identifier"]
    every = (identifier, *identifier.get("additionalIdentifiers", ()))
    return Premises(
        address=mapping["address"],
        identifiers=tuple((each["type"], each["id"]) for each in every),
        area=mapping["area"],
        suppliers=tuple(mapping["suppliers"]),
        behaviour=behaviours[mapping["behaviour"]] if "behaviour" in mapping else PLAIN,
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
