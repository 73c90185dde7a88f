"""What the gateway checks by itself before it asks a supplier."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.entities import ORDER
from sandbox.domain.errors import invalid
from sandbox.domain.mapping import supplier_address
from sandbox.domain.premises import DISTRICT_CODE, Premises
from sandbox.domain.scenarios import Choice, choose_by
from sandbox.parts import Parts
from sandbox.store import accounts, partners
from sandbox.wire.calls import Caller


def suppliers_of(parts: Parts, tenant: str) -> tuple[str, ...]:
    """The suppliers that this tenant may order from: its fakes, then the partners' own of its world."""

    def look(connection: Any) -> tuple[str, ...]:
        found = accounts.find_tenant(connection, tenant)
        if found is None:
            return ()
        return (*found.suppliers, *partners.codes_in(connection, found.world))

    return parts.store.query(look)


def check_supplier(parts: Parts, tenant: str, *suppliers: str, place: str = "/supplier") -> None:
    """Refuse suppliers that are not the tenant's. `place` says where they stand in the request."""
    known = suppliers_of(parts, tenant)
    unknown = [supplier for supplier in dict.fromkeys(suppliers) if supplier not in known]
    if unknown:
        told = (f"{place}: {supplier} is not one of yours: they are {', '.join(known)}" for supplier in unknown)
        raise invalid(*told)


def check_choice(
    parts: Parts, caller: Caller, supplier: str, chosen: Mapping[str, str], kind: str = ORDER, *, appointed: bool = True
) -> Choice | None:
    """What the scenario headers choose; None at a partner's own supplier.

    Refuses scenario headers that choose nothing for a request of this kind, and any for a partner's own supplier:
    only a fake can be told what its story shall be.
    """
    fake = parts.own.supplier(caller.world, supplier)
    if fake is not None:
        scenarios = parts.own.scenarios(caller.code, chosen)
        return choose_by(scenarios, chosen, fake, kind, appointed=appointed)
    if chosen:
        refused = f"{supplier} is not a fake and chooses its own story: leave the header out"
        raise invalid(*(f"{name}: {refused}" for name in chosen))
    return None


def address_for(parts: Parts, world: str, supplier: str, identifier: Mapping[str, Any]) -> dict[str, Any]:
    """The address identifier as this supplier is asked by it. Refuses one without the key that the supplier needs."""
    fake = parts.own.supplier(world, supplier)
    if fake is None or fake.addressed_by is None:
        return supplier_address(identifier)
    given = {each["type"]: each["id"] for each in (identifier, *identifier.get("additionalIdentifiers", ()))}
    needed = (fake.addressed_by, DISTRICT_CODE)
    if any(kind not in given for kind in needed):
        keys = " and ".join(needed)
        raise invalid(f"/address: {supplier} is asked by {keys}: send both, if need be as additionalIdentifiers")
    return {"id": given[fake.addressed_by], "type": fake.addressed_by}


def check_address(parts: Parts, identifier: Mapping[str, Any]) -> Premises:
    """The premises that an address identifier names. Refuses one that the address book does not hold."""
    found = parts.library.premises.find(identifier)
    if found is None:
        raise invalid(
            f"/address: no premises are known by this {identifier['type']}: GET /_sandbox/addresses lists them all"
        )
    return found
