"""Taking a KCI from a supplier, in the order that its numbers give, and handing it on."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson

from sandbox.domain import lifecycles
from sandbox.domain import orders as rules
from sandbox.domain.errors import Problem, invalid
from sandbox.domain.mapping import TYPES, changes_from, update_from
from sandbox.domain.orders import Order, Update
from sandbox.gateway.delivery import announce
from sandbox.parts import Parts
from sandbox.store import lanes, orders, received, timeline
from sandbox.store.lanes import Job, NewJob
from sandbox.store.received import Received
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call
from sandbox.world.player import Settle


def accept(parts: Parts, call: Call) -> Answer:
    """POST /kcis at the gateway: 204, or a refusal that changes nothing and says what would have been allowed."""
    refusal = parts.write(call, lambda tx: _take(tx, call.caller.code, call.body, parts.settings.patience))
    if refusal is not None:
        raise invalid(*refusal)
    return Answer(204)


def _take(tx: Tx, supplier: str, kci: Mapping[str, Any], patience: int) -> tuple[str, ...] | None:
    """Why the KCI is refused, or None. Told once: the same KCI sent again gets the first answer again."""
    order = _order_of(tx, supplier, _entity(kci))
    digest = sha256(orjson.dumps(kci, option=orjson.OPT_SORT_KEYS)).hexdigest()
    known = received.find(tx, supplier, kci["id"])
    if known is not None:
        if known.digest != digest:
            raise invalid(f"/id: {kci['id']} was used for another KCI: give every KCI an id of its own")
        return known.refusal
    item = Received(
        supplier, kci["id"], order.tenant, order.id, kci["sequenceNumber"], tx.now, digest, True, None, dict(kci)
    )
    if _must_wait(order, item.sequence):
        received.add(tx, item)
        _be_patient(tx, order, item, patience)
        return None
    order, refusal = _judge(tx, order, item)
    received.add(tx, replace(item, held=False, refusal=refusal, body=None))
    orders.save(tx, _release(tx, order))
    return refusal


def _entity(kci: Mapping[str, Any]) -> Mapping[str, Any]:
    if "provideServiceOrder" not in kci:
        raise invalid("send provideServiceOrder: modify and cease orders are not taken yet")
    entity: Mapping[str, Any] = kci["provideServiceOrder"]
    return entity


def _order_of(tx: Tx, supplier: str, entity: Mapping[str, Any]) -> Order:
    """The order that the KCI is about, by the gateway's id or the supplier's reference; the two must not disagree."""
    tenant, order_id, reference = entity["tenant"], entity.get("id"), entity.get("supplierOrderReference")
    if order_id is None and reference is not None:
        order_id = orders.find_by_reference(tx, tenant, supplier, reference)
    order = None if order_id is None else orders.find(tx, tenant, order_id, lock=True)
    if order is None or order.supplier != supplier:
        raise invalid(f"no order of {tenant} at {supplier} is known by id {entity.get('id')} or reference {reference}")
    if reference is not None and order.supplier_reference not in (None, reference):
        raise invalid(f"order {order.id} is known by reference {order.supplier_reference}, not {reference}")
    if reference is not None and order.supplier_reference is None:
        other = orders.find_by_reference(tx, tenant, supplier, reference)
        if other is not None:
            raise invalid(f"reference {reference} is that of order {other}, not of {order.id}")
    return order


def _must_wait(order: Order, sequence: int) -> bool:
    """Whether the KCI came too early: before the supplier's answer to the order, or before a lower number."""
    if order.status == lifecycles.RECEIVED_BY_GATEWAY:
        return True
    if lifecycles.terminal(rules.KIND, order.status):
        return False  # whatever is missing cannot be taken any more either
    answered_at_once = order.supplier_sequence == 0 and order.status != lifecycles.SENT_TO_SUPPLIER
    next_numbers = order.supplier_sequence + (2 if answered_at_once else 1)  # after a 201 the first may be 1 or 2
    return sequence > next_numbers


