"""A fake supplier speaks: it posts the next KCI of its story to the gateway, by the front door."""

import logging
from dataclasses import replace
from typing import Any

import orjson

from sandbox.domain import kci as ledger
from sandbox.domain.durations import to_text
from sandbox.domain.ids import make_id
from sandbox.domain.mapping import property_of
from sandbox.domain.planning import PlannedBeat, planned_beat
from sandbox.parts import Parts
from sandbox.store import kcis, supplier_entities
from sandbox.store.kcis import Kci
from sandbox.store.lanes import Job
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers import booking, lines
from sandbox.wire.calls import Caller
from sandbox.wire.courier import SCHEME, Parcel
from sandbox.world.player import Settle

log = logging.getLogger("sandbox.suppliers")

_FREES_THE_SLOT = ("CANCELLED", "ORDER_REJECTED", "REAPPOINT")


def speak(parts: Parts, job: Job) -> Settle:
    """Send the KCI of one beat: the same id and bytes however often it is tried.

    Raises RuntimeError when the gateway could not take it: the player tries again, and the story waits.
    """
    about, beat = job.payload, planned_beat(job.payload["beat"])

    def look(tx: Tx) -> tuple[SupplierEntity | None, str]:
        entity = supplier_entities.find(tx, about["supplier"], about["tenant"], job.ref)
        number = entity.sequence + 1 if entity else 0
        parts_of_id = (about["supplier"], about["tenant"], str(job.ref), number)
        return entity, make_id(tx.world.seed, tx.world.epoch, "supplier kci", *parts_of_id)

    entity, kci_id = parts.store.read(job.world, look)
    if entity is None:
        return lambda _tx: None
    after = _after(entity, beat)
    body = _body(kci_id, after, beat)
    if about["inbox"]:
        return lambda tx: _leave_in_inbox(parts, tx, about["inbox"], after, beat, body)
    status = _post(parts, job, entity, kci_id, body)
    if status == 204:
        return lambda tx: _keep(parts, tx, after, beat)
    if status >= 500:
        raise RuntimeError(f"the gateway answered {status} to {beat.reason_code} of {entity.ref}")
    log.info("%s refused %s of %s", status, beat.reason_code, entity.ref)
    said = replace(entity, sequence=after.sequence)  # said, and not accepted
    return lambda tx: supplier_entities.save(tx, said)


def _after(entity: SupplierEntity, beat: PlannedBeat) -> SupplierEntity:
    changes = dict(beat.changes)
    body = {**entity.body, "status": beat.status}
    more = changes.pop("serviceCharacteristics", [])
    if more and "serviceOrderItem" in body:
        item = body["serviceOrderItem"]
        body["serviceOrderItem"] = {**item, "serviceCharacteristics": [*item.get("serviceCharacteristics", []), *more]}
    elif more and "orderItems" in body:
        first, *others = body["orderItems"]
        told = {**first, "serviceCharacteristics": [*first.get("serviceCharacteristics", []), *more]}
        body["orderItems"] = [told, *others]
    elif more:
        body["serviceCharacteristics"] = [*body.get("serviceCharacteristics", []), *more]
    return replace(entity, sequence=entity.sequence + 1, body={**body, **changes})


def _body(kci_id: str, entity: SupplierEntity, beat: PlannedBeat) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": kci_id,
        "sequenceNumber": entity.sequence,
        "issuedOn": to_text(beat.due_at),
        "reasonCode": beat.reason_code,
    }
    if beat.problem_code is not None:
        body["problemCode"] = beat.problem_code
    if beat.text is not None:
        body["text"] = beat.text
    return body | {property_of(entity.kind, entity.body): entity.body}


def _post(parts: Parts, job: Job, entity: SupplierEntity, kci_id: str, body: dict[str, Any]) -> int:
    headers = {
        "Authorization": f"Bearer {parts.tokens.own(Caller('supplier', entity.supplier, job.world))}",
        "Content-Type": "application/json",
        "X-Request-ID": kci_id,
        "X-Conversation-ID": entity.conversation,
    }
    parcel = Parcel("POST", f"{SCHEME}://gateway/v1/kcis", headers, orjson.dumps(body), at=job.due_at)
    return parts.courier.send(parcel).status


def _keep(parts: Parts, tx: Tx, entity: SupplierEntity, beat: PlannedBeat) -> None:
    supplier_entities.save(tx, entity)
    supplier = parts.library.suppliers[entity.supplier]
    if "appointmentTimeslot" in beat.changes:
        booking.move(tx, entity.supplier, entity.tenant, entity.body, beat.changes["appointmentTimeslot"])
    if beat.reason_code in _FREES_THE_SLOT:
        booking.give_up(tx, entity.supplier, entity.tenant, entity.body)
    if beat.reason_code == "COMPLETED" and "orderType" in entity.body and "siteInformation" not in entity.body:
        lines.complete(parts, tx, supplier, {**entity.body, "tenant": entity.tenant})


def _leave_in_inbox(
    parts: Parts, tx: Tx, owner: str, entity: SupplierEntity, beat: PlannedBeat, body: dict[str, Any]
) -> None:
    """In a stand-alone world nobody is the gateway: whoever placed the order reads the KCIs in an inbox of its own."""
    about = (owner, body["id"], str(entity.ref), entity.sequence, entity.conversation)
    kcis.add(tx, Kci(*about, ledger.DELIVERED, tx.now, orjson.dumps(body)))
    _keep(parts, tx, entity, beat)
