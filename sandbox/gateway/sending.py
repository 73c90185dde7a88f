"""Sending what a tenant placed to its supplier, and taking the supplier's answer as the next event."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sandbox.domain import entities as rules
from sandbox.domain import lifecycles
from sandbox.domain.entities import ORDER, PROBLEM, TEST, Entity, Ref, Update
from sandbox.domain.errors import Problem
from sandbox.domain.faults import disorder_from, of_leg
from sandbox.domain.handing import SUPPLIER, TENANT
from sandbox.domain.ids import make_id
from sandbox.domain.mapping import REFERENCE, changes_from, to_supplier
from sandbox.domain.scenarios import Choice, with_disorder
from sandbox.gateway import inbound
from sandbox.gateway.checks import address_for
from sandbox.gateway.delivery import announce
from sandbox.gateway.supplier_client import Ask, ask
from sandbox.parts import Parts
from sandbox.store import entities, lanes, timeline
from sandbox.store.lanes import Job, NewJob
from sandbox.store.store import Tx
from sandbox.wire.calls import Call
from sandbox.wire.problems import error_body
from sandbox.world.player import Settle

_OPERATIONS: Mapping[str, str] = {ORDER: "handleCreateOrder", TEST: "handleServiceTest", PROBLEM: "handleCreateProblem"}

# What a supplier's answer means, by kind of thing: events of its life cycle, each with the type of the tenant's KCI.
_REFUSED: Mapping[str, tuple[str, str]] = {
    ORDER: ("ORDER_REJECTED", "TERMINATED"),
    TEST: ("REJECTED", "TERMINATED"),
    PROBLEM: ("REJECTED", "TERMINATED"),
}
_ACKNOWLEDGED = ("ACKNOWLEDGED", "ACKNOWLEDGED")
_TAKEN: Mapping[tuple[str, str | None], tuple[tuple[str, str], ...]] = {
    (ORDER, lifecycles.ACKNOWLEDGED): (_ACKNOWLEDGED,),
    (ORDER, lifecycles.IN_PROGRESS): (_ACKNOWLEDGED, ("COMMITTED", "COMMITTED")),
    (TEST, None): (("IN_PROGRESS", "UPDATE"),),
    (PROBLEM, None): (_ACKNOWLEDGED,),
    (PROBLEM, lifecycles.ACKNOWLEDGED): (_ACKNOWLEDGED,),
    (PROBLEM, lifecycles.IN_PROGRESS): (_ACKNOWLEDGED, ("IN_PROGRESS", "UPDATE")),
}


def keep(tx: Tx, call: Call, entity: Entity, choice: Choice | None) -> Entity:
    """Store something new with the job that sends it, and note the call that placed it; as it was stored."""
    entity = _disordered(entity, choice, call.disorder)
    entities.add(tx, entity)
    about = {"operation": call.operation, "requestId": call.request_id, **entity.choice}
    timeline.note(tx, entity.tenant, entity.ref, "call", about)
    timeline.note(tx, entity.tenant, entity.ref, "state", {"status": entity.status})
    job = NewJob("send", tx.now, entity.ref, 0, {"supplier": entity.supplier})
    lanes.queue(tx, f"send {entity.tenant} {entity.ref}", entity.tenant, [job])
    return entity


def _disordered(entity: Entity, choice: Choice | None, ruled: Mapping[str, Any] | None) -> Entity:
    """The entity with what is to go wrong with its KCIs: as its own headers or its scenario say, or else a rule. What
    goes wrong at the supplier is told to it by the header, if it is a fake.
    """
    faults = () if choice is None else choice.faults
    if ruled is not None and not faults:
        disorder = disorder_from(ruled)
        faults = (disorder,)
        if disorder.leg == SUPPLIER and choice is not None:
            scenario = with_disorder(entity.choice.get("X-Scenario", ""), disorder)
            entity = replace(entity, choice={**entity.choice, "X-Scenario": scenario})
    mine = of_leg(faults, TENANT)
    return replace(entity, disorder=tuple(each.to_mapping() for each in mine)) if mine else entity


def send(parts: Parts, job: Job) -> Settle:
    """Send one thing to its supplier."""
    tenant, ref = job.owner, job.ref

    def look(tx: Tx) -> tuple[Entity | None, str, int]:
        request_id = make_id(tx.world.seed, tx.world.epoch, "send", tenant, str(ref))
        return entities.find(tx, tenant, ref), request_id, tx.world.faults

    entity, request_id, faults = parts.store.read(job.world, look)
    if entity is None or entity.status != lifecycles.RECEIVED_BY_GATEWAY:
        return lambda _tx: None
    call = Ask(
        world=job.world,
        epoch=job.epoch,
        tenant=tenant,
        supplier=entity.supplier,
        operation=_operation(entity),
        request_id=request_id,
        conversation_id=entity.conversation,
        body=_body(parts, job.world, entity),
        headers=entity.choice,
        at=job.due_at,
        faults=faults,
    )
    take: Callable[[Tx, str, Ref], None]
    try:
        status, body = ask(parts, call)
        take = partial(_answered, status=status, body=body)
    except Problem as problem:
        take = partial(_failed, problem=problem)

    def settle(tx: Tx) -> None:
        take(tx, tenant, ref)
        inbound.release_answered(tx, tenant, ref, parts.settings.patience)

    return settle


def _body(parts: Parts, world: str, entity: Entity) -> dict[str, Any]:
    body = to_supplier(entity)
    if "address" in body:
        body["address"] = address_for(parts, world, entity.supplier, entity.body["address"])
    return body


def _operation(entity: Entity) -> str:
    return "handleCreateEthernetOrder" if "siteInformation" in entity.body else _OPERATIONS[entity.kind]


def _failed(tx: Tx, tenant: str, ref: Ref, problem: Problem) -> None:
    """Published: it could not be sent, which is final, and an ERROR KCI says why."""
    entity = _locked(tx, tenant, ref)
    uuid = make_id(tx.world.seed, tx.world.epoch, "send failed", tenant, str(ref))
    detail = {"supplier": entity.supplier, "code": problem.code, "messages": list(problem.messages)}
    timeline.note(tx, tenant, ref, "sent", detail)
    _tell(tx, entity, [("SEND_FAILED", {}, Update("ERROR", error_body(uuid, problem)))])


def _answered(tx: Tx, tenant: str, ref: Ref, status: int, body: Any) -> None:
    """The supplier's 202, 201 or 422. A synchronous answer gives the tenant the same KCIs, from the gateway."""
    entity = _locked(tx, tenant, ref)
    timeline.note(tx, tenant, ref, "sent", {"supplier": entity.supplier, "httpStatus": status})
    steps: list[tuple[str, dict[str, Any], Update]] = [("SENT", {}, _informational("UPDATE"))]
    reference = None
    if status == 422:
        event, kind = _REFUSED[entity.kind]
        steps.append((event, {}, _informational(kind, text="; ".join(body))))
    elif status == 201:
        changes, reference = changes_from(entity, body), body.get(REFERENCE[entity.kind])
        stated = body.get("status") if (entity.kind, body.get("status")) in _TAKEN else None
        steps += [(event, changes, _informational(kind)) for event, kind in _TAKEN[entity.kind, stated]]
    _tell(tx, entity, steps, reference)


def _tell(
    tx: Tx, entity: Entity, steps: list[tuple[str, dict[str, Any], Update]], reference: str | None = None
) -> None:
    for event, changes, update in steps:
        entity = rules.step(entity, event, tx.now, changes=changes)
        timeline.note(tx, entity.tenant, entity.ref, "state", {"status": entity.status, "event": event})
        entity = announce(tx, entity, update)
    entities.save(tx, rules.known_as(entity, reference))


def _locked(tx: Tx, tenant: str, ref: Ref) -> Entity:
    entity = entities.find(tx, tenant, ref, lock=True)
    if entity is None:
        raise LookupError(f"{ref} of {tenant} is gone within its epoch")
    return entity


def _informational(kind: str, **more: str) -> Update:
    return Update("INFORMATIONAL", {"type": kind, **more})
