"""The supplier's version of a thing: how it stands, and what a KCI or an accepted request makes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.domain import lifecycles
from sandbox.domain.entities import ORDER
from sandbox.domain.planning import PlannedBeat
from sandbox.domain.standing import Standing
from sandbox.store.supplier_entities import SupplierEntity

UNSOLICITED = "unsolicited"  # the kind of a fake's own orders, which have no number of the gateway's

Characteristic = Mapping[str, Any]


@dataclass(frozen=True)
class Report:
    """The tenant's request that a KCI decides, by its kind, its name in KCIs and both numbers.

    `changes` is what an amendment changes on the supplier's version; None removes a member.
    """

    kind: str
    name: str
    id: int
    reference: str
    changes: Mapping[str, Any]

    def to_mapping(self) -> dict[str, Any]:
        """The report as JSON."""
        return {**vars(self), "changes": dict(self.changes)}


def life_cycle(kind: str) -> str:
    """The life cycle that a thing of this kind lives."""
    return ORDER if kind == UNSOLICITED else kind


def standing(entity: SupplierEntity, deciding: Report | None = None) -> Standing:
    """How the thing stands at its supplier, when it is about to tell its decision on a request."""
    memo = entity.memo
    kinds = tuple(report.kind for report in undecided(entity, deciding))
    said = frozenset(memo.get("said", ()))
    return Standing(life_cycle(entity.kind), entity.body["status"], memo.get("before"), kinds, said)


def ended(entity: SupplierEntity) -> bool:
    """Whether nothing can happen to the thing any more."""
    return lifecycles.terminal(life_cycle(entity.kind), entity.body["status"])


def undecided(entity: SupplierEntity, beside: Report | None = None) -> tuple[Report, ...]:
    """The tenant's requests about the thing that the supplier has taken and not decided, oldest first; but for one."""
    every = (Report(**each) for each in entity.memo.get("undecided", ()))
    return tuple(each for each in every if beside is None or (each.name, each.id) != (beside.name, beside.id))


def waited(entity: SupplierEntity) -> bool:
    """Whether the thing waits for its tenant, whatever has been asked meanwhile."""
    return lifecycles.PENDING in (entity.body["status"], entity.memo.get("before"))


def considering(entity: SupplierEntity, report: Report, status: str) -> SupplierEntity:
    """The thing once the supplier has taken a request and decides on it later."""
    taken = [*entity.memo.get("undecided", ()), report.to_mapping()]
    return _standing_at(entity, status, {}, {"undecided": taken})


def told(entity: SupplierEntity, beat: PlannedBeat, status: str, report: Report | None = None) -> SupplierEntity:
    """The thing after a KCI, or an answer that stands for one; `report` is the request that it decides."""
    amended = report.changes if report is not None and beat.reason_code == "AMENDED" else {}
    said = sorted({*entity.memo.get("said", ()), beat.reason_code})
    memo: dict[str, Any] = {"said": said, "undecided": [each.to_mapping() for each in undecided(entity, report)]}
    if status == lifecycles.PENDING:
        memo |= {"question": beat.reason_code, "answered": False}
    changed = replace(entity, body=applied(entity.body, amended))
    return _standing_at(changed, status, beat.changes, memo)


def _standing_at(
    entity: SupplierEntity, status: str, changes: Mapping[str, Any], memo: Mapping[str, Any]
) -> SupplierEntity:
    before = lifecycles.kept_before(entity.body["status"], entity.memo.get("before"), status)
    body = {**with_changes(entity.body, changes), "status": status}
    return replace(entity, body=body, memo={**entity.memo, **memo, "before": before})


def with_changes(body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The version with what a KCI changes on it; characteristics join those that there are."""
    more: list[Characteristic] = list(changes.get("serviceCharacteristics", ()))
    changed = {**body, **{name: value for name, value in changes.items() if name != "serviceCharacteristics"}}
    if not more:
        return changed
    if "serviceOrderItem" in body:
        return changed | {"serviceOrderItem": _joined(body["serviceOrderItem"], more)}
    if "orderItems" in body:
        first, *others = body["orderItems"]
        return changed | {"orderItems": [_joined(first, more), *others]}
    return _joined(changed, more)


def _joined(item: Mapping[str, Any], more: list[Characteristic]) -> dict[str, Any]:
    """The item with these characteristics in the place of those of the same names."""
    names = {each["name"] for each in more}
    kept = [each for each in item.get("serviceCharacteristics", ()) if each["name"] not in names]
    return {**item, "serviceCharacteristics": [*kept, *more]}


def applied(body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The version with an amendment applied: values replaced, arrays whole, None removed (published).

    What the supplier itself has told of the service stays: the tenant's array does not hold it.
    """
    changed = dict(changes)
    if "serviceCharacteristics" in changed and "serviceOrderItem" in body:
        item = body["serviceOrderItem"]
        new: Iterable[Characteristic] = changed.pop("serviceCharacteristics")
        own = [each for each in item.get("serviceCharacteristics", ()) if each["name"] in OWN]
        fresh = {**item, "serviceCharacteristics": [each for each in new if each["name"] not in OWN]}
        changed["serviceOrderItem"] = _joined(fresh, own)
    return {name: value for name, value in {**body, **changed}.items() if value is not None}


# The characteristics that a supplier gives a service.
OWN = ("SERVICE_ID", "LINE_ID", "ONT_REFERENCE", "ONT_PORT")
