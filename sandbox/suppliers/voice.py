"""A fake supplier speaks: it posts the next KCI of its story to the gateway, by the front door."""

import logging
from dataclasses import replace
from typing import Any

import orjson

from sandbox.domain import kci as ledger
from sandbox.domain.durations import to_text
from sandbox.domain.ids import make_id
from sandbox.domain.planning import PlannedBeat, planned_beat
from sandbox.parts import Parts
from sandbox.store import kcis, supplier_orders
from sandbox.store.kcis import Kci
from sandbox.store.lanes import Job
from sandbox.store.store import Tx
from sandbox.store.supplier_orders import SupplierOrder
from sandbox.suppliers import booking
from sandbox.wire.calls import Caller
from sandbox.wire.courier import SCHEME, Parcel
from sandbox.world.player import Settle

log = logging.getLogger("sandbox.suppliers")

_FREES_THE_SLOT = ("CANCELLED", "ORDER_REJECTED", "REAPPOINT")


def speak(parts: Parts, job: Job) -> Settle:
    """Send the KCI of one beat: the same id and bytes however often it is tried.

    Raises RuntimeError when the gateway could not take it: the player tries again, and the story waits.
    """
    about, beat = job.payload, planned_beat(job.payload["beat"])

    def look(tx: Tx) -> tuple[SupplierOrder | None, str]:
        order = supplier_orders.find(tx, about["supplier"], about["tenant"], about["order"])
        number = order.sequence + 1 if order else 0
        return order, make_id(
            tx.world.seed, tx.world.epoch, "supplier kci", about["supplier"], about["tenant"], about["order"], number
        )

    order, kci_id = parts.store.read(job.world, look)
    if order is None:
        return lambda _tx: None
    after = _after(order, beat)
    body = _body(kci_id, after, beat)
    if about["inbox"]:
        return lambda tx: _leave_in_inbox(tx, about["inbox"], after, beat, body)
    status = _post(parts, job, order, kci_id, body)
    if status == 204:
        return lambda tx: _keep(tx, after, beat)
    if status >= 500:
        raise RuntimeError(f"the gateway answered {status} to {beat.reason_code} of order {order.id}")
    log.info("%s refused %s of order %s", status, beat.reason_code, order.id)
    return lambda tx: supplier_orders.save(tx, replace(order, sequence=after.sequence))  # said, and not accepted


def _after(order: SupplierOrder, beat: PlannedBeat) -> SupplierOrder:
    changes = dict(beat.changes)
    item = dict(order.entity["serviceOrderItem"])
    more = changes.pop("serviceCharacteristics", [])
    item["serviceCharacteristics"] = [*item.get("serviceCharacteristics", []), *more]
    entity = {**order.entity, **changes, "serviceOrderItem": item, "status": beat.status}
    return replace(order, sequence=order.sequence + 1, entity=entity)


def _body(kci_id: str, order: SupplierOrder, beat: PlannedBeat) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": kci_id,
        "sequenceNumber": order.sequence,
        "issuedOn": to_text(beat.due_at),
        "reasonCode": beat.reason_code,
    }
    if beat.problem_code is not None:
        body["problemCode"] = beat.problem_code
    if beat.text is not None:
        body["text"] = beat.text
    return body | {"provideServiceOrder": order.entity}


def _post(parts: Parts, job: Job, order: SupplierOrder, kci_id: str, body: dict[str, Any]) -> int:
    headers = {
        "Authorization": f"Bearer {parts.tokens.own(Caller('supplier', order.supplier, job.world, job.epoch))}",
        "Content-Type": "application/json",
        "X-Request-ID": kci_id,
        "X-Conversation-ID": order.conversation,
    }
    parcel = Parcel("POST", f"{SCHEME}://gateway/v1/kcis", headers, orjson.dumps(body), at=job.due_at)
    return parts.courier.send(parcel).status


def _keep(tx: Tx, order: SupplierOrder, beat: PlannedBeat) -> None:
    supplier_orders.save(tx, order)
    if "appointmentTimeslot" in beat.changes:
        booking.move(tx, order.supplier, order.entity, beat.changes["appointmentTimeslot"])
    if beat.reason_code in _FREES_THE_SLOT:
        booking.give_up(tx, order.supplier, order.entity)


def _leave_in_inbox(tx: Tx, owner: str, order: SupplierOrder, beat: PlannedBeat, body: dict[str, Any]) -> None:
    """In a stand-alone world nobody is the gateway: whoever placed the order reads the KCIs in an inbox of its own."""
    place = (owner, body["id"], order.id, order.sequence, order.conversation)
    kcis.add(tx, Kci(*place, ledger.DELIVERED, tx.now, orjson.dumps(body)))
    _keep(tx, order, beat)
