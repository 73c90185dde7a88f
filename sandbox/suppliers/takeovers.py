"""An order that no tenant placed: a supplier ends a service, by itself or because another tenant takes the line."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.domain import lifecycles, slots
from sandbox.domain.durations import to_text
from sandbox.domain.entities import ORDER, Ref
from sandbox.domain.errors import invalid
from sandbox.domain.ids import make_id, make_reference
from sandbox.domain.planning import PlannedBeat, plan
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store import accounts, supplier_entities
from sandbox.store.lines import Line
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers.choosing import chosen
from sandbox.suppliers.telling import hush, tell_later
from sandbox.suppliers.versions import UNSOLICITED, ended

# Published reasons, by the order of the gaining tenant.
_REASONS = {"TRANSFER": "CHANGE_OF_CP", "TAKEOVER": "WORKING_LINE_TAKEOVER"}


def announce(
    parts: Parts,
    tx: Tx,
    supplier: Supplier,
    gaining: Mapping[str, Any],
    line: Line,
    story: tuple[PlannedBeat, ...],
    inbox: str,
) -> dict[str, Any]:
    """Tell the losing tenant with the first thing that the gaining one is told; what to keep in mind of that.

    The losing tenant's cease completes with the gaining order, and not by itself.
    """
    if not line.tenant or (story and story[0].reason_code == "ORDER_REJECTED"):
        return {}  # nobody in this world loses anything
    at = story[0].due_at if story else tx.now
    due = next((beat.changes["committedDate"] for beat in story if "committedDate" in beat.changes), None)
    memo = {"gaining": gaining["tenant"], "order": gaining["id"], "inbox": inbox}
    cease = begin(parts, tx, supplier, line, at, _REASONS[gaining["orderType"]], due, memo=memo)
    return {"losing": line.tenant, "cease": cease.id}


def begin(
    parts: Parts,
    tx: Tx,
    supplier: Supplier,
    line: Line,
    at: int,
    reason: str,
    due: str | None = None,
    *,
    memo: Mapping[str, Any] | None = None,
    first: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> SupplierEntity:
    """A cease of the supplier's own making, told at `at`, to take effect at `due` or after its lead time.

    `first` changes the first KCI, CREATED; `more` goes with it. Raises INVALID_REQUEST when the service is being ended
    already.
    """
    if under_way(tx, line):
        raise invalid(f"/serviceId: {supplier.code} is ending {line.service_id} already")
    number = accounts.next_number(tx.connection, tx.world.name, supplier.code, UNSOLICITED)
    world = (tx.world.seed, tx.world.epoch)
    reference = make_reference(supplier.reference_prefix, *world, UNSOLICITED, number)
    body = {
        "orderType": "UNSOLICITED_CEASE",
        "tenant": line.tenant,
        "supplierOrderReference": reference,
        "status": lifecycles.RECEIVED_BY_GATEWAY,
        "serviceId": line.service_id,
        "requestedCompletionDate": due or to_text(_after_lead_time(supplier, at)),
        "reason": reason,
    }
    known: dict[str, Any] = {"choice": {}, "inbox": "", **(memo or {})}
    scenario, choice = chosen(parts, line.tenant, known["choice"], supplier, "unsolicitedCease")
    ref = Ref(UNSOLICITED, number)
    story = plan(scenario, choice, supplier, {**body, "id": number}, at, tx.world.gap, *world)
    conversation = make_id(*world, UNSOLICITED, supplier.code, number)
    cease = SupplierEntity(supplier.code, line.tenant, *ref, reference, conversation, 0, "", known, {}, body)
    supplier_entities.add(tx, cease)
    early = story.beats[0].due_at - at  # it begins with its first KCI, whatever the gap between them
    beats = [replace(each, due_at=each.due_at - early) for each in story.beats]
    beats[0] = replace(beats[0], **(first or {}))
    if "gaining" in known:
        beats = [each for each in beats if each.reason_code != "COMPLETED"]
    whose = (supplier.code, line.tenant, ref)
    tell_later(tx, *whose, beats[:1], inbox=known["inbox"], more=more)
    tell_later(tx, *whose, beats[1:], inbox=known["inbox"])
    return cease


def under_way(tx: Tx, line: Line) -> bool:
    """Whether the service on this line is being ended already, without having been asked by its tenant."""
    ceases = supplier_entities.of_kind(tx, line.supplier, line.tenant, UNSOLICITED)
    return any(each.body["serviceId"] == line.service_id and not ended(each) for each in ceases)


def gaining_completed(tx: Tx, supplier: Supplier, losing: str, memo: Mapping[str, Any]) -> None:
    """The line has changed hands: the losing tenant's cease completes."""
    if memo.get("losing") == losing:
        _end(tx, supplier, losing, Ref(UNSOLICITED, memo["cease"]), "COMPLETED", "The service has ended.")


def withdrawn(tx: Tx, supplier: Supplier, memo: Mapping[str, Any]) -> None:
    """The gaining order has come to nothing: the losing tenant keeps its service."""
    if "losing" in memo:
        text = "The other provider's order has been cancelled."
        _end(tx, supplier, memo["losing"], Ref(UNSOLICITED, memo["cease"]), "CANCELLED", text)


def objected(tx: Tx, supplier: Supplier, cease: SupplierEntity) -> None:
    """The losing tenant had the cease cancelled: the gaining order ends, since its line stays where it is."""
    if "gaining" in cease.memo:
        text = "The customer of the losing provider has objected."
        _end(tx, supplier, cease.memo["gaining"], Ref(ORDER, cease.memo["order"]), "CANCELLED", text)


def _end(tx: Tx, supplier: Supplier, tenant: str, ref: Ref, reason: str, text: str) -> None:
    """End an order by a KCI in the place of all that the supplier had still to say about it."""
    entity = supplier_entities.find(tx, supplier.code, tenant, ref)
    if entity is None or ended(entity):
        return
    hush(tx, supplier.code, tenant, ref)
    code = "LINKED_ORDER_ISSUE" if reason == "CANCELLED" else None
    last = PlannedBeat(tx.now, reason, reason, code, text, {}, fixed=False)
    tell_later(tx, supplier.code, tenant, ref, [last], inbox=entity.memo.get("inbox", ""))


def _after_lead_time(supplier: Supplier, at: int) -> int:
    return slots.at_local(slots.working_day_after(at, supplier.lead_time), slots.NOON)
