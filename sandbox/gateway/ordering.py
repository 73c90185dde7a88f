"""Placing orders: what the gateway checks by itself before it takes one."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.domain import entities as rules
from sandbox.domain.entities import ORDER, Entity, Ref
from sandbox.domain.errors import invalid, wrong
from sandbox.domain.scenarios import Choice, scenario_headers
from sandbox.gateway import sending
from sandbox.gateway.appointments import check_reservation, taken_over
from sandbox.gateway.checks import address_for, check_address, check_choice, check_supplier
from sandbox.gateway.overtaking import placed
from sandbox.gateway.services import check_line_named, check_live
from sandbox.parts import Parts
from sandbox.store import accounts, reservations
from sandbox.store.reservations import Reservation
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call


def place(parts: Parts, call: Call) -> Answer:
    """POST /service-orders: 201 with the order, stored with the job that sends it, or a refusal that keeps nothing."""
    request: dict[str, Any] = call.body
    tenant = call.caller.code
    chosen = scenario_headers(call.headers)
    choice: list[Choice | None] = []
    checks: list[Callable[[], object]] = [
        partial(check_supplier, parts, tenant, request["supplier"]),
        lambda: choice.append(check_choice(parts, call.caller, request["supplier"], chosen)),
    ]
    if "address" in request:
        checks += [
            partial(check_address, parts, request["address"]),
            partial(address_for, parts, call.caller.world, request["supplier"], request["address"]),
            partial(check_line_named, request),
        ]
    if messages := wrong(*checks):
        look = partial(parts.store.read, call.caller.world, partial(_reserved, parts, tenant=tenant, request=request))
        raise invalid(*messages, *wrong(look))

    def keep(tx: Tx) -> Entity:
        order_id = accounts.next_number(tx.connection, tx.world.name, tenant, ORDER)
        body = {**request, **_taken_over(parts, tx, tenant, request, order_id)}
        order = rules.receive(tenant, Ref(ORDER, order_id), call.conversation_id, chosen, body, tx.now)
        return sending.keep(tx, call, order, *choice)

    return placed(parts, call, keep)


def _taken_over(parts: Parts, tx: Tx, tenant: str, request: dict[str, Any], order_id: int) -> dict[str, Any]:
    """What the order takes over from its reservation, which it uses up."""
    reservation = _reserved(parts, tx, tenant, request)
    if reservation is None:
        return {}
    reservations.use(tx, tenant, reservation.id, order_id)
    return taken_over(reservation)


def _reserved(parts: Parts, tx: Tx, tenant: str, request: dict[str, Any]) -> Reservation | None:
    """The reservation that the order names. A modify or cease needs a live service."""
    wanted = request
    if "serviceId" in request:
        wanted = {**check_live(tx, tenant, request["supplier"], request["serviceId"]).body, **request}
    number = request.get("appointmentReservationId")
    return None if number is None else check_reservation(parts, tx, tenant, number, wanted)
