"""An order's way in: taken and numbered at once, then sent to its supplier."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.domain import lifecycles
from sandbox.domain import orders as rules
from sandbox.domain.errors import Problem, invalid, wrong
from sandbox.domain.ids import make_id
from sandbox.domain.mapping import changes_from, to_supplier
from sandbox.domain.orders import Order, Update
from sandbox.domain.scenarios import choose
from sandbox.gateway import inbound
from sandbox.gateway.checks import check_address, check_supplier
from sandbox.gateway.delivery import announce
from sandbox.gateway.supplier_client import Ask, ask
from sandbox.parts import Parts
from sandbox.store import accounts, lanes, orders, reservations, timeline
from sandbox.store.lanes import Job, NewJob
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call
from sandbox.wire.problems import error_body
from sandbox.world.player import Settle

SCENARIO_HEADERS = ("X-Scenario", "X-Problem-Code", "X-Kci-Delay")


def place(parts: Parts, call: Call) -> Answer:
    """POST /service-orders: 201 with the order, stored with the job that sends it, or a refusal that keeps nothing."""
    request: dict[str, Any] = call.body
    tenant = call.caller.code
    chosen = {name: str(call.headers[name]) for name in SCENARIO_HEADERS if name in call.headers}
    supplier = parts.library.suppliers.get(request["supplier"])
    scenario, problem_code, kci_delay = (chosen.get(name) for name in SCENARIO_HEADERS)
    messages = wrong(
        partial(check_supplier, parts, tenant, request["supplier"]),
        partial(check_address, parts, request["address"]),
        partial(choose, parts.library.scenarios, scenario, problem_code, kci_delay, supplier),
    )
    if messages:
        look = partial(_appointment, parts, tenant=tenant, request=request)
        raise invalid(*messages, *wrong(partial(parts.store.read, call.caller.world, look)))

    def keep(tx: Tx) -> Order:
        booked = _appointment(parts, tx, tenant, request)
        order_id = accounts.next_number(tx.connection, tx.world.name, tenant, "order")
        order = rules.receive(tenant, order_id, call.conversation_id, chosen, {**request, **booked}, tx.now)
        orders.add(tx, order)
        if booked:
            reservations.use(tx, tenant, request["appointmentReservationId"], order_id)
        timeline.note(
            tx, tenant, order_id, "call", {"operation": call.operation, "requestId": call.request_id, **chosen}
        )
        timeline.note(tx, tenant, order_id, "state", {"status": order.status})
        payload = {"order": order_id, "supplier": order.supplier}
        lanes.queue(tx, f"send {tenant} {order_id}", tenant, [NewJob("send", tx.now, payload, rank=0)])
        return order

    order = parts.write(call, keep)
    return Answer(201, order.entity)


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


def send(parts: Parts, job: Job) -> Settle:
    """Send an order to its supplier, and take its answer as the order's next event."""
    tenant, order_id = job.owner, job.payload["order"]

    def look(tx: Tx) -> tuple[Order | None, str]:
        return orders.find(tx, tenant, order_id), make_id(tx.world.seed, tx.world.epoch, "send", tenant, order_id)

    order, request_id = parts.store.read(job.world, look)
    if order is None or order.status != lifecycles.RECEIVED_BY_GATEWAY:
        return lambda _tx: None
    call = Ask(
        world=job.world,
        epoch=job.epoch,
        tenant=tenant,
        supplier=order.supplier,
        operation="handleCreateOrder",
        request_id=request_id,
        conversation_id=order.conversation,
        body=to_supplier(order),
        headers=order.choice,
        at=job.due_at,
    )
    take: Callable[[Tx, str, int], None]
    try:
        status, body = ask(parts, call)
        take = partial(_answered, status=status, body=body)
    except Problem as problem:
        take = partial(_failed, problem=problem)

    def settle(tx: Tx) -> None:
        take(tx, tenant, order_id)
        inbound.release_answered(tx, tenant, order_id, parts.settings.patience)

    return settle


def _failed(tx: Tx, tenant: str, order_id: int, problem: Problem) -> None:
    """Published: the order could not be sent, which is final, and an ERROR KCI says why."""
    order = _locked(tx, tenant, order_id)
    uuid = make_id(tx.world.seed, tx.world.epoch, "send failed", tenant, order_id)
    timeline.note(
        tx,
        tenant,
        order_id,
        "sent",
        {"supplier": order.supplier, "code": problem.code, "messages": list(problem.messages)},
    )
    _tell(tx, order, [("SEND_FAILED", {}, Update("ERROR", error_body(uuid, problem)))])


def _answered(tx: Tx, tenant: str, order_id: int, status: int, body: Any) -> None:
    """The supplier's 202, 201 or 422. A synchronous answer gives the tenant the same KCIs, from the gateway."""
    order = _locked(tx, tenant, order_id)
    timeline.note(tx, tenant, order_id, "sent", {"supplier": order.supplier, "httpStatus": status})
    steps: list[tuple[str, dict[str, Any], Update]] = [("SENT", {}, _informational("UPDATE"))]
    if status == 422:
        steps.append(("ORDER_REJECTED", {}, _informational("TERMINATED", text="; ".join(body))))
    elif status == 201:
        changes = changes_from(order, body)
        steps.append(("ACKNOWLEDGED", changes, _informational("ACKNOWLEDGED")))
        if body["status"] == lifecycles.IN_PROGRESS:
            steps.append(("COMMITTED", changes, _informational("COMMITTED")))
    _tell(tx, order, steps, reference=body.get("supplierOrderReference") if status == 201 else None)


def _tell(tx: Tx, order: Order, steps: list[tuple[str, dict[str, Any], Update]], reference: str | None = None) -> None:
    for event, changes, update in steps:
        order = rules.step(order, event, tx.now, changes=changes)
        timeline.note(tx, order.tenant, order.id, "state", {"status": order.status, "event": event})
        order = announce(tx, order, update)
    orders.save(tx, rules.known_as(order, reference))


def _locked(tx: Tx, tenant: str, order_id: int) -> Order:
    order = orders.find(tx, tenant, order_id, lock=True)
    if order is None:
        raise LookupError(f"order {order_id} of {tenant} is gone within its epoch")
    return order


def _informational(kind: str, **more: str) -> Update:
    return Update("INFORMATIONAL", {"type": kind, **more})
