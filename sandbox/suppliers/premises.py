"""What a fake supplier makes of an address and a specification."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.errors import invalid, not_found
from sandbox.domain.premises import Premises, serves
from sandbox.domain.suppliers import Specification, Supplier
from sandbox.parts import Parts
from sandbox.store.store import Tx
from sandbox.wire.calls import Call


def supplier_at(parts: Parts, call: Call) -> Supplier:
    """The fake behind the call's path."""
    code = call.path["code"]
    found = parts.own.supplier(call.caller.world, code)
    if found is None:
        raise not_found(f"there is no supplier {code}: they are {', '.join(parts.library.suppliers)}")
    return found


def supplier_of(parts: Parts, tx: Tx, code: str) -> Supplier:
    """The fake that has taken something in this world. Raises LookupError."""
    found = parts.own.supplier(tx.world.name, code)
    if found is None:
        raise LookupError(f"{code} is no fake")
    return found


def known_premises(parts: Parts, supplier: Supplier, identifier: Mapping[str, Any]) -> Premises:
    """The premises that the identifier names; refused when nobody knows them, or the supplier not by this key."""
    if supplier.addressed_by not in (None, identifier["type"]):
        raise invalid(f"/address: {supplier.code} knows premises by {supplier.addressed_by} alone: send that")
    found = parts.library.premises.find(identifier)
    if found is None:
        raise invalid(f"/address: no premises are known by this {identifier['type']}")
    return found


def served_premises(parts: Parts, supplier: Supplier, identifier: Mapping[str, Any]) -> Premises:
    """The premises that the identifier names; refused when this supplier has no network there."""
    found = known_premises(parts, supplier, identifier)
    if not serves(supplier, found):
        raise invalid(f"/address: {supplier.code} does not serve these premises: ask service-availability who does")
    return found


def offered(supplier: Supplier, specification: Mapping[str, Any], place: str = "") -> Specification:
    """The specification of this id; refused when the supplier does not sell it. `place` is what it stands in."""
    for each in supplier.specifications:
        if each.id == specification["id"]:
            return each
    raise invalid(
        f"{place}/serviceSpecification: {supplier.code} sells {', '.join(each.id for each in supplier.specifications)}"
    )


def check_profile(supplier: Supplier, item: Mapping[str, Any], place: str = "") -> None:
    """Refuse a LINE_PROFILE that the ordered specification does not have. Other characteristics are kept as sent.

    `place` is what the item stands in.
    """
    specification = offered(supplier, item["serviceSpecification"], place)
    for each in item.get("serviceCharacteristics", ()):
        if each["name"] == "LINE_PROFILE" and each["value"] not in specification.line_profiles:
            profiles = ", ".join(specification.line_profiles)
            raise invalid(f"{place}/serviceCharacteristics: LINE_PROFILE of {specification.id} is one of {profiles}")
