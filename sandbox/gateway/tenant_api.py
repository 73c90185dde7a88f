"""The Tenant API: which operation is answered by what."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sandbox.domain import kci
from sandbox.domain.durations import to_ms
from sandbox.domain.errors import Problem
from sandbox.domain.ids import make_id
from sandbox.gateway import ordering
from sandbox.gateway.checks import check_supplier, suppliers_of
from sandbox.gateway.supplier_client import Ask, ask, refusal
from sandbox.parts import Parts
from sandbox.store import accounts, kcis, orders, reservations
from sandbox.store.documents import unpack
from sandbox.store.reservations import Reservation
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.world.stale import missing


def handlers(parts: Parts) -> Mapping[str, Handler]:
    """The handler of every operation of the Tenant document."""
    return {
        "handleAvailabilityCheck": partial(check_availability, parts),
        "handleAppointmentAvailability": partial(list_slots, parts),
        "handleReserveAppointment": partial(reserve, parts),
        "handleCreateOrder": partial(ordering.place, parts),
        "handleGetOrder": partial(read_order, parts),
    }


def check_availability(parts: Parts, call: Call) -> Answer:
    """GET /service-availability: every supplier is asked at once, and none that is slow or broken fails the others."""
    asked = call.query.get("suppliers") or suppliers_of(parts, call.caller.code)
    check_supplier(parts, call.caller.code, *asked, place="query parameter suppliers")
    return Answer(200, list(parts.fan_out.map(partial(_availability_at, parts, call), dict.fromkeys(asked))))


def _availability_at(parts: Parts, call: Call, supplier: str) -> dict[str, Any]:
    address = call.query["address"]
    query = {"address": _without_more(address), "serviceTypes": call.query.get("serviceTypes", ["BROADBAND"])}
    try:
        status, body = ask(parts, _ask(call, supplier, query=query))
    except Problem as problem:
        return _unavailable(supplier, address, problem.code, problem.messages)
    if status == 422:
        return _unavailable(supplier, address, "ADDRESS_UNKNOWN", body)
    return {"supplier": supplier, **body}


def _unavailable(supplier: str, address: Mapping[str, Any], code: str, messages: Any) -> dict[str, Any]:
    reasons = [{"code": code, "text": message} for message in messages]
    return {"supplier": supplier, "address": {"identifier": address}, "unavailabilityReasons": reasons}


def list_slots(parts: Parts, call: Call) -> Answer:
    """GET /available-appointments: the supplier's free slots, less those that the tenant does not want to see."""
    supplier = call.query["supplier"]
    check_supplier(parts, call.caller.code, supplier, place="query parameter supplier")
    query = {
        name: call.query[name]
        for name in ("serviceSpecification", "appointmentFromDate", "appointmentPurpose")
        if name in call.query
    }
    body = _answer(parts, _ask(call, supplier, query={"address": _without_more(call.query["address"]), **query}))
    slots = [
        slot for slot in body["availableTimeslots"] if slot.get("standard", True) or not call.query.get("standardOnly")
    ]
    if call.query.get("singleDayAppointment"):
        slots = [slot for slot in slots if slot["timeslotStartDateTime"][:10] == slot["timeslotEndDateTime"][:10]]
    echoed = {
        "supplier": supplier,
        "address": call.query["address"],
        "serviceSpecification": call.query["serviceSpecification"],
    }
    return Answer(200, {**echoed, **body, "address": call.query["address"], "availableTimeslots": slots})


def reserve(parts: Parts, call: Call) -> Answer:
    """POST /appointments: the supplier looks again whether the slot is free, and holds it for a limited time."""
    request: dict[str, Any] = call.body
    caller = call.caller
    check_supplier(parts, caller.code, request["supplier"])

    def number(tx: Tx) -> int:
        return accounts.next_number(tx.connection, tx.world.name, caller.code, "reservation")

    reservation_id = parts.write(call, number)
    wanted = {name: request[name] for name in ("serviceSpecification", "purpose", "timeslot")}
    body = {"id": reservation_id, "address": _without_more(request["address"]), **wanted}
    answer = _answer(parts, _ask(call, request["supplier"], body=body))
    published = {**request, **answer, "id": reservation_id, "address": request["address"]}
    expires = to_ms(answer["expiryDateTime"]) if "expiryDateTime" in answer else None
    made = Reservation(caller.code, reservation_id, expires, None, published)
    parts.write(call, lambda tx: reservations.add(tx, made))
    return Answer(201, published)


def read_order(parts: Parts, call: Call) -> Answer:
    """GET /service-orders/{id}: the order with its KCIs. Reading changes nothing."""
    tenant, text = call.caller.code, call.path["id"]

    def look(tx: Tx) -> dict[str, Any]:
        order = orders.find(tx, tenant, int(text)) if _is_id(text) else None
        if order is None:
            raise missing(tx, tenant, "order", text)
        updates = [kci.history_entry(unpack(each.body), each.status) for each in kcis.of_order(tx, tenant, order.id)]
        return {**order.entity, "updates": updates}

    return Answer(200, parts.store.read(call.caller.world, look))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 12


def _answer(parts: Parts, call: Ask) -> Any:
    status, body = ask(parts, call)
    if status == 422:
        raise refusal(body)
    return body


def _ask(
    call: Call, supplier: str, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
) -> Ask:
    """The same operation of the supplier's API, under a request id of its own."""
    return Ask(
        world=call.caller.world,
        epoch=call.caller.epoch,
        tenant=call.caller.code,
        supplier=supplier,
        operation=call.operation,
        request_id=make_id("request", 0, call.request_id, supplier),
        conversation_id=call.conversation_id,
        query=query or {},
        body=body,
    )


def _without_more(address: Mapping[str, Any]) -> dict[str, Any]:
    """A supplier's address identifier has no further ones inside."""
    return {"id": address["id"], "type": address["type"]}
