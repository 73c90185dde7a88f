"""How a fake takes something new: once, its whole story planned, and the same request again answered the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from sandbox.domain import lifecycles
from sandbox.domain.entities import Ref
from sandbox.domain.errors import invalid
from sandbox.domain.planning import Plan, PlannedBeat
from sandbox.domain.scenarios import Choice, choose_by, scenario_headers
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store import supplier_entities
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers.telling import tell_later
from sandbox.suppliers.versions import with_changes
from sandbox.wire.calls import Answer, Call

# The KCIs that the status of a 201 stands for (published), so that they count as said.
_STANDS_FOR: Mapping[str | None, tuple[str, ...]] = {
    lifecycles.ACKNOWLEDGED: ("ACKNOWLEDGED",),
    lifecycles.IN_PROGRESS: ("ACKNOWLEDGED", "COMMITTED"),
}


@dataclass(frozen=True)
class Taken:
    """What a fake makes of a request: its answer, the thing as it then has it, the KCIs to come, and a memo."""

    status: int
    body: Mapping[str, Any] | None
    reference: str | None
    kept: Mapping[str, Any]
    beats: tuple[PlannedBeat, ...]
    memo: Mapping[str, Any] = field(default_factory=dict)


def taken_order(story: Plan, order: Mapping[str, Any], memo: Mapping[str, Any] | None = None) -> Taken:
    """An order as its story tells it. Raises INVALID_REQUEST where the story is a refusal."""
    return taken_as("supplierOrderReference", story, order, memo)


def taken_as(reference: str, story: Plan, request: Mapping[str, Any], memo: Mapping[str, Any] | None = None) -> Taken:
    """A thing as its story tells it, with the supplier's reference under this name. Raises INVALID_REQUEST where the
    story is a refusal.
    """
    if story.status == 422:
        raise invalid(*story.messages)
    named = {**with_changes(request, story.changes), reference: story.reference}
    stated = named | {"status": story.entity_status}
    kept = named | {"status": story.entity_status or lifecycles.SENT_TO_SUPPLIER}
    known = {**(memo or {}), "said": list(_STANDS_FOR.get(story.entity_status, ()))}
    return Taken(story.status, stated if story.status == 201 else None, story.reference, kept, story.beats, known)


def take(parts: Parts, call: Call, supplier: str, kind: str, decide: Callable[[Tx], Taken]) -> Answer:
    """Take a request of this kind, which holds the gateway's id: an order, a test, a problem, or a request about one.

    `decide` runs in the transaction, and not for a request that was taken before. Raises what it raises.
    """
    request: dict[str, Any] = call.body
    tenant, ref = tenant_of(call), Ref(kind, request["id"])
    chosen = scenario_headers(call.headers)
    digest = sha256(orjson.dumps([request, chosen], option=orjson.OPT_SORT_KEYS)).hexdigest()

    def run(tx: Tx) -> Mapping[str, Any]:
        known = supplier_entities.find(tx, supplier, tenant, ref)
        if known is not None:
            if known.digest != digest:
                raise invalid(f"/id: {ref.id} is the number of another {kind}")
            return known.answer
        taken = decide(tx)
        answer = {"status": taken.status, "body": taken.body}
        memo = {"choice": chosen, "inbox": call.caller.code, **taken.memo}
        about = (supplier, tenant, kind, ref.id, taken.reference, call.conversation_id)
        supplier_entities.add(tx, SupplierEntity(*about, 0, digest, memo, answer, dict(taken.kept)))
        tell_later(tx, supplier, tenant, ref, taken.beats, inbox=call.caller.code)
        return answer

    answer = parts.write(call, run)
    return Answer(answer["status"], answer["body"])


def tenant_of(call: Call) -> str:
    """For whom the gateway asks: by the Tenant header, or in the body where the operation has none."""
    request: dict[str, Any] = call.body
    header, named = call.headers.get("Tenant"), request.get("tenant")
    if header is not None and named is not None and header != named:
        raise invalid(f"/tenant: {named} is not the tenant of the Tenant header, {header}")
    return str(header or named)


def chosen(
    parts: Parts, headers: Mapping[str, Any], supplier: Supplier, kind: str = "order", *, appointed: bool = True
) -> Choice:
    """What X-Scenario and the like among these headers choose for a request of this kind.

    Raises INVALID_REQUEST with everything that is wrong.
    """
    return choose_by(parts.library.scenarios, headers, supplier, kind, appointed=appointed)
