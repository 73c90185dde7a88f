"""What a supplier's KCI makes of the thing that it is about: steps of its life cycle, and what comes with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sandbox.domain import entities as rules
from sandbox.domain import lifecycles
from sandbox.domain import requests as request_rules
from sandbox.domain.entities import PROBLEM, Entity, Update
from sandbox.domain.errors import Problem, invalid
from sandbox.domain.mapping import PROPERTIES, REFERENCE, TYPES, changes_from, update_from
from sandbox.domain.requests import AMENDMENT, CANCELLATION, NAMES, Request
from sandbox.gateway import amending, resolving
from sandbox.store import requests
from sandbox.store.store import Tx

# Which kind of request a reason code decides.
_DECIDES = {
    "AMENDED": AMENDMENT,
    "AMENDMENT_REJECTED": AMENDMENT,
    "CANCELLED": CANCELLATION,
    "CANCELLATION_REJECTED": CANCELLATION,
}
_NAMES_ITS_REQUEST = ("AMENDMENT_REJECTED", "CANCELLATION_REJECTED")


@dataclass(frozen=True)
class Step:
    """One KCI for the tenant: the entity as it then stands, what is told, and what else is kept with it."""

    after: Entity
    update: Update
    effects: tuple[Callable[[Tx], None], ...] = ()


def steps_of(tx: Tx, entity: Entity, kci: Mapping[str, Any], received_on: int) -> list[Step]:
    """Each KCI for the tenant. Raises INVALID_REQUEST when the life cycle refuses; nothing is changed here."""
    reason = kci["reasonCode"]
    name = next(name for name in PROPERTIES if name in kci)
    theirs: Mapping[str, Any] = kci[name]
    if reason not in lifecycles.TABLES[entity.kind] or reason not in TYPES:
        known = ", ".join(code for code in lifecycles.TABLES[entity.kind] if code in TYPES)
        raise invalid(f"/reasonCode: {reason} is not for {name}: allowed are {known}")
    request = _reported(tx, entity, kci, theirs)
    changes = amending.changes(tx, entity, request) if request and reason == "AMENDED" else {}
    changes |= changes_from(entity, theirs)
    resolution = _resolution(tx, entity, reason, theirs)
    steps = []
    if reason == "COMMITTED" and entity.status == lifecycles.SENT_TO_SUPPLIER:
        # Published: a commitment may come with the acknowledgement in one; the gateway then gives the tenant both.
        entity = rules.step(entity, "ACKNOWLEDGED", tx.now)
        steps.append(Step(entity, Update("INFORMATIONAL", {"type": "ACKNOWLEDGED"})))
    entity = rules.step(entity, reason, tx.now, stated=theirs["status"], changes=changes)
    after = rules.known_as(entity, theirs.get(REFERENCE[entity.kind]))
    decided = resolution if request is None else request_rules.step(request, reason)
    if decided is None:
        return [*steps, Step(after, update_from(kci, after.status, received_on, {}))]
    keep = requests.add if reason == "RESOLVED" else requests.save
    if decided is resolution:
        after = replace(after, body={**after.body, **decided.shown})
    return [
        *steps,
        Step(after, update_from(kci, after.status, received_on, decided.shown), (partial(keep, request=decided),)),
    ]


def _resolution(tx: Tx, entity: Entity, reason: str, theirs: Mapping[str, Any]) -> Request | None:
    """The resolution that the KCI tells, or that the supplier takes as accepted by completing the problem."""
    if entity.kind != PROBLEM:
        return None
    if reason == "RESOLVED":
        return resolving.told(tx, entity, theirs.get("serviceProblemResolution", {}))
    return resolving.closed_in_silence(tx, entity) if reason == "COMPLETED" else None


def _reported(tx: Tx, entity: Entity, kci: Mapping[str, Any], theirs: Mapping[str, Any]) -> Request | None:
    """The tenant's request that the KCI decides, by the gateway's id or the supplier's reference.

    Published: AMENDED names the amendment, CANCELLED the cancellation where the tenant asked for one; a supplier may
    amend or cancel by itself too. The names stand in the envelope or in the entity.
    """
    decides = _DECIDES.get(kci["reasonCode"])
    if decides is None:
        return None
    name = NAMES[entity.kind, decides]
    number = kci.get(f"{name}Id", theirs.get(f"{name}Id"))
    reference = kci.get(f"{name}Reference", theirs.get(f"{name}Reference"))
    found = None
    if number is not None:
        found = requests.find(tx, entity.tenant, decides, number)
    elif reference is not None:
        found = requests.find_by_reference(tx, entity.tenant, decides, entity.ref, reference)
    if (number, reference) != (None, None) and (found is None or found.entity != entity.ref):
        raise invalid(f"{entity.ref} has no {decides} {number or reference}")
    if found is None and kci["reasonCode"] in _NAMES_ITS_REQUEST:
        raise invalid(f"/reasonCode: {kci['reasonCode']} must name what it rejects: send {name}Id or {name}Reference")
    return found


def awaits_answer(tx: Tx, entity: Entity, kci: Mapping[str, Any]) -> bool:
    """Whether the KCI decides a request that the supplier has not answered yet: it overtook its own answer."""
    try:
        request = _reported(tx, entity, kci, kci[next(name for name in PROPERTIES if name in kci)])
    except Problem:
        return False  # it names no request of ours: to be refused when it is judged
    return request is not None and request.status == lifecycles.RECEIVED_BY_GATEWAY


def overtake(tx: Tx, entity: Entity) -> None:
    """What has come to its end decides nothing any more: the requests about it that still wait are refused."""
    if lifecycles.terminal(entity.kind, entity.status):
        for request in requests.undecided(tx, entity.tenant, entity.ref):
            requests.save(tx, request_rules.step(request, "OVERTAKEN"))
