"""What there is to play with: scenarios, addresses; and what became of an order."""

from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any

from sandbox.domain.behaviours import PLAIN
from sandbox.domain.durations import to_text
from sandbox.domain.entities import ORDER, Ref
from sandbox.domain.premises import Premises
from sandbox.domain.scenarios import Scenario
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.spec.catalogue import catalogue
from sandbox.store import entities, services, timeline, worlds
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.world.stale import missing

VERSION = version("fibre-sandbox")


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of everything that only looks."""
    library = parts.library
    return {
        "showCatalogue": partial(show_catalogue, parts),
        "listScenarios": partial(list_scenarios, parts),
        "listAddresses": lambda _call: _items([address_entry(each) for each in library.premises.premises]),
        "listServices": partial(list_services, parts),
        "getTimeline": partial(show_timeline, parts),
        "getHealth": lambda _call: Answer(200, {"status": "ok", "version": VERSION}),
        "getReady": partial(show_ready, parts),
    }


def show_ready(parts: Parts, _call: Call) -> Answer:
    """GET /ready: whether the database answers; a look that fails is a 503 like everybody's."""
    parts.store.query(worlds.every)
    return Answer(200, {"status": "ok", "version": VERSION})


def show_catalogue(parts: Parts, call: Call) -> Answer:
    """GET /catalogue: everything that is published, and the tenant's own scenarios and suppliers."""
    own = parts.own.brought(call.caller.code)
    codes = parts.own.sold(call.caller.code)
    sold = {code: each for code in codes if (each := parts.own.supplier(call.caller.world, code))}
    library = replace(parts.library, suppliers={**parts.library.suppliers, **sold})
    return Answer(200, catalogue(library, own.values()))


def list_scenarios(parts: Parts, call: Call) -> Answer:
    """GET /scenarios: the shipped ones, then those that the tenant brought."""
    own = parts.own.brought(call.caller.code)
    shipped = [scenario_entry(each) for each in parts.library.scenarios.values()]
    return _items([*shipped, *({**scenario_entry(each), "own": True} for each in own.values())])


def address_entry(premises: Premises) -> dict[str, Any]:
    """A premises as the address book shows it."""
    entry = {**premises.published, "suppliers": list(premises.suppliers)}
    if premises.behaviour.qualifier is not None:
        entry["qualifier"] = premises.behaviour.qualifier
    return entry if premises.behaviour is PLAIN else entry | {"behaviour": premises.behaviour.name}


def scenario_entry(scenario: Scenario) -> dict[str, Any]:
    """A scenario as the catalogue shows it."""
    return {
        "name": scenario.name,
        "for": scenario.kind,
        "title": scenario.title,
        "description": scenario.description,
        "default": scenario.default,
        "parameters": {name: {"type": "integer", **vars(each)} for name, each in scenario.parameters.items()},
        "beats": [beat.kci for beat in scenario.opening.beats],
    }


def supplier_entry(supplier: Supplier) -> dict[str, Any]:
    """A supplier as the catalogue shows it."""
    entry: dict[str, Any] = {
        "code": supplier.code,
        "title": supplier.title,
        "description": supplier.description,
        "network": supplier.network,
        "acknowledges": "at_once" if supplier.acknowledges_at_once else "later",
        "specifications": [
            {"id": each.id, "name": each.name, "lineProfiles": list(each.line_profiles)}
            for each in supplier.specifications
        ],
        "leadTime": supplier.lead_time,
        "concurrentAmendments": supplier.concurrent_amendments,
        "servicesPerAddress": "one" if supplier.one_service_per_address else "many",
        "capabilities": list(supplier.capabilities),
    }
    sometimes = {"installationType": supplier.installation_type, "pointOfNoReturn": supplier.point_of_no_return}
    return entry | {name: value for name, value in sometimes.items() if value is not None}


def list_services(parts: Parts, call: Call) -> Answer:
    """GET /services: what the tenant has live."""
    live = parts.store.read(call.caller.world, lambda tx: services.live_of(tx, call.caller.code))
    return _items([{"serviceId": each.service_id, "supplier": each.supplier, **each.body} for each in live])


def show_timeline(parts: Parts, call: Call) -> Answer:
    """GET /orders/{id}/timeline: calls in, state changes, KCIs and attempts, as they happened."""
    text, owner = call.path["id"], call.caller.code

    def look(tx: Tx) -> dict[str, Any]:
        order = (
            entities.find(tx, owner, Ref(ORDER, int(text)))
            if text.isascii() and text.isdecimal() and len(text) <= 12
            else None
        )
        if order is None:
            raise missing(tx, owner, "order", text, gone=410)
        items = [
            {"at": to_text(at), "kind": kind, **detail} for at, kind, detail in timeline.of_entity(tx, owner, order.ref)
        ]
        return {"order": {"id": order.id, "status": order.status}, "items": items}

    return Answer(200, parts.store.read(call.caller.world, look))


def _items(items: list[dict[str, Any]]) -> Answer:
    return Answer(200, {"items": items})
