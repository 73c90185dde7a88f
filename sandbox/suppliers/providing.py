"""What a fake makes of an order before it plays a story: whether it takes it as it is, and what the address says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.domain.premises import Premises
from sandbox.domain.rejections import Case, broken, rejection
from sandbox.domain.scenarios import SCENARIO, Scenario
from sandbox.domain.suppliers import Rule, Supplier
from sandbox.parts import Parts
from sandbox.store import sites, supplier_entities
from sandbox.store.lines import Line
from sandbox.store.store import Tx
from sandbox.suppliers import booking, lines
from sandbox.suppliers.premises import check_profile, served_premises
from sandbox.suppliers.versions import ended

Body = dict[str, Any]
Headers = Mapping[str, str]

_DUPLICATES = "DUPLICATE_ORDER"


@dataclass(frozen=True)
class Made:
    """An order as the supplier keeps it. `losing` is the line that another loses by it, `memo` what to keep in mind.

    `headers` choose the scenario; `story` is what plays in its place.
    """

    body: Body
    headers: Headers
    losing: Line | None = None
    memo: Body = field(default_factory=dict)
    story: Scenario | None = None


def provide(parts: Parts, tx: Tx, supplier: Supplier, order: Body, headers: Headers) -> Made:
    """A provide order. A rule of the supplier's comes first, then what was asked for, then the address's own story.

    Raises INVALID_REQUEST for what no rule is about and cannot be all the same.
    """
    premises = served_premises(parts, supplier, order["address"])
    rule = broken(supplier.rules, case_of(tx, supplier, premises, order))
    if rule is not None and rule.scenario is None:
        return _rejected(tx, supplier, order, headers, rule)
    memo: Body = {}
    if rule is not None:
        headers = {**headers, SCENARIO: rule.scenario or ""}
        memo["rule"] = {"when": rule.when, "text": rule.text}
    elif premises.behaviour.scenario is not None and SCENARIO not in headers:
        headers = {**headers, SCENARIO: premises.behaviour.scenario}
    check_profile(supplier, order["serviceOrderItem"], "/serviceOrderItem")
    line = lines.check_provide(tx, supplier, premises, order)
    body = {**order, **booking.confirm(tx, supplier, premises, order)}
    if any(each.when == _DUPLICATES for each in supplier.rules):
        sites.add(tx, supplier.code, lines.key_of(premises), order["tenant"], order["id"])
    losing = line if line is not None and line.stopped_at is None else None
    return Made(body, headers, losing, {**memo, "line": lines.named_for(tx, supplier, premises, line)})


def change_service(parts: Parts, tx: Tx, supplier: Supplier, order: Body, headers: Headers) -> Made:
    """A modify or cease order: it needs the live service."""
    line = lines.live_line(tx, supplier, order["tenant"], order["serviceId"])
    premises = parts.library.premises.by_key(line.premises)
    ordered = {"serviceSpecification": {"id": line.specification}, **order}
    if "serviceCharacteristics" in order:
        check_profile(supplier, ordered)
    return Made({**order, **booking.confirm(tx, supplier, premises, order)}, headers)


def case_of(tx: Tx, supplier: Supplier, premises: Premises, order: Mapping[str, Any]) -> Case:
    """An order to provide as the supplier's rules look at it."""
    return Case(
        supplier,
        premises,
        order,
        tx.now,
        duplicate=lambda: _under_way(tx, supplier, premises),
        slot_gone=lambda: booking.is_gone(tx, supplier, premises, order),
    )


def _under_way(tx: Tx, supplier: Supplier, premises: Premises) -> bool:
    found = (
        supplier_entities.find(tx, supplier.code, tenant, ref)
        for tenant, ref in sites.orders_at(tx, supplier.code, lines.key_of(premises))
    )
    return any(entity is not None and not ended(entity) for entity in found)


def _rejected(tx: Tx, supplier: Supplier, order: Body, headers: Headers, rule: Rule) -> Made:
    """The place that the order held in the diary is free at once, and it is kept without that reservation, which may be
    another order's by now.
    """
    if "appointmentReservationId" in order and not supplier.acknowledges_at_once:
        booking.let_go(tx, supplier.code, order["tenant"], order["appointmentReservationId"])
    kept = {name: value for name, value in order.items() if name != "appointmentReservationId"}
    return Made(kept, headers, story=rejection(rule, supplier))
