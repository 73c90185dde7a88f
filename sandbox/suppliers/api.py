"""The Supplier API of the fakes: which operation is answered by what."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sandbox.domain import lifecycles
from sandbox.domain.entities import ORDER
from sandbox.domain.errors import invalid
from sandbox.domain.planning import plan
from sandbox.domain.scenarios import choose
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store.store import Tx
from sandbox.suppliers import booking, ethernet, quotes
from sandbox.suppliers.premises import check_profile, known_premises, served_premises, supplier_at
from sandbox.suppliers.taking import SCENARIO_HEADERS, Taken, take
from sandbox.wire.calls import Answer, Call, Handler


def handlers(parts: Parts) -> Mapping[str, Handler]:
    """The handler of every operation of the Supplier document."""
    return {
        "handleAvailabilityCheck": partial(check_availability, parts),
        "handleAppointmentAvailability": partial(booking.list_slots, parts),
        "handleReserveAppointment": partial(booking.reserve, parts),
        "handleCreateOrder": partial(take_order, parts),
        "handleQuote": partial(quotes.give, parts),
        "handleCreateEthernetOrder": partial(ethernet.take_order, parts),
    }


def check_availability(parts: Parts, call: Call) -> Answer:
    """GET /service-availability: what this supplier can do at an address."""
    supplier = supplier_at(parts, call.path["code"])
    premises = known_premises(parts, call.query["address"])
    if supplier.code not in premises.suppliers:
        reasons = [{"code": "ADDRESS_NOT_SERVED", "text": f"{supplier.code} has no network at this address"}]
        return Answer(200, {"address": premises.address, "unavailabilityReasons": reasons})
    types = call.query.get("serviceTypes", ["BROADBAND"])
    specifications = [each for wanted in dict.fromkeys(types) for each in _SOLD[wanted](supplier)]
    if not specifications:
        reasons = [{"code": "SERVICE_TYPE_NOT_SOLD", "text": f"{supplier.code} sells no {' and no '.join(types)}"}]
        return Answer(200, {"address": premises.address, "unavailabilityReasons": reasons})
    line = {"type": "NEW", "lineType": "FIBRE"}
    if supplier.installation_type is not None and "BROADBAND" in types:  # no visit is booked for Ethernet
        line["installationType"] = supplier.installation_type
    site = {"line": line, "existingLines": []}
    return Answer(200, {"address": premises.address, "serviceSpecifications": specifications, "siteInformation": site})


def _broadband(supplier: Supplier) -> list[dict[str, Any]]:
    return [
        {
            "id": each.id,
            "name": each.name,
            "serviceCharacteristics": [{"name": "LINE_PROFILE", "values": list(each.line_profiles)}],
        }
        for each in supplier.specifications
    ]


# What a supplier sells, by the published type of service, as availability shows it.
_SOLD: Mapping[str, Callable[[Supplier], list[dict[str, Any]]]] = {
    "BROADBAND": _broadband,
    "ETHERNET": ethernet.specifications,
}


def take_order(parts: Parts, call: Call) -> Answer:
    """POST /service-orders: the whole story is planned now, and answered as its scenario says."""
    order: dict[str, Any] = call.body
    supplier = supplier_at(parts, call.path["code"])
    area = served_premises(parts, supplier, order["address"]).area
    check_profile(supplier, order["serviceOrderItem"])
    scenario, problem_code, kci_delay = (call.headers.get(name) for name in SCENARIO_HEADERS)
    choice = choose(parts.library.scenarios, scenario, problem_code, kci_delay, supplier)

    def decide(tx: Tx) -> Taken:
        body = {**order, **booking.confirm(tx, supplier, area, order)}
        world, chosen = tx.world, parts.library.scenarios[choice.scenario]
        story = plan(chosen, choice, supplier, body, tx.now, world.gap, world.seed, world.epoch)
        if story.status == 422:
            raise invalid(*story.messages)
        known = {"supplierOrderReference": story.order_reference}
        stated = {**body, **known, "status": story.order_status}
        kept = {**stated, "status": story.order_status or lifecycles.SENT_TO_SUPPLIER}
        return Taken(story.status, stated if story.status == 201 else None, kept, story.beats)

    return take(parts, call, supplier.code, ORDER, decide)
