"""The Supplier API of the fakes: which operation is answered by what."""

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Any

import orjson

from sandbox.domain.errors import invalid
from sandbox.domain.planning import Plan, plan
from sandbox.domain.scenarios import choose
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store import lanes, supplier_orders
from sandbox.store.lanes import NewJob
from sandbox.store.store import Tx
from sandbox.store.supplier_orders import SupplierOrder
from sandbox.suppliers import booking
from sandbox.suppliers.premises import check_profile, known_premises, served_premises, supplier_at
from sandbox.wire.calls import Answer, Call, Handler


def handlers(parts: Parts) -> Mapping[str, Handler]:
    """The handler of every operation of the Supplier document."""
    return {
        "handleAvailabilityCheck": partial(check_availability, parts),
        "handleAppointmentAvailability": partial(booking.list_slots, parts),
        "handleReserveAppointment": partial(booking.reserve, parts),
        "handleCreateOrder": partial(take_order, parts),
    }


def check_availability(parts: Parts, call: Call) -> Answer:
    """GET /service-availability: what this supplier can do at an address."""
    supplier = supplier_at(parts, call.path["code"])
    premises = known_premises(parts, call.query["address"])
    if supplier.code not in premises.suppliers:
        reasons = [{"code": "ADDRESS_NOT_SERVED", "text": f"{supplier.code} has no network at this address"}]
        return Answer(200, {"address": premises.address, "unavailabilityReasons": reasons})
    line = {"type": "NEW", "lineType": "FIBRE"}
    if supplier.installation_type is not None:
        line["installationType"] = supplier.installation_type
    specifications = [
        {
            "id": each.id,
            "name": each.name,
            "serviceCharacteristics": [{"name": "LINE_PROFILE", "values": list(each.line_profiles)}],
        }
        for each in supplier.specifications
    ]
    site = {"line": line, "existingLines": []}
    return Answer(200, {"address": premises.address, "serviceSpecifications": specifications, "siteInformation": site})


def take_order(parts: Parts, call: Call) -> Answer:
    """POST /service-orders: the whole story is planned now, and answered as its scenario says. The same order again
    gets the same answer.
    """
    order: dict[str, Any] = call.body
    supplier = supplier_at(parts, call.path["code"])
    if order["tenant"] != call.headers["Tenant"]:
        raise invalid(f"/tenant: {order['tenant']} is not the tenant of the Tenant header, {call.headers['Tenant']}")
    area = served_premises(parts, supplier, order["address"]).area
    check_profile(supplier, order["serviceOrderItem"])
    headers = [call.headers.get(name) for name in ("X-Scenario", "X-Problem-Code", "X-Kci-Delay")]
    choice = choose(parts.library.scenarios, headers[0], headers[1], headers[2], supplier)
    digest = sha256(orjson.dumps([order, headers], option=orjson.OPT_SORT_KEYS)).hexdigest()

    def take(tx: Tx) -> Mapping[str, Any]:
        known = supplier_orders.find(tx, supplier.code, order["tenant"], order["id"])
        if known is not None:
            if known.digest != digest:
                raise invalid(f"/id: {order['id']} is the number of another order")
            return known.answer
        taken_over = booking.confirm(tx, supplier, area, order)
        scenario = parts.library.scenarios[choice.scenario]
        entity = {**order, **taken_over}
        story = plan(scenario, choice, supplier, entity, tx.now, tx.world.gap, tx.world.seed, tx.world.epoch)
        if story.status == 422:
            raise invalid(*story.messages)
        answer = _answer(entity, story)
        kept = {**entity, "supplierOrderReference": story.order_reference, "status": story.order_status or "RECEIVED"}
        number = (supplier.code, order["tenant"], order["id"], call.conversation_id)
        supplier_orders.add(tx, SupplierOrder(*number, 0, digest, answer, kept))
        _queue(tx, supplier, order, story, inbox=call.caller.code)
        return answer

    answer = parts.write(call, take)
    return Answer(answer["status"], answer["body"])


def _answer(entity: dict[str, Any], story: Plan) -> dict[str, Any]:
    """Published: a 201 holds the supplier's number and status; a 202 has nothing to say yet."""
    stated = {"supplierOrderReference": story.order_reference, "status": story.order_status}
    return {"status": story.status, "body": {**entity, **stated} if story.status == 201 else None}


def _queue(tx: Tx, supplier: Supplier, order: Mapping[str, Any], story: Plan, *, inbox: str) -> None:
    """Leave the story's KCIs to the player. `inbox` names who reads them where no gateway listens."""
    about = {"order": order["id"], "supplier": supplier.code, "inbox": inbox, "tenant": order["tenant"]}
    jobs = [
        NewJob("beat", beat.due_at, {**about, "reasonCode": beat.reason_code, "beat": beat.to_mapping()}, rank=place)
        for place, beat in enumerate(story.beats)
    ]
    if jobs:
        lanes.queue(tx, f"beat {supplier.code} {order['tenant']} {order['id']}", inbox or order["tenant"], jobs)
