"""When a tenant takes a line over, its supplier ends the losing tenant's service, which nobody there asked for."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain import lifecycles
from sandbox.domain.durations import to_text
from sandbox.domain.entities import ORDER, Ref
from sandbox.domain.ids import make_id, make_reference
from sandbox.domain.planning import PlannedBeat
from sandbox.domain.suppliers import Supplier
from sandbox.store import accounts, supplier_entities
from sandbox.store.lines import Line
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers.taking import tell_later

UNSOLICITED = "unsolicited"  # the kind of a fake's own orders, which have no number of the gateway's

# Published reasons, by the order of the gaining tenant.
_REASONS = {"TRANSFER": "CHANGE_OF_CP", "TAKEOVER": "WORKING_LINE_TAKEOVER"}


def announce(
    tx: Tx, supplier: Supplier, gaining: Mapping[str, Any], line: Line, story: tuple[PlannedBeat, ...]
) -> None:
    """Tell the losing tenant with the first thing that the gaining one is told."""
    at = story[0].due_at if story else tx.now
    due = next((beat.changes["committedDate"] for beat in story if "committedDate" in beat.changes), to_text(at))
    reason = _REASONS[gaining["orderType"]]
    memo = {"gaining": gaining["tenant"], "order": gaining["id"]}
    begin(tx, supplier, line, at, reason, due, reference=_reference(tx, supplier, gaining), memo=memo)


def begin(
    tx: Tx,
    supplier: Supplier,
    line: Line,
    at: int,
    reason: str,
    due: str,
    *,
    reference: str | None = None,
    memo: dict[str, Any] | None = None,
) -> SupplierEntity:
    """A cease of the supplier's own making, told at `at`, to take effect at `due`."""
    number = accounts.next_number(tx.connection, tx.world.name, supplier.code, UNSOLICITED)
    reference = reference or make_reference(
        supplier.reference_prefix, tx.world.seed, tx.world.epoch, UNSOLICITED, number
    )
    body = {
        "orderType": "UNSOLICITED_CEASE",
        "tenant": line.tenant,
        "supplierOrderReference": reference,
        "status": lifecycles.ACKNOWLEDGED,
        "serviceId": line.service_id,
        "requestedCeaseDate": due,
        "reason": reason,
    }
    conversation = make_id(tx.world.seed, tx.world.epoch, UNSOLICITED, supplier.code, number)
    ref = Ref(UNSOLICITED, number)
    about = (supplier.code, line.tenant, *ref, reference, conversation)
    cease = SupplierEntity(*about, 0, "", memo or {}, {}, body)
    supplier_entities.add(tx, cease)
    created = PlannedBeat(at, "CREATED", lifecycles.ACKNOWLEDGED, None, None, {})
    tell_later(tx, supplier.code, line.tenant, ref, (created,), inbox="")
    return cease


def gaining_completed(tx: Tx, supplier: Supplier, gaining: Mapping[str, Any], losing: str) -> None:
    """The line has changed hands: the losing tenant's cease completes."""
    cease = supplier_entities.find_by_reference(tx, supplier.code, losing, _reference(tx, supplier, gaining))
    if cease is not None:
        completed = PlannedBeat(tx.now, "COMPLETED", lifecycles.COMPLETED, None, None, {})
        tell_later(tx, supplier.code, losing, cease.ref, (completed,), inbox="")


def objected(tx: Tx, supplier: Supplier, cease: SupplierEntity) -> None:
    """The losing tenant had the cease cancelled: the gaining order ends, since its line stays where it is."""
    if "gaining" not in cease.memo:
        return
    ref = Ref(ORDER, cease.memo["order"])
    text = "The customer of the losing provider has objected."
    cancelled = PlannedBeat(tx.now, "CANCELLED", lifecycles.CANCELLED, "LINKED_ORDER_ISSUE", text, {})
    tell_later(tx, supplier.code, cease.memo["gaining"], ref, (cancelled,), inbox="", stop=True)


def _reference(tx: Tx, supplier: Supplier, gaining: Mapping[str, Any]) -> str:
    named = (gaining["tenant"], gaining["id"])
    return make_reference(supplier.reference_prefix, tx.world.seed, tx.world.epoch, UNSOLICITED, *named)
