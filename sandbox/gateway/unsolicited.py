"""An order that the tenant never placed: a supplier ends a service, and the tenant learns of it by a new order id."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.domain import entities as rules
from sandbox.domain import lifecycles
from sandbox.domain.durations import to_ms
from sandbox.domain.entities import ORDER, Entity, Ref, Update
from sandbox.domain.errors import invalid
from sandbox.domain.ids import make_id
from sandbox.domain.mapping import update_from
from sandbox.gateway.delivery import announce
from sandbox.gateway.services import check_live
from sandbox.store import accounts, entities, timeline
from sandbox.store.store import Tx

CREATED = "CREATED"

# The events of our life cycle that the status stated with CREATED stands for, each with the type of the tenant's KCI.
_STANDS_FOR = {
    lifecycles.ACKNOWLEDGED: ("ACKNOWLEDGED",),
    lifecycles.IN_PROGRESS: ("ACKNOWLEDGED", "COMMITTED"),
}

_TAKEN = ("serviceId", "requestedCompletionDate", "requestedCeaseDate", "reason", "committedDate", "targetDate")


def create(tx: Tx, supplier: str, kci: Mapping[str, Any]) -> Entity:
    """The new order, with the tenant told: CREATED, then what the stated status stands for.

    Raises INVALID_REQUEST when the supplier names no reference, a tenant that is not here, a service that is not the
    tenant's, or a status that a new order cannot have.
    """
    theirs: Mapping[str, Any] = kci.get("ceaseServiceOrder", {})
    tenant, reference = theirs.get("tenant", ""), theirs.get("supplierOrderReference")
    if reference is None or "serviceId" not in theirs:
        raise invalid("/ceaseServiceOrder: CREATED needs tenant, supplierOrderReference and serviceId")
    known = accounts.find_tenant(tx.connection, tenant)
    if known is None or known.world != tx.world.name:
        raise invalid(f"/ceaseServiceOrder/tenant: there is no tenant {tenant}")
    check_live(tx, tenant, supplier, theirs["serviceId"])
    if theirs["status"] not in _STANDS_FOR:
        raise invalid(f"/ceaseServiceOrder/status: with CREATED send {' or '.join(_STANDS_FOR)}")
    order = _received(tx, tenant, supplier, reference, theirs)
    entities.add(tx, order)
    timeline.note(tx, tenant, order.ref, "call", {"id": kci["id"], "supplier": supplier, "reasonCode": CREATED})
    created = replace(
        update_from(kci, theirs["status"], tx.now, {}), issued_on=None, received_on=None
    )  # published: neither is set
    order = announce(tx, order, created)
    for event in _STANDS_FOR[theirs["status"]]:
        order = rules.step(order, event, tx.now)
        timeline.note(tx, tenant, order.ref, "state", {"status": order.status})
        order = announce(tx, order, Update("INFORMATIONAL", {"type": event}, to_ms(kci["issuedOn"]), tx.now))
    order = replace(order, supplier_sequence=kci["sequenceNumber"])
    entities.save(tx, order)
    return order


def _received(tx: Tx, tenant: str, supplier: str, reference: str, theirs: Mapping[str, Any]) -> Entity:
    number = accounts.next_number(tx.connection, tx.world.name, tenant, ORDER)
    conversation = make_id(tx.world.seed, tx.world.epoch, "conversation", tenant, number)
    told = {name: theirs[name] for name in _TAKEN if name in theirs}
    if "requestedCompletionDate" in told:
        told.setdefault("requestedCeaseDate", told.pop("requestedCompletionDate"))
    request = {"orderType": "UNSOLICITED_CEASE", "supplier": supplier, "supplierOrderNumber": reference, **told}
    return rules.known_as(rules.receive(tenant, Ref(ORDER, number), conversation, {}, request, tx.now), reference)
