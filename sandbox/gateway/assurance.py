"""Service tests and service problems: what the gateway checks by itself before it takes one."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain import entities as rules
from sandbox.domain import lifecycles
from sandbox.domain.durations import to_ms
from sandbox.domain.entities import PROBLEM, TEST, Entity, Ref
from sandbox.domain.errors import invalid
from sandbox.domain.scenarios import scenario_headers
from sandbox.gateway import sending
from sandbox.gateway.appointments import check_reservation, taken_over
from sandbox.gateway.checks import check_choice, check_supplier
from sandbox.gateway.overtaking import placed
from sandbox.gateway.services import check_live
from sandbox.parts import Parts
from sandbox.store import accounts, entities, reservations
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call

# Published: a result that allows a problem does so for two hours; GREEN never does. Neither does a test that FAILED.
RESULT_LASTS = 2 * 3_600_000
_ALLOWS_A_PROBLEM = ("AMBER", "RED", "UNAVAILABLE")


def place_test(parts: Parts, call: Call) -> Answer:
    """POST /service-tests: 201 with the test, stored with the job that sends it, or a refusal that keeps nothing."""
    request: dict[str, Any] = call.body
    _check_characteristics(request, test=True)
    return _place(parts, call, TEST, lambda tx: _of_live_service(tx, call, request))


def place_problem(parts: Parts, call: Call) -> Answer:
    """POST /service-problems: it needs a test of the same service, not two hours old, whose result allows it."""
    request: dict[str, Any] = call.body
    _check_characteristics(request, test=False)

    def taken(tx: Tx) -> dict[str, Any]:
        test = _test_that_allows(tx, call.caller.code, request)
        tested = {name: test.body[name] for name in ("serviceId", "serviceSpecification")}
        wanted = {**tested, **request}
        if wanted["serviceId"] != tested["serviceId"] or request["supplier"] != test.supplier:
            raise invalid(f"/serviceTestId: test {test.id} is of service {tested['serviceId']} at {test.supplier}")
        return {**tested, **_of_live_service(tx, call, wanted), **_appointment(parts, tx, call, wanted)}

    return _place(parts, call, PROBLEM, taken)


def _place(parts: Parts, call: Call, kind: str, taken: Any) -> Answer:
    request, tenant, chosen = call.body, call.caller.code, scenario_headers(call.headers)
    check_supplier(parts, tenant, request["supplier"])
    choice = check_choice(parts, call.caller, request["supplier"], chosen, kind)

    def keep(tx: Tx) -> Entity:
        more = taken(tx)
        ref = Ref(kind, accounts.next_number(tx.connection, tx.world.name, tenant, kind))
        entity = rules.receive(tenant, ref, call.conversation_id, chosen, {**request, **more}, tx.now)
        return sending.keep(tx, call, entity, choice)

    return placed(parts, call, keep)


def _of_live_service(tx: Tx, call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    check_live(tx, call.caller.code, request["supplier"], request["serviceId"])
    return {}


def _appointment(parts: Parts, tx: Tx, call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    number = request.get("appointmentReservationId")
    if number is None:
        return {}
    found = check_reservation(parts, tx, call.caller.code, number, request)
    reservations.use(tx, call.caller.code, number, 0)
    return taken_over(found)


def _test_that_allows(tx: Tx, tenant: str, request: Mapping[str, Any]) -> Entity:
    number = request["serviceTestId"]
    test = entities.find(tx, tenant, Ref(TEST, number))
    if test is None:
        raise invalid(f"/serviceTestId: you have no test {number}: have the service tested first")
    if test.status != lifecycles.COMPLETED:
        raise invalid(f"/serviceTestId: test {number} is {test.status}: wait for its result")
    result = test.body["result"]
    outcome = result["testOutcome"]["testResult"]
    if outcome not in _ALLOWS_A_PROBLEM:
        raise invalid(f"/serviceTestId: test {number} came out {outcome}, which allows no problem")
    if tx.now - to_ms(test.body["updated"]) > RESULT_LASTS:
        raise invalid(f"/serviceTestId: the result of test {number} is more than two hours old: test again")
    return test


def _check_characteristics(request: Mapping[str, Any], *, test: bool) -> None:
    """Published: SERVICE_HAS_WORKED always; SERVICE_LAST_WORKED if it has; EQUIPMENT_TYPE in a test of type CPE."""
    values = {each["name"]: each["value"] for each in request["characteristics"]}
    needed = ["SERVICE_HAS_WORKED"]
    if values.get("SERVICE_HAS_WORKED") == "true":
        needed.append("SERVICE_LAST_WORKED")
    if test and request["problemType"] == "CPE":
        needed.append("EQUIPMENT_TYPE")
    missing = [name for name in needed if name not in values]
    if missing:
        raise invalid(*(f"/characteristics: {name} is missing" for name in missing))
