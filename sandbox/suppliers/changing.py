"""A fake is asked to amend or to cancel: decided in the answer, or later by a KCI of what the request is about."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sandbox.domain import lifecycles
from sandbox.domain.entities import ORDER, PROBLEM, Ref
from sandbox.domain.errors import invalid
from sandbox.domain.planning import Plan, PlannedBeat, plan_request
from sandbox.domain.requests import AMENDMENT, CANCELLATION, NAMES
from sandbox.domain.standing import WAITING
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store import supplier_entities
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers import amending
from sandbox.suppliers.choosing import chosen
from sandbox.suppliers.consequences import about, follow
from sandbox.suppliers.premises import supplier_at
from sandbox.suppliers.taking import Taken, take, tenant_of
from sandbox.suppliers.telling import hush, tell_later
from sandbox.suppliers.versions import UNSOLICITED, Report, applied, considering, life_cycle, standing, told
from sandbox.suppliers.voice import catch_up
from sandbox.wire.calls import Answer, Call


class _Asked(NamedTuple):
    """What an operation asks: about which kind of thing, by which members it is named, and which kind of request."""

    thing: str
    number: str
    reference: str
    request: str


_OPERATIONS: Mapping[str, _Asked] = {
    "handleAmendOrder": _Asked(ORDER, "orderId", "supplierOrderReference", AMENDMENT),
    "handleCancelOrder": _Asked(ORDER, "orderId", "supplierOrderReference", CANCELLATION),
    "handleAmendProblem": _Asked(PROBLEM, "serviceProblemId", "supplierServiceProblemReference", AMENDMENT),
    "handleCancelProblem": _Asked(PROBLEM, "serviceProblemId", "supplierServiceProblemReference", CANCELLATION),
}
_PENDING = {AMENDMENT: "AMENDMENT_PENDING", CANCELLATION: "CANCELLATION_PENDING"}
_GRANTED = {AMENDMENT: "AMENDED", CANCELLATION: "CANCELLED"}


def ask(parts: Parts, call: Call) -> Answer:
    """POST …-amendments and …-cancellations: 201 carried out, 202 to be decided, 422 refused."""
    asked, request = _OPERATIONS[call.operation], call.body
    supplier = supplier_at(parts, call)
    scenario, choice = chosen(parts, tenant_of(call), call.headers, supplier, asked.request)
    name = NAMES[asked.thing, asked.request]

    def decide(tx: Tx) -> Taken:
        entity = catch_up(parts, tx, _thing(tx, supplier, tenant_of(call), asked, request))
        _check(entity, asked)
        changes: dict[str, Any] = {}
        if asked.request == AMENDMENT:
            changes = amending.changes(parts, tx, supplier, entity, request)
        world = tx.world
        tempo = (tx.now, world.gap, world.seed, world.epoch)
        amended = applied(about(entity), changes)
        story = plan_request(scenario, choice, supplier, amended, request, standing(entity), *tempo)
        if story.status == 422:
            raise invalid(*story.messages)
        report = Report(asked.request, name, request["id"], story.reference, changes)
        _take(parts, tx, entity, story, report)
        answer = {**request, "supplierReference": story.reference}
        body = answer if story.status == 201 else None
        return Taken(story.status, body, story.reference, {"request": request, "about": str(entity.ref)}, ())

    return take(parts, call, supplier.code, name, decide)


def _take(parts: Parts, tx: Tx, entity: SupplierEntity, story: Plan, report: Report) -> None:
    """The thing as the answer leaves it, and what will be said of it."""
    if story.stops:
        hush(tx, entity.supplier, entity.tenant, entity.ref)
    if story.status == 201 and story.entity_status is not None:
        reason = _GRANTED[report.kind]
        done = PlannedBeat(tx.now, reason, story.entity_status, None, None, story.changes)
        follow(parts, tx, entity, told(entity, done, story.entity_status, report), done, report)
    else:
        supplier_entities.save(tx, considering(entity, report, WAITING[report.kind]))
    inbox, more = entity.memo.get("inbox", ""), {"report": report.to_mapping()}
    tell_later(tx, entity.supplier, entity.tenant, entity.ref, story.beats, inbox=inbox, more=more)


def _thing(tx: Tx, supplier: Supplier, tenant: str, asked: _Asked, request: Mapping[str, Any]) -> SupplierEntity:
    """What the request is about, by the supplier's own reference where it is given, else by the gateway's number."""
    ref, reference = Ref(asked.thing, request[asked.number]), request.get(asked.reference)
    if reference is not None and reference != str(ref.id):
        kinds = (ORDER, UNSOLICITED) if asked.thing == ORDER else (asked.thing,)
        found = supplier_entities.find_by_reference(tx, supplier.code, tenant, kinds, reference)
        if found is None or (found.kind != UNSOLICITED and found != ref):
            raise invalid(f"/{asked.reference}: {supplier.code} knows no {ref} of {tenant} by {reference}")
        ref = found
    entity = supplier_entities.find(tx, supplier.code, tenant, ref, lock=True)
    if entity is None:
        raise invalid(f"/{asked.number}: {supplier.code} knows no {ref} of {tenant}: send the number that it was given")
    return entity


def _check(entity: SupplierEntity, asked: _Asked) -> None:
    """Refuse what the thing, as it stands, cannot be asked."""
    cycle, status = life_cycle(entity.kind), entity.body["status"]
    if entity.kind == UNSOLICITED and asked.request == AMENDMENT:
        raise invalid(f"/{asked.number}: an unsolicited cease cannot be amended: cancel it")
    event = _PENDING[asked.request]
    if not lifecycles.allowed(cycle, status, event, before=entity.memo.get("before")):
        states = ", ".join(state for rule in lifecycles.TABLES[cycle][event] for state in rule.sources)
        raise invalid(f"{asked.thing} {entity.id} is {status}: {asked.request} may be asked for in {states}")
