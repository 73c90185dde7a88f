"""What tests of the supplier's score share: suppliers, a moment, bodies of requests, and the score planned for them."""

from typing import Any

from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.planning import Plan, PlannedBeat, plan
from sandbox.domain.scenarios import Scenario, choose, scenario_from
from sandbox.domain.slots import diary
from sandbox.domain.suppliers import Supplier
from sandbox.spec.library import load_library

LIBRARY = load_library()
ALDER, BIRCH, CEDAR = (LIBRARY.suppliers[code] for code in ("ALDER", "BIRCH", "CEDAR"))
NOW = to_ms("2026-03-16T10:00:00Z")
DAY = 86_400_000
GAP = 30_000


def order_for(supplier: Supplier, now: int = NOW, number: int = 1, **more: Any) -> dict[str, Any]:
    """The body of a supplier's POST /service-orders, as far as planning reads it."""
    order: dict[str, Any] = {"id": number, "tenant": "TENANT1", **more}
    slots = diary(supplier, "AREA01", now, None, "demo1")
    if slots:
        order["appointmentTimeslot"] = {
            "timeslotStartDateTime": to_text(slots[0].start_ms),
            "timeslotEndDateTime": to_text(slots[0].end_ms),
        }
    return order


def planned(
    header: str,
    supplier: Supplier = ALDER,
    *,
    code: str | None = None,
    delay: str | None = None,
    gap: int | None = None,
    now: int = NOW,
    order: dict[str, Any] | None = None,
    seed: str = "demo1",
    epoch: int = 1,
) -> Plan:
    choice = choose(LIBRARY.scenarios, header, code, delay, supplier)
    scenario = LIBRARY.scenarios[choice.scenario]
    return plan(scenario, choice, supplier, order or order_for(supplier, now), now, gap, seed, epoch)


def characteristics(beat: PlannedBeat) -> dict[str, str]:
    return {each["name"]: each["value"] for each in beat.changes["serviceCharacteristics"]}


def own(chapter: dict[str, Any]) -> Scenario:
    """A scenario of an order with this chapter."""
    head = {"name": "A", "title": "A", "description": "A", "default": True}
    return scenario_from({**head, "order": {"reply": {"status": 202}, **chapter}})
