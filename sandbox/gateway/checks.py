"""What the gateway checks by itself before it asks a supplier."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.errors import invalid
from sandbox.domain.premises import Premises
from sandbox.parts import Parts
from sandbox.store import accounts


def suppliers_of(parts: Parts, tenant: str) -> tuple[str, ...]:
    """The suppliers that this tenant may order from."""
    found = parts.store.query(lambda connection: accounts.find_tenant(connection, tenant))
    return found.suppliers if found else ()


def check_supplier(parts: Parts, tenant: str, *suppliers: str, place: str = "/supplier") -> None:
    """Refuse suppliers that are not the tenant's. `place` says where they stand in the request."""
    known = suppliers_of(parts, tenant)
    unknown = [supplier for supplier in dict.fromkeys(suppliers) if supplier not in known]
    if unknown:
        told = (f"{place}: {supplier} is not one of yours: they are {', '.join(known)}" for supplier in unknown)
        raise invalid(*told)


def check_address(parts: Parts, identifier: Mapping[str, Any]) -> Premises:
    """The premises that an address identifier names. Refuses one that the address book does not hold."""
    found = parts.library.premises.find(identifier)
    if found is None:
        raise invalid(
            f"/address: no premises are known by this {identifier['type']}: GET /_sandbox/addresses lists them all"
        )
    return found
