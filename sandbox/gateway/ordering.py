"""Placing orders: what the gateway checks by itself before it takes one."""

from typing import Any

from sandbox.domain import entities as rules
from sandbox.domain.entities import ORDER, Entity, Ref
from sandbox.domain.errors import invalid
from sandbox.domain.scenarios import choose
from sandbox.gateway import sending
from sandbox.gateway.checks import check_address, check_supplier
from sandbox.parts import Parts
from sandbox.store import accounts, reservations
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call


def place(parts: Parts, call: Call) -> Answer:
    """POST /service-orders: 201 with the order, stored with the job that sends it, or a refusal that keeps nothing."""
    request: dict[str, Any] = call.body
    tenant = call.caller.code
    chosen = sending.chosen(call)
    check_supplier(parts, tenant, request["supplier"])
    check_address(parts, request["address"])
    supplier = parts.library.suppliers.get(request["supplier"])
    scenario, problem_code, kci_delay = (chosen.get(name) for name in sending.SCENARIO_HEADERS)
    choose(parts.library.scenarios, scenario, problem_code, kci_delay, supplier)

    def keep(tx: Tx) -> Entity:
        booked = _appointment(parts, tx, tenant, request)
        order_id = accounts.next_number(tx.connection, tx.world.name, tenant, "order")
        ref = Ref(ORDER, order_id)
        order = rules.receive(tenant, ref, call.conversation_id, chosen, {**request, **booked}, tx.now)
        if booked:
            reservations.use(tx, tenant, request["appointmentReservationId"], order_id)
        sending.keep(tx, call, order)
        return order

    order = parts.store.write(call.caller.world, keep, at=call.at)
    return Answer(201, order.body)


def _appointment(parts: Parts, tx: Tx, tenant: str, request: dict[str, Any]) -> dict[str, Any]:
    """What the order takes over from its reservation. Raises INVALID_REQUEST when it cannot be used for this order."""
    reservation_id = request.get("appointmentReservationId")
    if reservation_id is None:
        return {}
    found = reservations.find(tx, tenant, reservation_id)
    if found is None:
        raise invalid(f"/appointmentReservationId: {reservation_id} is unknown: reserve an appointment first")
    made = found.body
    find = parts.library.premises.find
    wrong = [
        message
        for fails, message in (
            (found.order_id is not None, f"was used by order {found.order_id}"),
            (found.expires_at is not None and found.expires_at <= tx.now, f"expired at {made.get('expiryDateTime')}"),
            (made["supplier"] != request["supplier"], f"was made at {made['supplier']}"),
            (find(made["address"]) is not find(request["address"]), f"was made for address {made['address']['id']}"),
            (
                made["serviceSpecification"]["id"] != request["serviceOrderItem"]["serviceSpecification"]["id"],
                f"was made for specification {made['serviceSpecification']['id']}",
            ),
        )
        if fails
    ]
    if wrong:
        raise invalid(*(f"/appointmentReservationId: {reservation_id} {message}: reserve another" for message in wrong))
    return {"appointmentSupplierReference": made["supplierReference"], "appointmentTimeslot": made["timeslot"]}