def _be_patient(tx: Tx, order: Order, item: Received, patience: int) -> None:
    """Wait for what is missing before this KCI: real time, however fast the world runs; world time during a run, where
    nothing else passes. While the order has no answer, nothing is missing yet.
    """
    if order.status == lifecycles.RECEIVED_BY_GATEWAY:
        return
    running = tx.world.running(tx.real)
    due = tx.now + patience * (1 if running else tx.world.rate)
    not_before = tx.real + patience if tx.world.rate == 0 and not running else 0
    job = NewJob("release", due, {"order": order.id, "supplier": item.supplier, "heldKci": item.kci}, rank=0)
    lanes.queue(tx, f"release {item.supplier} {item.kci}", order.tenant, [job], not_before=not_before)


def release(_parts: Parts, job: Job) -> Settle:
    """Patience has ended: go on without the missing number. One that comes after all is judged as new."""

    def settle(tx: Tx) -> None:
        order = orders.find(tx, job.owner, job.payload["order"], lock=True)
        late = received.find(tx, job.payload["supplier"], job.payload["heldKci"])
        if order is None or late is None or not late.held:
            return
        for item in received.held(tx, order.tenant, order.id):
            if item.sequence <= late.sequence:
                order = _judge_held(tx, order, item)
        orders.save(tx, _release(tx, order))

    return settle


def release_answered(tx: Tx, tenant: str, order_id: int, patience: int) -> None:
    """The order has its answer: judge the KCIs that came before it, and be patient with those that are early still."""
    order = orders.find(tx, tenant, order_id, lock=True)
    if order is not None:
        order = _release(tx, order)
        orders.save(tx, order)
        for item in received.held(tx, tenant, order_id):
            _be_patient(tx, order, item, patience)


def _release(tx: Tx, order: Order) -> Order:
    for item in received.held(tx, order.tenant, order.id):
        if _must_wait(order, item.sequence):
            break
        order = _judge_held(tx, order, item)
    return order


def _judge_held(tx: Tx, order: Order, item: Received) -> Order:
    order, _ = _judge(tx, order, item)
    received.settle(tx, item)
    return order


def _judge(tx: Tx, order: Order, item: Received) -> tuple[Order, tuple[str, ...] | None]:
    """The order after the KCI, with the tenant told; or with only its count raised, and why it was refused."""
    counted = replace(order, supplier_sequence=max(order.supplier_sequence, item.sequence))
    detail = {
        "id": item.kci,
        "supplier": item.supplier,
        "sequenceNumber": item.sequence,
        "reasonCode": (item.body or {}).get("reasonCode"),
    }
    try:
        steps = _steps(counted, item, tx.now)
    except Problem as problem:
        timeline.note(tx, order.tenant, order.id, "refused", detail | {"messages": list(problem.messages)})
        return counted, problem.messages
    timeline.note(tx, order.tenant, order.id, "call", detail)
    for after, update in steps:
        if after.status != counted.status:
            timeline.note(tx, order.tenant, order.id, "state", {"status": after.status})
        counted = announce(tx, replace(after, sequence=counted.sequence), update)
    return counted, None


def _steps(order: Order, item: Received, at: int) -> list[tuple[Order, Update]]:
    """Each KCI for the tenant, with the order as it then stands. Raises INVALID_REQUEST when the life cycle refuses."""
    kci = item.body or {}
    reason, entity = kci["reasonCode"], _entity(kci)
    if reason not in TYPES:
        raise invalid(f"/reasonCode: {reason} is not for a provide order: allowed are {', '.join(TYPES)}")
    changes = changes_from(order, entity)
    steps = []
    if reason == "COMMITTED" and order.status == lifecycles.SENT_TO_SUPPLIER:
        # Published: a commitment may come with the acknowledgement in one; the gateway then gives the tenant both.
        order = rules.step(order, "ACKNOWLEDGED", at)
        steps.append((order, Update("INFORMATIONAL", {"type": "ACKNOWLEDGED"})))
    order = rules.step(order, reason, at, stated=entity["status"], changes=changes)
    steps.append((rules.known_as(order, entity.get("supplierOrderReference")), update_from(kci, item.received_on)))
    return steps
