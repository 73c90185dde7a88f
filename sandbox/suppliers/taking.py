"""How a fake takes something new: once, its whole story planned, and the same request again answered the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import Any

import orjson

from sandbox.domain import lifecycles
from sandbox.domain.entities import Ref
from sandbox.domain.errors import INVALID_REQUEST, Problem, invalid
from sandbox.domain.faults import BEFORE_RESPONSE
from sandbox.domain.planning import Plan, PlannedBeat
from sandbox.domain.scenarios import scenario_headers
from sandbox.parts import Parts
from sandbox.store import supplier_entities
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers import booking
from sandbox.suppliers.telling import lane_of, tell_later
from sandbox.suppliers.versions import with_changes
from sandbox.suppliers.voice import speak
from sandbox.wire.calls import Answer, Call
from sandbox.world.overtaking import play_first

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

    @property
    def overtaken(self) -> bool:
        """Whether its first KCI is to come before its answer."""
        return any(each["do"] == BEFORE_RESPONSE for each in self.memo.get("disorder", ()))


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
    if story.faults:
        known["disorder"] = [each.to_mapping() for each in story.faults]
    return Taken(story.status, stated if story.status == 201 else None, story.reference, kept, story.beats, known)


def take(parts: Parts, call: Call, supplier: str, kind: str, decide: Callable[[Tx], Taken]) -> Answer:
    """Take a request of this kind, which holds the gateway's id: an order, a test, a problem, or a request about one.

    `decide` runs in the transaction, and not for a request that was taken before. Raises what it raises; then the
    reservation that came with the request is let go, and the refusal is kept, since the same request sent again could
    not be refused for the same reason.
    """
    chosen = scenario_headers(call.headers)
    digest = sha256(orjson.dumps([call.body, chosen], option=orjson.OPT_SORT_KEYS)).hexdigest()
    about = _About(supplier, tenant_of(call), Ref(kind, call.body["id"]), call.conversation_id, digest)

    overtaking: list[str] = []

    def run(tx: Tx) -> Mapping[str, Any]:
        overtaking.clear()
        known = _answered(tx, about)
        if known is not None:
            return known
        taken = decide(tx)
        answer = {"status": taken.status, "body": taken.body}
        memo = {"choice": chosen, "inbox": call.caller.code, **taken.memo}
        supplier_entities.add(tx, about.entity(taken.reference, memo, answer, taken.kept))
        beats = taken.beats
        if taken.overtaken and beats:
            beats = (replace(beats[0], due_at=tx.now), *beats[1:])
            overtaking.append(lane_of(supplier, about.tenant, about.ref))
        tell_later(tx, supplier, about.tenant, about.ref, beats, inbox=call.caller.code)
        return answer

    try:
        answer = parts.write(call, run)
    except Problem as refusal:
        if refusal.code == INVALID_REQUEST and "appointmentReservationId" in call.body:
            parts.write(call, partial(_refuse, about=about, request=call.body, refusal=refusal))
        raise
    if overtaking:
        where = (call.caller.world, call.caller.epoch, overtaking)
        beat = {"beat": partial(speak, parts)}
        play_first(parts.store, parts.clock, beat, *where, at=call.at, lease=parts.settings.lease)
    return Answer(answer["status"], answer["body"])


@dataclass(frozen=True)
class _About:
    """Which request it is that comes in."""

    supplier: str
    tenant: str
    ref: Ref
    conversation: str
    digest: str

    def entity(
        self, reference: str | None, memo: dict[str, Any], answer: dict[str, Any], body: Mapping[str, Any]
    ) -> SupplierEntity:
        """The thing as the supplier keeps it, with nothing said about it yet."""
        key = (self.supplier, self.tenant, *self.ref)
        return SupplierEntity(*key, reference, self.conversation, 0, self.digest, memo, answer, dict(body))


def _answered(tx: Tx, about: _About) -> Mapping[str, Any] | None:
    """The first answer to this request; None for one that is new. A refused one may come again under its number, put
    right.
    """
    known = supplier_entities.find(tx, about.supplier, about.tenant, about.ref)
    if known is None:
        return None
    refused = known.answer.get("refused")
    if known.digest == about.digest:
        if refused is not None:
            raise invalid(*refused)
        return known.answer
    if refused is None:
        raise invalid(f"/id: {about.ref.id} is the number of another {about.ref.kind}")
    supplier_entities.remove(tx, known)
    return None


def _refuse(tx: Tx, about: _About, request: Mapping[str, Any], refusal: Problem) -> None:
    if supplier_entities.find(tx, about.supplier, about.tenant, about.ref) is not None:
        return
    if booking.let_go(tx, about.supplier, about.tenant, request["appointmentReservationId"]):
        kept = {**request, "status": lifecycles.REJECTED}
        supplier_entities.add(tx, about.entity(None, {}, {"refused": list(refusal.messages)}, kept))


def tenant_of(call: Call) -> str:
    """For whom the gateway asks: by the Tenant header, or in the body where the operation has none."""
    request: dict[str, Any] = call.body
    header, named = call.headers.get("Tenant"), request.get("tenant")
    if header is not None and named is not None and header != named:
        raise invalid(f"/tenant: {named} is not the tenant of the Tenant header, {header}")
    return str(header or named)
