"""What follows when something has been told: places in the diary, lines, chapters that open, other tenants' ceases."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.domain.entities import ORDER
from sandbox.domain.faults import CEASE
from sandbox.domain.planning import PlannedBeat, later_chapter, planned_beat
from sandbox.domain.scenarios import ON_AMENDED, Choice, Scenario
from sandbox.domain.sources import PROVIDING
from sandbox.domain.speaking import replan
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store import lanes, supplier_entities
from sandbox.store.lines import by_service
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers import booking, lines, moving, takeovers
from sandbox.suppliers.building import as_builder, ethernet_of
from sandbox.suppliers.choosing import chosen
from sandbox.suppliers.disorder import disorders
from sandbox.suppliers.premises import supplier_of
from sandbox.suppliers.telling import being_said, hush, lane_of, tell_later
from sandbox.suppliers.versions import UNSOLICITED, Report, ended, undecided, waited

_FREES_THE_SLOT = ("CANCELLED", "ORDER_REJECTED", "REAPPOINT")
_ENDS_IT = ("CANCELLED", "ORDER_REJECTED")
_MOVES_THE_DATE = ("appointmentReservationId", "requestedCompletionDate")
_RESERVATION = "appointmentReservationId"


def follow(
    parts: Parts, tx: Tx, was: SupplierEntity, now: SupplierEntity, beat: PlannedBeat, report: Report | None
) -> SupplierEntity:
    """Keep the thing as a KCI, or an answer in its place, has left it, with all that follows from that."""
    supplier = supplier_of(parts, tx, now.supplier)
    _diary(tx, was, now, beat, report)
    if report is not None and beat.reason_code == "AMENDED":
        now = _amended(parts, tx, was, now, report)
    if ended(now):
        hush(tx, now.supplier, now.tenant, now.ref)
    supplier_entities.save(tx, now)
    if now.kind == ORDER and "siteInformation" not in now.body:
        order = {**now.body, "tenant": now.tenant, "id": now.id}
        if beat.reason_code == "COMPLETED":
            lines.complete(parts, tx, supplier, order, now.memo)
            _cease_again(parts, tx, supplier, now, beat)
        elif beat.reason_code in _ENDS_IT:
            takeovers.withdrawn(tx, supplier, now.memo)
    elif now.kind == UNSOLICITED and beat.reason_code == "COMPLETED":
        lines.complete(parts, tx, supplier, {**now.body, "tenant": now.tenant}, now.memo)
    elif now.kind == UNSOLICITED and beat.reason_code == "CANCELLED":
        takeovers.objected(tx, supplier, now)
    return now


def _cease_again(parts: Parts, tx: Tx, supplier: Supplier, now: SupplierEntity, beat: PlannedBeat) -> None:
    """End the service that the order has made, where that was asked for."""
    asked = next((each for each in disorders(now) if each.do == CEASE), None)
    if asked is None or now.body["orderType"] not in PROVIDING:
        return
    told = now.body["serviceOrderItem"].get("serviceCharacteristics", ())
    service_id = next((each["value"] for each in told if each["name"] == "SERVICE_ID"), "")
    line = by_service(tx, supplier.code, now.tenant, service_id)
    if line is not None:
        takeovers.begin(parts, tx, supplier, line, beat.due_at + asked.by, "CP_REQUEST")


def script(parts: Parts, tx: Tx, entity: SupplierEntity) -> tuple[Scenario, Choice, Supplier]:
    """By which scenario the supplier plays this thing, as its request chose."""
    supplier = supplier_of(parts, tx, entity.supplier)
    kind = "unsolicitedCease" if entity.kind == UNSOLICITED else entity.kind
    scenario, choice = chosen(parts, entity.tenant, entity.memo.get("choice", {}), supplier, kind, gone=True)
    if "siteInformation" in entity.body:
        supplier = as_builder(supplier, ethernet_of(supplier))
    return scenario, choice, supplier


def about(entity: SupplierEntity) -> dict[str, Any]:
    """The thing as planning reads it."""
    return {**entity.body, "id": entity.id, "tenant": entity.tenant}


def _diary(tx: Tx, was: SupplierEntity, now: SupplierEntity, beat: PlannedBeat, report: Report | None) -> None:
    """Keep the diary in step: what is moved, what is given up, and what another reservation takes the place of."""
    if moving.moves(beat):
        moving.settle(tx, now, moved=True)
    if beat.reason_code in _FREES_THE_SLOT:
        booking.give_up(tx, now.supplier, now.tenant, now.body)
    if report is not None and _RESERVATION in report.changes:
        left = was.body if beat.reason_code == "AMENDED" else report.changes
        kept = now.body.get(_RESERVATION)
        _give_up(tx, now, [left], kept)
    if ended(now):
        _give_up(tx, now, [each.changes for each in undecided(was)], now.body.get(_RESERVATION))


def _give_up(tx: Tx, entity: SupplierEntity, holding: Iterable[Mapping[str, Any]], kept: Any) -> None:
    for each in holding:
        if each.get(_RESERVATION, kept) != kept:
            booking.give_up(tx, entity.supplier, entity.tenant, each)


def _amended(parts: Parts, tx: Tx, was: SupplierEntity, now: SupplierEntity, report: Report) -> SupplierEntity:
    """What comes later follows the new date; and what waited for its tenant goes on."""
    if any(name in report.changes for name in _MOVES_THE_DATE):
        replan_pending(parts, tx, now)
    if waited(was) and not now.memo.get("answered"):
        open_chapter(parts, tx, now, ON_AMENDED)
        return replace(now, memo={**now.memo, "answered": True})
    return now


def open_chapter(parts: Parts, tx: Tx, entity: SupplierEntity, chapter: str) -> None:
    """What the scenario has for this moment follows, if it has anything."""
    scenario, choice, supplier = script(parts, tx, entity)
    world = tx.world
    tempo = (tx.now, world.gap, world.seed, world.epoch)
    line = entity.memo.get("line")
    beats = later_chapter(chapter, scenario, choice, supplier, about(entity), *tempo, line=line)
    tell_later(tx, entity.supplier, entity.tenant, entity.ref, beats, inbox=entity.memo.get("inbox", ""))


def replan_pending(parts: Parts, tx: Tx, entity: SupplierEntity) -> None:
    """What the supplier has still to say follows the dates as the thing has them now."""
    whose = (entity.supplier, entity.tenant, entity.ref)
    said = being_said(tx, *whose)
    pending = [each for each in lanes.waiting(tx, lane_of(*whose)) if said is None or each.id != said.id]
    beats = [planned_beat(each.payload["beat"]) for each in pending]
    scenario, choice, supplier = script(parts, tx, entity)
    world = tx.world
    moved = replan(beats, scenario, choice, supplier, about(entity), tx.now, world.gap, world.seed, world.epoch)
    hush(tx, *whose)
    for job, beat in zip(pending, moved, strict=True):
        more: dict[str, Any] = {
            name: job.payload[name] for name in ("report", "envelope", "asked") if name in job.payload
        }
        tell_later(tx, *whose, [beat], inbox=entity.memo.get("inbox", ""), more=more)
