"""A problem's resolution: told by the supplier, then accepted or rejected by the tenant, or accepted by silence."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain import entities as rules
from sandbox.domain import lifecycles
from sandbox.domain import requests as request_rules
from sandbox.domain.durations import to_text
from sandbox.domain.entities import Entity, Update
from sandbox.domain.errors import Problem, invalid
from sandbox.domain.ids import make_id
from sandbox.domain.requests import RESOLUTION, Request
from sandbox.gateway.delivery import announce
from sandbox.gateway.supplier_client import Ask, ask, refusal
from sandbox.parts import Parts
from sandbox.store import accounts, entities, requests, timeline
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call

# What the tenant's word means for the problem, and the type of the KCI that tells it.
_EVENTS = {
    "ACCEPTED": ("RESOLUTION_ACCEPTED", "COMPLETED"),
    "REJECTED": ("RESOLUTION_REJECTED", "UPDATE"),
}


def told(tx: Tx, problem: Entity, theirs: Mapping[str, Any]) -> Request:
    """The resolution that the supplier's KCI tells: it has a number of its own, and waits for the tenant's word."""
    number = accounts.next_number(tx.connection, tx.world.name, problem.tenant, RESOLUTION)
    body = {name: value for name, value in theirs.items() if name != "supplierReference"}
    resolution = {"id": number, "serviceProblemId": problem.id, **body, "status": "PENDING"}
    about = (problem.tenant, RESOLUTION, number, problem.ref, "PENDING", problem.conversation)
    return Request(*about, {}, resolution, theirs.get("supplierReference"))


def decide(parts: Parts, call: Call) -> Answer:
    """PATCH /service-problem-resolutions/{id}: the supplier is told, and the problem closes or goes on."""
    tenant, world, wanted = call.caller.code, call.caller.world, call.body["status"]
    text = call.path["id"]

    def look(tx: Tx) -> tuple[Request, Entity, str]:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else 0
        found = requests.find(tx, tenant, RESOLUTION, number)
        problem = None if found is None else entities.find(tx, tenant, found.entity)
        if found is None or problem is None:
            raise invalid(f"you have no resolution {text}")
        if found.status != "PENDING" or problem.status != lifecycles.RESOLVED:
            raise invalid(f"resolution {text} is {found.status}: it has been decided")
        return found, problem, make_id(tx.world.seed, tx.world.epoch, "resolve", call.request_id, number)

    found, problem, request_id = parts.store.read(world, look)
    if wanted in _EVENTS:
        _tell_supplier(parts, call, found, problem, request_id)
    return Answer(200, parts.write(call, lambda tx: _decided(tx, found, call.body)).body)


def _tell_supplier(parts: Parts, call: Call, resolution: Request, problem: Entity, request_id: str) -> None:
    """Synchronous. No 502 or 504 is published here, so a supplier that fails leaves the matter open with a 503."""
    told = Ask(
        world=call.caller.world,
        epoch=call.caller.epoch,
        tenant=call.caller.code,
        supplier=problem.supplier,
        operation="handleServiceProblemResolution",
        request_id=request_id,
        conversation_id=call.conversation_id,
        path={"id": resolution.supplier_reference or str(resolution.id)},
        body=call.body,
        faults=call.caller.faults,
    )
    try:
        status, body = ask(parts, told)
    except Problem as failure:
        raise Problem(failure.code, failure.messages, status=503, retry_after=5) from failure
    if status == 422:
        raise refusal(body)


def _decided(tx: Tx, resolution: Request, wanted: Mapping[str, Any]) -> Request:
    notes = {"tenantNotes": wanted["tenantNotes"]} if "tenantNotes" in wanted else {}
    if wanted["status"] not in _EVENTS:
        return _noted(tx, resolution, notes)
    event, kind = _EVENTS[wanted["status"]]
    problem = entities.find(tx, resolution.tenant, resolution.entity, lock=True)
    if problem is None or not lifecycles.allowed(problem.kind, problem.status, event):
        raise invalid(f"resolution {resolution.id} was decided a moment ago")
    after = _noted(tx, request_rules.step(resolution, event), notes | _closed(tx, event))
    problem = rules.step(problem, event, tx.now, changes=after.shown)
    timeline.note(tx, problem.tenant, problem.ref, "state", {"status": problem.status, "event": event})
    entities.save(tx, announce(tx, problem, Update("INFORMATIONAL", {"type": kind}, about=after.shown)))
    return after


def closed_in_silence(tx: Tx, problem: Entity) -> Request | None:
    """The resolution that a supplier takes as accepted when it completes the problem by itself."""
    found = _pending(tx, problem)
    if found is None:
        return None
    after = request_rules.step(found, "RESOLUTION_ACCEPTED")
    return request_rules.with_body(after, _closed(tx, "RESOLUTION_ACCEPTED"))


def overtaken(tx: Tx, problem: Entity) -> Request | None:
    """The resolution that nobody will decide any more, since the problem is cancelled."""
    found = _pending(tx, problem)
    return None if found is None else request_rules.step(found, "OVERTAKEN")


def _pending(tx: Tx, problem: Entity) -> Request | None:
    made = requests.of_kind(tx, problem.tenant, problem.ref, RESOLUTION)
    return next((each for each in reversed(made) if each.status == "PENDING"), None)


def _closed(tx: Tx, event: str) -> dict[str, Any]:
    return {"closedDate": to_text(tx.now)} if event == "RESOLUTION_ACCEPTED" else {}


def _noted(tx: Tx, resolution: Request, more: Mapping[str, Any]) -> Request:
    after = request_rules.with_body(resolution, more)
    requests.save(tx, after)
    return after
