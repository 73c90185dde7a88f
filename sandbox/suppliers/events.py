"""A fake is told to say something: a KCI about what is under way, or an unsolicited cease of a live service."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.domain import sources
from sandbox.domain.chapters import OPENING, Beat
from sandbox.domain.durations import parse_duration, to_ms, to_text
from sandbox.domain.entities import ORDER, PROBLEM, TEST, Ref
from sandbox.domain.errors import invalid
from sandbox.domain.planning import PlannedBeat
from sandbox.domain.requests import AMENDMENT, CANCELLATION
from sandbox.domain.scenarios import Choice
from sandbox.domain.speaking import stated
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store import supplier_entities
from sandbox.store.lines import by_service
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers import moving, takeovers
from sandbox.suppliers.choosing import chosen
from sandbox.suppliers.consequences import about, script
from sandbox.suppliers.premises import supplier_at, supplier_of
from sandbox.suppliers.telling import tell_later
from sandbox.suppliers.versions import UNSOLICITED, Report, ended, life_cycle, standing, undecided
from sandbox.wire.calls import Call

CREATED = "CREATED"
_SUBJECTS: Mapping[str, str] = {"orderId": ORDER, "serviceTestId": TEST, "serviceProblemId": PROBLEM}

# What stands beside the thing in a KCI, and what changes it.
_ENVELOPE = ("supplierCode", "supplierCodes", "supplierNotes")
_CHANGES = ("committedDate", "targetDate", "appointmentTimeslot", "serviceCharacteristics")

_DECIDES = {
    "AMENDED": AMENDMENT,
    "AMENDMENT_REJECTED": AMENDMENT,
    "CANCELLED": CANCELLATION,
    "CANCELLATION_REJECTED": CANCELLATION,
}
_DAYS = 5  # by which a supplier that is told no date moves a visit

# What a KCI needs, and the fake chooses where it is left out.
_NEEDS: Mapping[str, Mapping[str, Any]] = {
    "COMMITTED": {"committedDate": "agreed", "targetDate": "agreed"},
    "REAPPOINTED": {"targetDate": {"shift": "days"}, "appointmentTimeslot": {"shift": "days"}},
}


def start_event(parts: Parts, call: Call, reference: str | None = None) -> dict[str, Any]:
    """What the fake will say, as the published PlannedEvent; the call's body is a SupplierEvent that fits its document.

    `reference` is the supplier's own of an order that it was never given a number for (an unsolicited cease). Raises
    NOT_FOUND for a supplier that is no fake; INVALID_REQUEST for what the fake does not know, what has ended, what is
    being ended already, and a decision where nothing is to be decided. Whether the KCI itself may come is for the
    gateway to judge.
    """
    code, tenant, body = call.path["code"], call.caller.code, call.body
    supplier = supplier_at(parts, call)

    def start(tx: Tx) -> dict[str, Any]:
        due_at = tx.now + (parse_duration(body["after"]) if "after" in body else 0)
        if body["reasonCode"] == CREATED:
            _cease(parts, tx, supplier, tenant, body, due_at)
        else:
            _say(parts, tx, _thing(tx, code, tenant, body, reference), body, due_at)
        named = {name: body[name] for name in (*_SUBJECTS, "serviceId") if name in body}
        return {"at": to_text(due_at), "supplier": code, "reasonCode": body["reasonCode"], **named}

    return parts.write(call, start)


def _cease(parts: Parts, tx: Tx, supplier: Supplier, tenant: str, body: Mapping[str, Any], due_at: int) -> None:
    line = by_service(tx, supplier.code, tenant, body["serviceId"])
    if line is None:
        raise invalid(f"/serviceId: you have no live service {body['serviceId']} at {supplier.code}")
    headers = {"X-Scenario": body["scenario"]} if "scenario" in body else {}
    chosen(parts, tenant, headers, supplier, "unsolicitedCease")
    first: dict[str, Any] = {"problem_code": body.get("problemCode")}
    first |= {"text": body["text"]} if "text" in body else {}
    first |= {"status": body["status"], "fixed": True} if "status" in body else {}
    takeovers.begin(
        parts,
        tx,
        supplier,
        line,
        due_at,
        body.get("reason", "CP_REQUEST"),
        body.get("requestedCompletionDate"),
        memo={"choice": headers},
        first=first,
        more={"asked": True, "envelope": _envelope(body)},
    )


def _thing(tx: Tx, code: str, tenant: str, body: Mapping[str, Any], reference: str | None) -> SupplierEntity:
    name, kind = next((name, kind) for name, kind in _SUBJECTS.items() if name in body)
    ref = Ref(kind, body[name])
    entity = supplier_entities.find(tx, code, tenant, ref)
    if entity is None and reference is not None:
        found = supplier_entities.find_by_reference(tx, code, tenant, (kind, UNSOLICITED), reference)
        entity = None if found is None else supplier_entities.find(tx, code, tenant, found)
    if entity is None:
        raise invalid(f"/{name}: {code} knows no {ref} of yours")
    if ended(entity):
        raise invalid(f"/{name}: {ref} is {entity.body['status']}, and nothing more is said of it")
    return entity


def _say(parts: Parts, tx: Tx, entity: SupplierEntity, body: Mapping[str, Any], due_at: int) -> None:
    reason, report = body["reasonCode"], _report(entity, body["reasonCode"])
    if "appointmentTimeslot" in body:
        moving.check_place(tx, supplier_of(parts, tx, entity.supplier), entity, body["appointmentTimeslot"])
    beat = PlannedBeat(
        due_at=due_at,
        reason_code=reason,
        status=body.get("status", ""),
        problem_code=body.get("problemCode"),
        text=body.get("text"),
        changes=_changes(parts, tx, entity, body, due_at),
        fixed="status" in body,
    )
    if not beat.fixed:
        beat = replace(beat, status=stated(beat, standing(entity, report)) or entity.body["status"])
    more: dict[str, Any] = {"asked": True, "envelope": _envelope(body)}
    if report is not None:
        more["report"] = report.to_mapping()
    tell_later(tx, entity.supplier, entity.tenant, entity.ref, [beat], inbox=entity.memo.get("inbox", ""), more=more)


def _report(entity: SupplierEntity, reason: str) -> Report | None:
    """The oldest undecided request of the kind that this reason code decides; CANCELLED may come unasked for."""
    kind = _DECIDES.get(reason)
    if kind is None:
        return None
    found = next((each for each in undecided(entity) if each.kind == kind), None)
    if found is None and reason != "CANCELLED":
        raise invalid(f"/reasonCode: {reason} answers an undecided {kind}, and {entity.ref} has none")
    return found


def _changes(parts: Parts, tx: Tx, entity: SupplierEntity, body: Mapping[str, Any], due_at: int) -> dict[str, Any]:
    """What the KCI changes: what was asked for, else what it needs, by the fake's own choice."""
    reason = body["reasonCode"]
    needs = {**_NEEDS.get(reason, {}), **_outcome(parts, entity, reason)}
    if entity.kind == TEST or (entity.kind == PROBLEM and reason == "COMMITTED"):
        needs = {name: needs[name] for name in needs if name == "result"}
    _, choice, supplier = script(parts, tx, entity)
    beat = Beat(0, None, OPENING, reason, None, None, None, (), needs, wrong=False)
    cycle, world = life_cycle(entity.kind), tx.world
    moment = (due_at, world.seed, world.epoch)
    course = sources.opened(supplier, about(entity), *moment, kind=cycle, status=entity.body["status"])
    if "targetDate" in entity.body:
        course = replace(course, target=to_ms(entity.body["targetDate"]))
    shifted: Choice = replace(choice, parameters={"days": _DAYS})
    made = sources.changes(beat, sources.moved(course, beat, shifted, supplier), due_at)
    if "committedDate" in entity.body:
        made.pop("committedDate", None)  # it is set once (published)
    given = {name: body[name] for name in _CHANGES if name in body}
    if "appointmentTimeslot" in given and "targetDate" in made:
        made["targetDate"] = given["appointmentTimeslot"]["timeslotStartDateTime"]
    elif "targetDate" in given:
        made.pop("appointmentTimeslot", None)  # the date alone moves
    return made | given


def _outcome(parts: Parts, entity: SupplierEntity, reason: str) -> dict[str, Any]:
    """The result of a test, or the resolution of a problem: that of the default scenario."""
    wanted = {(TEST, "COMPLETED"): "result", (PROBLEM, "RESOLVED"): "serviceProblemResolution"}.get(
        (entity.kind, reason)
    )
    if wanted is None:
        return {}
    scenario = next(each for each in parts.library.scenarios.values() if each.kind == entity.kind and each.default)
    return {wanted: next(beat.sets[wanted] for beat in scenario.opening.beats if wanted in beat.sets)}


def _envelope(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in _ENVELOPE if name in body}
