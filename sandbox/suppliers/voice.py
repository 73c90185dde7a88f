"""A fake supplier speaks: it posts the next KCI of its story to the gateway, by the front door.

The same KCI keeps its id, its number and its bytes however often it is tried. What a KCI says comes from the supplier's
version of the thing, which only the KCI before it changes, in the same lane; whoever else changes the version first
settles what is being said (`catch_up`).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from sandbox.domain import kci as ledger
from sandbox.domain import sources
from sandbox.domain.durations import to_text
from sandbox.domain.entities import ORDER, Ref
from sandbox.domain.faults import in_plan
from sandbox.domain.ids import make_id
from sandbox.domain.mapping import property_of
from sandbox.domain.planning import PlannedBeat, planned_beat
from sandbox.domain.requests import CANCELLATION
from sandbox.domain.speaking import stated
from sandbox.parts import Parts
from sandbox.store import kcis, supplier_entities
from sandbox.store.kcis import Kci
from sandbox.store.lanes import Job
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers import consequences, disorder, moving
from sandbox.suppliers.posting import post
from sandbox.suppliers.premises import supplier_of
from sandbox.suppliers.telling import being_said
from sandbox.suppliers.versions import Report, ended, life_cycle, standing, told, undecided
from sandbox.world.player import Settle

log = logging.getLogger("sandbox.suppliers")


@dataclass(frozen=True)
class Utterance:
    """One KCI, ready to be said: its body, and the supplier's version of the thing once it is said.

    `told` is None where the version holds it already, since somebody had to know it before it was settled. `slipped`
    says that it moves an appointment to another slot than was planned.
    """

    body: Mapping[str, Any]
    sequence: int
    beat: PlannedBeat
    report: Report | None
    told: SupplierEntity | None
    slipped: bool = False


def speak(parts: Parts, job: Job) -> Settle:
    """Send the KCI of one beat; one that may not come any more is left out.

    Raises RuntimeError when the gateway could not take it: the player tries again, and the story waits.
    """
    about = job.payload

    def look(tx: Tx) -> tuple[SupplierEntity | None, Utterance | None, int]:
        entity = supplier_entities.find(tx, about["supplier"], about["tenant"], job.ref)
        return entity, None if entity is None else _utterance(parts, tx, entity, about), tx.world.faults

    if moving.moves(planned_beat(about["beat"])):  # its place is taken before anybody hears of it
        entity, utterance, faults = parts.store.write(job.world, look, at=job.due_at, epoch=job.epoch)
    else:
        entity, utterance, faults = parts.store.read(job.world, look, at=job.due_at)
    if entity is None or utterance is None:
        return lambda _tx: None
    if about["inbox"]:
        return lambda tx: _leave_in_inbox(parts, tx, job, entity, utterance)
    if in_plan(disorder.disorders(entity)):
        return lambda tx: _plan(parts, tx, job, utterance)
    status = post(parts, job, entity.conversation, utterance.body, faults)
    if status >= 500:
        raise RuntimeError(f"the gateway answered {status} to {utterance.beat.reason_code} of {entity.ref}")
    if status != 204:
        log.info("%s refused %s of %s", status, utterance.beat.reason_code, entity.ref)
    return lambda tx: _settle(parts, tx, job, utterance, taken=status == 204)


def catch_up(parts: Parts, tx: Tx, entity: SupplierEntity) -> SupplierEntity:
    """The version of a thing with what is being said about it, before anybody else changes it.

    The gateway, and its tenant, may know that KCI already. Its bytes are kept, since it may have to be said again.
    """
    head = being_said(tx, entity.supplier, entity.tenant, entity.ref)
    if head is None or "unsaid" in entity.memo:
        return entity
    utterance = _utterance(parts, tx, entity, head.payload)
    if utterance is None or utterance.told is None:
        return entity
    after = _counted(entity if utterance.beat.wrong else utterance.told, utterance.sequence)
    after = replace(after, memo={**after.memo, "unsaid": dict(utterance.body)})
    if utterance.beat.wrong:
        supplier_entities.save(tx, after)
        return after
    return _followed(parts, tx, entity, after, utterance)


def _followed(parts: Parts, tx: Tx, was: SupplierEntity, now: SupplierEntity, utterance: Utterance) -> SupplierEntity:
    now = consequences.follow(parts, tx, was, now, utterance.beat, utterance.report)
    if utterance.slipped:
        consequences.replan_pending(parts, tx, now)
    return now


def _utterance(parts: Parts, tx: Tx, entity: SupplierEntity, about: Mapping[str, Any]) -> Utterance | None:
    beat = planned_beat(about["beat"])
    report = Report(**about["report"]) if "report" in about else _asked_for(entity, beat)
    unsaid = entity.memo.get("unsaid")  # of the lane's head: it leaves the memo when that is settled
    if unsaid is not None:
        return Utterance(unsaid, entity.sequence, beat, report, None)
    status = stated(beat, standing(entity, report))
    if "asked" in about and (beat.fixed or status is None):
        status = beat.status  # said all the same: the gateway judges it
    if status is None:
        return None
    planned = _with_service(parts, tx, entity, beat)
    beat = moving.held(tx, supplier_of(parts, tx, entity.supplier), entity, planned)
    after = told(entity, beat, status, report)
    sequence = entity.sequence + 1
    body = _envelope(tx, entity, beat, sequence) | about.get("envelope", {}) | _named(report)
    thing = property_of(life_cycle(entity.kind), after.body)
    return Utterance(body | {thing: after.body}, sequence, beat, report, after, slipped=beat is not planned)


def _asked_for(entity: SupplierEntity, beat: PlannedBeat) -> Report | None:
    """The cancellation that the tenant has asked for, when the supplier cancels by itself meanwhile (published: it is
    named then too).
    """
    asked = (each for each in undecided(entity) if each.kind == CANCELLATION)
    return next(asked, None) if beat.reason_code == "CANCELLED" else None


def _with_service(parts: Parts, tx: Tx, entity: SupplierEntity, beat: PlannedBeat) -> PlannedBeat:
    """A provide never completes without the SERVICE_ID, which later orders, tests and problems name."""
    body = entity.body
    if beat.reason_code != "COMPLETED" or entity.kind != ORDER or sources.order_type(body) not in sources.PROVIDING:
        return beat
    item, more = body.get("serviceOrderItem") or body["orderItems"][0], beat.changes.get("serviceCharacteristics", [])
    if any(each["name"] == "SERVICE_ID" for each in (*item.get("serviceCharacteristics", ()), *more)):
        return beat
    supplier, world = supplier_of(parts, tx, entity.supplier), tx.world
    about = {**body, "id": entity.id, "tenant": entity.tenant}
    moment, line = (beat.due_at, world.seed, world.epoch), entity.memo.get("line")
    course = sources.opened(supplier, about, *moment, kind=ORDER, status=body["status"], line=line)
    service = {"name": "SERVICE_ID", "value": course.service["SERVICE_ID"]}
    return replace(beat, changes={**beat.changes, "serviceCharacteristics": [*more, service]})


def _envelope(tx: Tx, entity: SupplierEntity, beat: PlannedBeat, sequence: int) -> dict[str, Any]:
    about = (entity.supplier, entity.tenant, str(entity.ref), sequence)
    body: dict[str, Any] = {
        "id": make_id(tx.world.seed, tx.world.epoch, "supplier kci", *about),
        "sequenceNumber": sequence,
        "issuedOn": to_text(beat.due_at),
        "reasonCode": beat.reason_code,
    }
    if beat.problem_code is not None:
        body["problemCode"] = beat.problem_code
    return body if beat.text is None else body | {"text": beat.text}


def _named(report: Report | None) -> dict[str, Any]:
    """The request that the KCI answers, by both numbers (published)."""
    if report is None:
        return {}
    return {f"{report.name}Id": report.id, f"{report.name}Reference": report.reference}


def _plan(parts: Parts, tx: Tx, job: Job, utterance: Utterance) -> None:
    """What is to go wrong on its way counts as taken; it is posted as that is planned."""
    _settle(parts, tx, job, utterance, taken=True)
    entity = _find(tx, job.payload["supplier"], job.payload["tenant"], job.ref)
    disorder.plan(tx, entity, utterance.body, last=ended(entity))


def _settle(parts: Parts, tx: Tx, job: Job, utterance: Utterance, *, taken: bool) -> None:
    """What was said has been taken, or has been refused: then it counts, and changes nothing."""
    about = job.payload
    entity = _find(tx, about["supplier"], about["tenant"], job.ref)
    if entity.sequence >= utterance.sequence or utterance.told is None:
        memo = {name: value for name, value in entity.memo.items() if name != "unsaid"}
        supplier_entities.save(tx, replace(entity, memo=memo))
    elif taken:
        _followed(parts, tx, entity, _counted(utterance.told, utterance.sequence), utterance)
    else:
        if moving.moves(utterance.beat):
            moving.settle(tx, entity, moved=False)
        supplier_entities.save(tx, _counted(entity, utterance.sequence))


def _find(tx: Tx, supplier: str, tenant: str, ref: Ref) -> SupplierEntity:
    entity = supplier_entities.find(tx, supplier, tenant, ref, lock=True)
    if entity is None:
        raise LookupError(f"{ref} of {tenant} is gone within its epoch")
    return entity


def _counted(entity: SupplierEntity, sequence: int) -> SupplierEntity:
    return replace(entity, sequence=sequence)


def _leave_in_inbox(parts: Parts, tx: Tx, job: Job, entity: SupplierEntity, utterance: Utterance) -> None:
    """In a stand-alone world nobody is the gateway: whoever placed the order reads the KCIs in an inbox of its own."""
    body = utterance.body
    about = (job.payload["inbox"], body["id"], str(entity.ref), utterance.sequence, entity.conversation)
    kcis.add(tx, Kci(*about, ledger.DELIVERED, tx.now, orjson.dumps(body)))
    kcis.hand_over(tx, job.payload["inbox"], body["id"])
    _settle(parts, tx, job, utterance, taken=True)
