"""The Supplier API of the fakes: which operation is answered by what."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sandbox.domain.entities import ORDER
from sandbox.domain.planning import plan
from sandbox.domain.scenarios import choose
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store.lines import Line
from sandbox.store.store import Tx
from sandbox.suppliers import booking, ethernet, lines, quotes, takeovers
from sandbox.suppliers.premises import check_profile, known_premises, served_premises, supplier_at
from sandbox.suppliers.taking import SCENARIO_HEADERS, Taken, take, taken_order
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
    site: Mapping[str, Any] = ethernet.NEW_SITE
    if "BROADBAND" in types:
        tenant = call.headers["Tenant"]
        site = parts.store.read(call.caller.world, lambda tx: lines.site(tx, supplier, premises, tenant), at=call.at)
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
    scenario, problem_code, kci_delay = (call.headers.get(name) for name in SCENARIO_HEADERS)
    choice = choose(parts.library.scenarios, scenario, problem_code, kci_delay, supplier)
    decide_what = change_service if "serviceId" in order else provide

    def decide(tx: Tx) -> Taken:
        body, losing = decide_what(parts, tx, supplier, order)
        world, chosen = tx.world, parts.library.scenarios[choice.scenario]
        story = plan(chosen, choice, supplier, body, tx.now, world.gap, world.seed, world.epoch)
        taken = taken_order(story, body)
        if losing is not None:
            takeovers.announce(tx, supplier, order, losing, story.beats)
        return taken

    return take(parts, call, supplier.code, ORDER, decide)


def provide(parts: Parts, tx: Tx, supplier: Supplier, order: dict[str, Any]) -> tuple[dict[str, Any], Line | None]:
    """A provide order as the supplier keeps it, and the line that another tenant loses by it."""
    premises = served_premises(parts, supplier, order["address"])
    check_profile(supplier, order["serviceOrderItem"])
    line = lines.check_provide(tx, supplier, premises, order)
    body = {**order, **booking.confirm(tx, supplier, premises.area, order)}
    return body, line if line is not None and line.stopped_at is None else None


def change_service(parts: Parts, tx: Tx, supplier: Supplier, order: dict[str, Any]) -> tuple[dict[str, Any], None]:
    """A modify or cease order as the supplier keeps it: it needs the live service."""
    line = lines.live_line(tx, supplier, order)
    premises = parts.library.premises.by_key(line.premises)
    return {**order, **booking.confirm(tx, supplier, premises.area, order)}, None
