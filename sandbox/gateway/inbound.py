"""Taking a KCI from a supplier, in the order that its numbers give, and handing it on."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson

from sandbox.domain import lifecycles
from sandbox.domain.entities import Entity, Ref
from sandbox.domain.errors import Problem, invalid
from sandbox.domain.mapping import PROPERTIES, REFERENCE
from sandbox.gateway import services, unsolicited
from sandbox.gateway.delivery import announce
from sandbox.gateway.judging import Step, awaits_answer, overtake, steps_of
from sandbox.parts import Parts
from sandbox.store import entities, lanes, received, timeline
from sandbox.store.lanes import Job, NewJob
from sandbox.store.received import Received
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call
from sandbox.world.player import Settle


def accept(parts: Parts, call: Call) -> Answer:
    """POST /kcis at the gateway: 204, or a refusal that changes nothing and says what would have been allowed."""
    refusal = parts.write(call, lambda tx: _take(tx, call.caller.code, call.body, parts.settings.patience))
    if refusal is not None:
        raise invalid(*refusal)
    return Answer(204)


def _take(tx: Tx, supplier: str, kci: Mapping[str, Any], patience: int) -> tuple[str, ...] | None:
    """Why the KCI is refused, or None. Told once: the same KCI sent again gets the first answer again."""
    digest = sha256(orjson.dumps(kci, option=orjson.OPT_SORT_KEYS)).hexdigest()
    known = received.find(tx, supplier, kci["id"])
    if known is not None:
        if known.digest != digest:
            raise invalid(f"/id: {kci['id']} was used for another KCI: give every KCI an id of its own")
        return known.refusal
    new = kci["reasonCode"] == unsolicited.CREATED
    entity = unsolicited.create(tx, supplier, kci) if new else _entity_of(tx, supplier, kci)
    about = (entity.tenant, str(entity.ref), kci["sequenceNumber"], tx.now, digest)
    item = Received(supplier, kci["id"], *about, held=not new, refusal=None, body=None if new else dict(kci))
    if new:
        received.add(tx, item)
        return None
    if _must_wait(tx, entity, item):
        received.add(tx, item)
        _be_patient(tx, entity, item, patience)
        return None
    entity, refusal = _judge(tx, entity, item)
    received.add(tx, replace(item, held=False, refusal=refusal, body=None))
    entities.save(tx, _release(tx, entity))
    return refusal


def _entity_of(tx: Tx, supplier: str, kci: Mapping[str, Any]) -> Entity:
    """What the KCI is about, by the gateway's id or the supplier's reference; the two must not disagree."""
    name = next(name for name in PROPERTIES if name in kci)
    kind, theirs = PROPERTIES[name], kci[name]
    tenant, number, reference = theirs["tenant"], theirs.get("id"), theirs.get(REFERENCE[kind])
    if number is None and reference is not None:
        number = entities.find_by_reference(tx, tenant, supplier, kind, reference)
    entity = None if number is None else entities.find(tx, tenant, Ref(kind, number), lock=True)
    if entity is None or entity.supplier != supplier:
        raise invalid(f"no {kind} of {tenant} at {supplier} is known by id {theirs.get('id')} or reference {reference}")
    if reference is not None and entity.supplier_reference not in (None, reference):
        raise invalid(f"{entity.ref} is known by reference {entity.supplier_reference}, not {reference}")
    if reference is not None and entity.supplier_reference is None:
        other = entities.find_by_reference(tx, tenant, supplier, kind, reference)
        if other is not None:
            raise invalid(f"reference {reference} is that of {kind} {other}, not of {entity.ref}")
    return entity


def _must_wait(tx: Tx, entity: Entity, item: Received) -> bool:
    """Whether the KCI came too early: before the supplier's answer to what it is about, or before a lower number."""
    if entity.status == lifecycles.RECEIVED_BY_GATEWAY or awaits_answer(tx, entity, item.body or {}):
        return True
    if lifecycles.terminal(entity.kind, entity.status):
        return False  # whatever is missing cannot be taken any more either
    answered_at_once = entity.supplier_sequence == 0 and entity.status != lifecycles.SENT_TO_SUPPLIER
    next_numbers = entity.supplier_sequence + (2 if answered_at_once else 1)  # after a 201 the first may be 1 or 2
    return item.sequence > next_numbers


