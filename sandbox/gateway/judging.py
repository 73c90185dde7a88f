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

# Which kinds of requests a reason code decides, and which codes decide one always.
_DECIDES = {
    "AMENDED": (AMENDMENT,),
    "AMENDMENT_REJECTED": (AMENDMENT,),
    "CANCELLED": (CANCELLATION,),
    "CANCELLATION_REJECTED": (CANCELLATION,),
    "RESUBMIT": (AMENDMENT, CANCELLATION),
}
_ALWAYS = ("AMENDED", "AMENDMENT_REJECTED", "CANCELLATION_REJECTED")


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
    about: dict[str, Any] = {}
    effects: list[Callable[[Tx], None]] = []
    if resolution is not None:
        after = replace(after, body={**after.body, **resolution.shown})
        about |= resolution.shown
        effects.append(partial(requests.add if reason == "RESOLVED" else requests.save, request=resolution))
    if request is not None:
        decided = request_rules.step(request, reason, _numbers(request.name, kci, theirs)[1])
        about |= decided.shown
        effects.append(partial(requests.save, request=decided))
    return [*steps, Step(after, update_from(kci, after.status, received_on, about), tuple(effects))]


def _resolution(tx: Tx, entity: Entity, reason: str, theirs: Mapping[str, Any]) -> Request | None:
    """The resolution that the KCI tells, or decides by ending the problem: accepted in silence, or overtaken."""
    if entity.kind != PROBLEM:
        return None
    if reason == "RESOLVED":
        return resolving.told(tx, entity, theirs.get("serviceProblemResolution", {}))
    ends = {"COMPLETED": resolving.closed_in_silence, "CANCELLED": resolving.overtaken}
    return ends[reason](tx, entity) if reason in ends else None


def _reported(tx: Tx, entity: Entity, kci: Mapping[str, Any], theirs: Mapping[str, Any]) -> Request | None:
    """The tenant's request that the KCI decides, by the gateway's id or the supplier's reference.

    Published: AMENDED names the amendment, CANCELLED the cancellation where the tenant asked for one; a supplier may
    cancel by itself too. The names stand in the envelope or in the entity.
    """
    reason = kci["reasonCode"]
    for kind in _DECIDES.get(reason, ()):
        if (entity.kind, kind) not in NAMES:
            continue  # nothing is asked about a test
        found = _named(tx, entity, kind, kci, theirs)
        if found is not None:
            return found
        if reason in _ALWAYS or (reason == "CANCELLED" and _asked_for(tx, entity, kind)):
            name = NAMES[entity.kind, kind]
            raise invalid(f"/reasonCode: {reason} must name the {kind} that it decides: {name}Id or {name}Reference")
    return None


def _named(tx: Tx, entity: Entity, kind: str, kci: Mapping[str, Any], theirs: Mapping[str, Any]) -> Request | None:
    number, reference = _numbers(NAMES[entity.kind, kind], kci, theirs)
    if (number, reference) == (None, None):
        return None
    if number is not None:
        found = requests.find(tx, entity.tenant, kind, number)
    else:
        found = requests.find_by_reference(tx, entity.tenant, kind, entity.ref, reference or "")
    if found is None or found.entity != entity.ref:
        raise invalid(f"{entity.ref} has no {kind} {number or reference}")
    if reference is not None and found.supplier_reference not in (None, reference):
        raise invalid(f"{kind} {found.id} is known by reference {found.supplier_reference}, not {reference}")
    return found


def _asked_for(tx: Tx, entity: Entity, kind: str) -> bool:
    """Whether the supplier has a request of this kind to decide."""
    waiting = requests.undecided(tx, entity.tenant, entity.ref)
    return any((each.kind, each.status) == (kind, lifecycles.PENDING) for each in waiting)


def _numbers(name: str, kci: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[int | None, str | None]:
    """The gateway's id and the supplier's reference of a request, as they stand in the envelope or in the entity."""
    both = {**theirs, **kci}
    return both.get(f"{name}Id"), both.get(f"{name}Reference")


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
