"""The Tenant API: which operation is answered by what."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sandbox.domain import slots
from sandbox.domain.durations import to_ms
from sandbox.domain.errors import INVALID_REQUEST, Problem
from sandbox.domain.ids import make_id
from sandbox.gateway import addresses, assurance, ethernet, history, ordering, quotes, requesting, resolving
from sandbox.gateway.checks import address_for, check_supplier, suppliers_of
from sandbox.gateway.supplier_client import Ask, ask, refusal
from sandbox.parts import Parts
from sandbox.store import accounts, reservations
from sandbox.store.reservations import Reservation
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Handler

# The operations of which the published prose says that an immediate rejection is a 400.
_REJECTED_AT_ONCE = ("handleCreateOrder", "handleCreateEthernetOrder", "handleAmendOrder", "handleCancelOrder")


def handlers(parts: Parts) -> Mapping[str, Handler]:
    """The handler of every operation of the Tenant document."""
    found: dict[str, Handler] = {
        "handleAvailabilityCheck": partial(check_availability, parts),
        "handleAppointmentAvailability": partial(list_slots, parts),
        "handleReserveAppointment": partial(reserve, parts),
        "handleCreateOrder": partial(ordering.place, parts),
        "handleGetOrder": partial(history.read_order, parts),
        "handleAddressLookup": partial(addresses.look_up, parts),
        "handleQuote": partial(quotes.ask_for, parts),
        "handleCreateEthernetOrder": partial(ethernet.place, parts),
        "handleGetEthernetOrder": partial(history.read_ethernet_order, parts),
        "handleServiceTest": partial(assurance.place_test, parts),
        "handleGetServiceTestById": partial(history.read_test, parts),
        "handleCreateProblem": partial(assurance.place_problem, parts),
        "handleGetServiceProblemById": partial(history.read_problem, parts),
        "handleServiceProblemResolution": partial(resolving.decide, parts),
        **{operation: partial(requesting.place, parts) for operation in requesting.OPERATIONS},
    }
    return found | {operation: partial(_rejecting, parts, found[operation]) for operation in _REJECTED_AT_ONCE}


def _rejecting(parts: Parts, handler: Handler, call: Call) -> Answer:
    """What the gateway rejects is a 422 by the published table, and a 400 by the published prose: a setting decides."""
    try:
        return handler(call)
    except Problem as problem:
        if (problem.code, problem.status) != (INVALID_REQUEST, None):
            raise
        raise Problem(problem.code, problem.messages, parts.settings.rejection_status) from None


def check_availability(parts: Parts, call: Call) -> Answer:
    """GET /service-availability: every supplier is asked at once, and none that is slow or broken fails the others."""
    asked = call.query.get("suppliers") or suppliers_of(parts, call.caller.code)
    check_supplier(parts, call.caller.code, *asked, place="query parameter suppliers")
    return Answer(200, parts.at_once(call, partial(_availability_at, parts, call), dict.fromkeys(asked)))


def _availability_at(parts: Parts, call: Call, supplier: str) -> dict[str, Any]:
    address = call.query["address"]
    types = {"serviceTypes": call.query.get("serviceTypes", ["BROADBAND"])}
    try:
        key = address_for(parts, call.caller.world, supplier, address)
    except Problem as problem:
        return _unavailable(supplier, address, "ADDRESS_KEY_NEEDED", problem.messages)
    try:
        status, body = ask(parts, _ask(call, supplier, query={"address": key, **types}))
    except Problem as problem:
        return _unavailable(supplier, address, problem.code, problem.messages)
    if status == 422:
        return _unavailable(supplier, address, "ADDRESS_UNKNOWN", body)
    return {**body, "supplier": supplier}


def _unavailable(supplier: str, address: Mapping[str, Any], code: str, messages: Any) -> dict[str, Any]:
    reasons = [{"code": code, "text": message} for message in messages]
    return {"supplier": supplier, "address": {"identifier": address}, "unavailabilityReasons": reasons}


def list_slots(parts: Parts, call: Call) -> Answer:
    """GET /available-appointments: the supplier's free slots, less those that the tenant does not want to see."""
    supplier = call.query["supplier"]
    check_supplier(parts, call.caller.code, supplier, place="query parameter supplier")
    query = {  # published: the gateway sends the supplier all of them, whatever the tenant left out
        "address": address_for(parts, call.caller.world, supplier, call.query["address"]),
        "serviceSpecification": call.query["serviceSpecification"],
        "appointmentFromDate": call.query.get("appointmentFromDate") or _today(parts, call),
        "classifications": [*slots.CLASSIFICATIONS],
        "appointmentPurpose": call.query["appointmentPurpose"],
    }
    body = _answer(parts, _ask(call, supplier, query=query))
    shown = [_classified(slot) for slot in body["availableTimeslots"]]
    if call.query.get("standardOnly"):
        shown = [slot for slot in shown if slot["standard"]]
    if call.query.get("singleDayAppointment"):
        shown = [slot for slot in shown if slots.on_one_day(*_window(slot))]
    asked = {"supplier": supplier, "address": call.query["address"]}
    specification = {"serviceSpecification": call.query["serviceSpecification"]}
    return Answer(200, {**specification, **body, **asked, "availableTimeslots": shown})


def _today(parts: Parts, call: Call) -> str:
    return slots.local_date(parts.store.read(call.caller.world, lambda tx: tx.now, at=call.at)).isoformat()


def _classified(slot: Mapping[str, Any]) -> dict[str, Any]:
    """Published: the gateway can classify a slot, and mark it standard or premium, where its supplier does not."""
    return {"classification": slots.classify(*_window(slot)), "standard": True, **slot}


def _window(slot: Mapping[str, Any]) -> tuple[int, int]:
    return to_ms(slot["timeslotStartDateTime"]), to_ms(slot["timeslotEndDateTime"])


def reserve(parts: Parts, call: Call) -> Answer:
    """POST /appointments: the supplier looks again whether the slot is free, and holds it for a limited time."""
    request: dict[str, Any] = call.body
    caller = call.caller
    check_supplier(parts, caller.code, request["supplier"])

    address = address_for(parts, caller.world, request["supplier"], request["address"])

    def number(tx: Tx) -> int:
        return accounts.next_number(tx.connection, tx.world.name, caller.code, "reservation")

    reservation_id = parts.write(call, number)
    wanted = {name: request[name] for name in ("serviceSpecification", "purpose", "timeslot")}
    body = {"id": reservation_id, "address": address, **wanted}
    answer = _answer(parts, _ask(call, request["supplier"], body=body))
    asked = {name: request[name] for name in ("supplier", "address")}
    timeslot = _classified(answer.get("timeslot", request["timeslot"]))
    published = {**request, **answer, **asked, "id": reservation_id, "timeslot": timeslot}
    expires = to_ms(answer["expiryDateTime"]) if "expiryDateTime" in answer else None
    made = Reservation(caller.code, reservation_id, expires, None, published)
    parts.write(call, lambda tx: reservations.add(tx, made))
    return Answer(201, published)


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
        faults=call.caller.faults,
    )