def _be_patient(tx: Tx, entity: Entity, item: Received, patience: int) -> None:
    """Wait for what is missing before this KCI: real time, however fast the world runs; world time during a run, where
    nothing else passes. While there is no answer to what it is about, nothing is missing yet.
    """
    if entity.status == lifecycles.RECEIVED_BY_GATEWAY or awaits_answer(tx, entity, item.body or {}):
        return
    running = tx.world.running(tx.real)
    due = tx.now + patience * (1 if running else tx.world.rate)
    not_before = tx.real + patience if tx.world.rate == 0 and not running else 0
    job = NewJob("release", due, entity.ref, 0, {"supplier": item.supplier, "heldKci": item.kci})
    lanes.queue(tx, f"release {item.supplier} {item.kci}", entity.tenant, [job], not_before=not_before)


def release(_parts: Parts, job: Job) -> Settle:
    """Patience has ended: go on without the missing number. One that comes after all is judged as new."""

    def settle(tx: Tx) -> None:
        entity = entities.find(tx, job.owner, job.ref, lock=True)
        late = received.find(tx, job.payload["supplier"], job.payload["heldKci"])
        if entity is None or late is None or not late.held:
            return
        for item in received.held(tx, entity.tenant, entity.ref):
            if item.sequence <= late.sequence:
                entity = _judge_held(tx, entity, item)
        entities.save(tx, _release(tx, entity))

    return settle


def release_answered(tx: Tx, tenant: str, ref: Ref, patience: int) -> None:
    """It has its answer: judge the KCIs that came before that, and be patient with those that are early still."""
    if not received.held(tx, tenant, ref):
        return
    entity = entities.find(tx, tenant, ref, lock=True)
    if entity is not None:
        entity = _release(tx, entity)
        entities.save(tx, entity)
        for item in received.held(tx, tenant, ref):
            _be_patient(tx, entity, item, patience)


def _release(tx: Tx, entity: Entity) -> Entity:
    for item in received.held(tx, entity.tenant, entity.ref):
        if _must_wait(tx, entity, item):
            break
        entity = _judge_held(tx, entity, item)
    return entity


def _judge_held(tx: Tx, entity: Entity, item: Received) -> Entity:
    entity, _ = _judge(tx, entity, item)
    received.settle(tx, item)
    return entity


def _judge(tx: Tx, entity: Entity, item: Received) -> tuple[Entity, tuple[str, ...] | None]:
    """The entity after the KCI, with the tenant told; or with only its count raised, and why it was refused."""
    kci = item.body or {}
    counted = replace(entity, supplier_sequence=max(entity.supplier_sequence, item.sequence))
    detail = {
        "id": item.kci,
        "supplier": item.supplier,
        "sequenceNumber": item.sequence,
        "reasonCode": kci.get("reasonCode"),
    }
    try:
        steps = steps_of(tx, counted, kci, item.received_on)
    except Problem as problem:
        timeline.note(tx, entity.tenant, entity.ref, "refused", detail | {"messages": list(problem.messages)})
        return counted, problem.messages
    timeline.note(tx, entity.tenant, entity.ref, "call", detail)
    for step in steps:
        counted = _take_step(tx, counted, step)
    return counted, None


def _take_step(tx: Tx, entity: Entity, step: Step) -> Entity:
    if step.after.status != entity.status:
        timeline.note(tx, entity.tenant, entity.ref, "state", {"status": step.after.status})
    for keep in step.effects:
        keep(tx)
    services.learn(tx, step.after)
    overtake(tx, step.after)
    return announce(tx, replace(step.after, sequence=entity.sequence), step.update)
