"""The Supplier API of the fakes: which operation is answered by what."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sandbox.domain.entities import ORDER
from sandbox.domain.errors import NOT_IMPLEMENTED, Problem
from sandbox.domain.planning import plan
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store.lines import Line
from sandbox.store.store import Tx
from sandbox.suppliers import assurance, booking, changing, ethernet, lines, quotes, takeovers
from sandbox.suppliers.choosing import chosen
from sandbox.suppliers.premises import check_profile, known_premises, served_premises, supplier_at
from sandbox.suppliers.taking import Taken, take, taken_order
from sandbox.wire.calls import Answer, Call, Handler


def handlers(parts: Parts) -> Mapping[str, Handler]:
    """The handler of every operation of the Supplier document."""
    return {
        "handleAvailabilityCheck": partial(check_availability, parts),
        "handleAppointmentAvailability": partial(booking.list_slots, parts),
        "handleReserveAppointment": partial(booking.reserve, parts),
        "handleCreateOrder": partial(take_order, parts),
        "handleAmendOrder": partial(changing.ask, parts),
        "handleCancelOrder": partial(changing.ask, parts),
        "handleAmendProblem": partial(_assure, parts, changing.ask),
        "handleCancelProblem": partial(_assure, parts, changing.ask),
        "handleServiceTest": partial(_assure, parts, assurance.take_test),
        "handleCreateProblem": partial(_assure, parts, assurance.take_problem),
        "handleServiceProblemResolution": partial(_assure, parts, assurance.resolve),
        "handleQuote": partial(quotes.give, parts),
        "handleCreateEthernetOrder": partial(ethernet.take_order, parts),
    }


def _assure(parts: Parts, handler: Callable[[Parts, Call], Answer], call: Call) -> Answer:
    """Published: these operations a supplier need not have."""
    supplier = supplier_at(parts, call.path["code"])
    if not supplier.assurance:
        raise Problem(NOT_IMPLEMENTED, (f"{supplier.code} neither tests services nor takes problems",))
    return handler(parts, call)


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
    choice = chosen(parts, call.headers, supplier, appointed="appointmentReservationId" in order)
    decide_what = change_service if "serviceId" in order else provide

    def decide(tx: Tx) -> Taken:
        body, existing, memo = decide_what(parts, tx, supplier, order)
        world, scenario = tx.world, parts.library.scenarios[choice.scenario]
        tempo = (tx.now, world.gap, world.seed, world.epoch)
        story = plan(scenario, choice, supplier, body, *tempo, line=memo.get("line"))
        if existing is not None and story.status != 422:
            memo |= takeovers.announce(parts, tx, supplier, order, existing, story.beats, call.caller.code)
        return taken_order(story, body, memo)

    return take(parts, call, supplier.code, ORDER, decide)


Body = dict[str, Any]


def provide(parts: Parts, tx: Tx, supplier: Supplier, order: Body) -> tuple[Body, Line | None, Body]:
    """A provide order as the supplier keeps it, the line that another tenant loses by it, and what to keep in mind."""
    premises = served_premises(parts, supplier, order["address"])
    check_profile(supplier, order["serviceOrderItem"], "/serviceOrderItem")
    line = lines.check_provide(tx, supplier, premises, order)
    body = {**order, **booking.confirm(tx, supplier, premises.area, order)}
    losing = line if line is not None and line.stopped_at is None else None
    return body, losing, {"line": lines.named_for(tx, supplier, premises, line)}


def change_service(parts: Parts, tx: Tx, supplier: Supplier, order: Body) -> tuple[Body, None, Body]:
    """A modify or cease order as the supplier keeps it: it needs the live service."""
    line = lines.live_line(tx, supplier, order["tenant"], order["serviceId"])
    premises = parts.library.premises.by_key(line.premises)
    ordered = {"serviceSpecification": {"id": line.specification}, **order}
    if "serviceCharacteristics" in order:
        check_profile(supplier, ordered)
    return {**order, **booking.confirm(tx, supplier, premises.area, order)}, None, {}
