"""How a fake takes something new: once, its whole story planned, and the same request again answered the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from sandbox.domain import lifecycles
from sandbox.domain.entities import Ref
from sandbox.domain.errors import invalid
from sandbox.domain.planning import Plan, PlannedBeat
from sandbox.parts import Parts
from sandbox.store import lanes, supplier_entities
from sandbox.store.lanes import NewJob
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.wire.calls import Answer, Call

SCENARIO_HEADERS = ("X-Scenario", "X-Problem-Code", "X-Kci-Delay")


@dataclass(frozen=True)
class Taken:
    """What a fake makes of a request: its answer, the thing as it then has it, and the KCIs to come."""

    status: int
    body: Mapping[str, Any] | None
    reference: str | None
    kept: Mapping[str, Any]
    beats: tuple[PlannedBeat, ...]


def taken_order(story: Plan, order: Mapping[str, Any]) -> Taken:
    """An order as its story tells it. Raises INVALID_REQUEST where the story is a refusal."""
    if story.status == 422:
        raise invalid(*story.messages)
    stated = {**order, "supplierOrderReference": story.order_reference, "status": story.order_status}
    kept = {**stated, "status": story.order_status or lifecycles.SENT_TO_SUPPLIER}
    return Taken(story.status, stated if story.status == 201 else None, story.order_reference, kept, story.beats)


def take(parts: Parts, call: Call, supplier: str, kind: str, decide: Callable[[Tx], Taken]) -> Answer:
    """Take a request of this kind (order, test, problem, amendment, cancellation), which holds the gateway's id.

    `decide` runs in the transaction, and not for a request that was taken before. Raises what it raises.
    """
    request: dict[str, Any] = call.body
    tenant, ref = tenant_of(call), Ref(kind, request["id"])
    choice = {name: str(call.headers[name]) for name in SCENARIO_HEADERS if name in call.headers}
    digest = sha256(orjson.dumps([request, choice], option=orjson.OPT_SORT_KEYS)).hexdigest()

    def run(tx: Tx) -> Mapping[str, Any]:
        known = supplier_entities.find(tx, supplier, tenant, ref)
        if known is not None:
            if known.digest != digest:
                raise invalid(f"/id: {ref.id} is the number of another {kind}")
            return known.answer
        taken = decide(tx)
        answer = {"status": taken.status, "body": taken.body}
        about = (supplier, tenant, kind, ref.id, taken.reference, call.conversation_id)
        supplier_entities.add(tx, SupplierEntity(*about, 0, digest, choice, answer, dict(taken.kept)))
        tell_later(tx, supplier, tenant, ref, taken.beats, inbox=call.caller.code)
        return answer

    answer = parts.store.write(call.caller.world, run, at=call.at)
    return Answer(answer["status"], answer["body"])


def tenant_of(call: Call) -> str:
    """For whom the gateway asks: by the Tenant header, or in the body where the operation has none."""
    request: dict[str, Any] = call.body
    header, named = call.headers.get("Tenant"), request.get("tenant")
    if header is not None and named is not None and header != named:
        raise invalid(f"/tenant: {named} is not the tenant of the Tenant header, {header}")
    return str(header or named)


def lane_of(supplier: str, tenant: str, ref: Ref) -> str:
    """The lane of everything that this fake will say about one thing."""
    return f"beat {supplier} {tenant} {ref}"


def tell_later(
    tx: Tx, supplier: str, tenant: str, ref: Ref, beats: tuple[PlannedBeat, ...], *, inbox: str, stop: bool = False
) -> None:
    """Leave KCIs about a thing to the player. `stop` takes back those that it had still to say.

    `inbox` names who reads them where no gateway listens.
    """
    lane = lane_of(supplier, tenant, ref)
    if stop:
        lanes.drop(tx, lane)
    about = {"supplier": supplier, "tenant": tenant, "inbox": inbox}
    jobs = [
        NewJob(
            "beat", beat.due_at, ref, beat.due_at, {**about, "reasonCode": beat.reason_code, "beat": beat.to_mapping()}
        )
        for beat in beats
    ]
    if jobs:
        lanes.queue(tx, lane, inbox or tenant, jobs)
