"""The Supplier API of the fakes: which operation is answered by what."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from sandbox.domain.entities import ORDER
from sandbox.domain.errors import NOT_IMPLEMENTED, Problem
from sandbox.domain.planning import plan
from sandbox.domain.premises import Premises, serves
from sandbox.domain.rejections import COARSE
from sandbox.domain.scenarios import scenario_headers
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store.store import Tx
from sandbox.suppliers import assurance, booking, changing, ethernet, lines, quotes, takeovers
from sandbox.suppliers.choosing import chosen
from sandbox.suppliers.premises import known_premises, supplier_at
from sandbox.suppliers.providing import change_service, provide
from sandbox.suppliers.taking import Taken, take, taken_order, tenant_of
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
    supplier = supplier_at(parts, call)
    if not supplier.assurance:
        raise Problem(NOT_IMPLEMENTED, (f"{supplier.code} neither tests services nor takes problems",))
    return handler(parts, call)


def check_availability(parts: Parts, call: Call) -> Answer:
    """GET /service-availability: what this supplier can do at an address."""
    supplier = supplier_at(parts, call)
    premises = known_premises(parts, supplier, call.query["address"])
    types = call.query.get("serviceTypes", ["BROADBAND"])
    specifications = [each for wanted in dict.fromkeys(types) for each in _SOLD[wanted](supplier)]
    if reason := _unavailable(supplier, premises, types, sold=bool(specifications)):
        return Answer(200, {"address": premises.published, "unavailabilityReasons": [reason]})
    site: Mapping[str, Any] = ethernet.NEW_SITE
    if "BROADBAND" in types:
        tenant = call.headers["Tenant"]
        site = parts.store.read(call.caller.world, lambda tx: lines.site(tx, supplier, premises, tenant), at=call.at)
    body = {"address": premises.published, "serviceSpecifications": specifications, "siteInformation": site}
    return Answer(200, body)


def _unavailable(supplier: Supplier, premises: Premises, types: Iterable[str], *, sold: bool) -> dict[str, str] | None:
    """Why nothing can be had here, as far as the supplier tells; None where something can."""
    reason: Mapping[str, str] | None = premises.behaviour.unavailable
    if not serves(supplier, premises):
        reason = {"code": "ADDRESS_NOT_SERVED", "text": f"{supplier.code} has no network at this address"}
    elif premises.behaviour.qualifier is None:
        reason = {"code": "ADDRESS_UNKNOWN", "text": "No database knows these premises: staff see to an order"}
    elif not sold:
        reason = {"code": "SERVICE_TYPE_NOT_SOLD", "text": f"{supplier.code} sells no {' and no '.join(types)}"}
    if reason is None:
        return None
    return dict(COARSE) if supplier.coarse else dict(reason)


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
    supplier = supplier_at(parts, call)
    headers, appointed = scenario_headers(call.headers), "appointmentReservationId" in order
    find = partial(chosen, parts, tenant_of(call), supplier=supplier, appointed=appointed, inbox=call.caller.code)
    asked = find(headers)
    decide_what = change_service if "serviceId" in order else provide

    def decide(tx: Tx) -> Taken:
        made = decide_what(parts, tx, supplier, order, headers)
        scenario, choice = asked if made.headers == headers else find(made.headers)
        tempo = (tx.now, tx.world.gap, tx.world.seed, tx.world.epoch)
        story = plan(made.story or scenario, choice, supplier, made.body, *tempo, line=made.memo.get("line"))
        memo = {**made.memo, "choice": dict(made.headers)}
        if made.losing is not None and story.status != 422:
            memo |= takeovers.announce(parts, tx, supplier, order, made.losing, story.beats, call.caller.code)
        return taken_order(story, made.body, memo)

    return take(parts, call, supplier.code, ORDER, decide)
