"""The catalogue: every scenario, fault, address and supplier, with what it does, when, and an example.

Made from the data files and the tables of faults; its version is drawn from its content.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import orjson

from sandbox.domain import faults, wirefaults
from sandbox.domain.behaviours import PLAIN, Behaviour
from sandbox.domain.durations import format_duration
from sandbox.domain.premises import Premises
from sandbox.domain.scenarios import CODE_SOURCES, KINDS, Scenario
from sandbox.domain.suppliers import Supplier
from sandbox.spec.library import Library

FORMAT = 1  # of the entries: raised when they change their shape

Entry = dict[str, Any]

_PLACED_BY = {
    "order": "POST /v1/service-orders",
    "amendment": "POST /v1/service-order-amendments",
    "cancellation": "POST /v1/service-order-cancellations",
    "test": "POST /v1/service-tests",
    "problem": "POST /v1/service-problems",
}
_CEASE = {
    "call": "POST /_sandbox/suppliers/ALDER/events",
    "body": {"reasonCode": "CREATED", "serviceId": "ALD0123456789AB"},
}


def catalogue(library: Library, own: Iterable[Scenario] = ()) -> Entry:
    """Everything there is, those of a tenant's own scenarios among it, as JSON."""
    shown = {
        "scenarios": [_scenario(library, each) for each in (*library.scenarios.values(), *own)],
        "faults": [*_wire_faults(), *_disorders()],
        "addresses": [_address(library, each) for each in (PLAIN, *library.behaviours.values())],
        "suppliers": [_supplier(each) for each in library.suppliers.values()],
    }
    digest = sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return {"version": f"{FORMAT}.{digest[:12]}", "hash": digest, **shown}


def _scenario(library: Library, scenario: Scenario) -> Entry:
    return {
        "name": scenario.name,
        "title": scenario.title,
        "does": scenario.description,
        "when": _played_when(library, scenario),
        "example": _asking(scenario),
        "for": scenario.kind,
        "parameters": {name: vars(each) for name, each in scenario.parameters.items()},
    }


def _played_when(library: Library, scenario: Scenario) -> str:
    if scenario.kind == "unsolicitedCease":
        return "a supplier ends a service by itself, or another tenant takes its line over"
    told = ", and has an appointment" if scenario.needs_appointment else ""
    return " or ".join(_asked_how(library, scenario)) + told


def _asked_how(library: Library, scenario: Scenario) -> Iterator[str]:
    yield f"{KINDS[scenario.kind].called} asks for it by X-Scenario"
    if scenario.default:
        yield "asks for none"
    places = sorted(each.name for each in library.behaviours.values() if each.scenario == scenario.name)
    if places:
        yield f"asks for none at an address that behaves as {' or '.join(places)}"
    rules = {rule.when for each in library.suppliers.values() for rule in each.rules if rule.scenario == scenario.name}
    if rules:
        yield f"breaks a supplier's rule {' or '.join(sorted(rules))}"


def _asking(scenario: Scenario) -> Entry:
    if scenario.kind == "unsolicitedCease":
        return _CEASE
    first = next(iter(scenario.parameters.items()), None)
    query = "" if first is None else f"?{first[0]}={first[1].default}"
    headers = {"X-Scenario": scenario.name + query}
    beats = (beat for chapter in scenario.chapters.values() for beat in chapter.beats)
    if any(beat.problem_code in CODE_SOURCES for beat in beats):
        headers["X-Problem-Code"] = "OTHER"
    return {"call": _PLACED_BY[scenario.kind], "headers": headers}


def _wire_faults() -> Iterator[Entry]:
    for deed in wirefaults.DEEDS.values():
        places = ", or ".join(wirefaults.LEGS[each] for each in deed.legs)
        yield {
            "name": deed.name,
            "title": deed.title,
            "does": deed.doc,
            "when": f"a rule says so; where {places}; {' or '.join(deed.whens)} the work is done",
            "example": {"call": "POST /_sandbox/faults", "body": {**_matching(deed), "do": dict(deed.example)}},
            "kind": "wire",
        }


def _matching(deed: wirefaults.Deed) -> Entry:
    if deed.example["kind"] == "disorder":  # which is of what a call places
        return {"match": {"call": wirefaults.PLACING[0]}}
    leg = wirefaults.SUPPLIER if "limit" in deed.example else deed.legs[0]  # a limit is the gateway's
    return {} if leg == wirefaults.TENANT else {"match": {"leg": leg}}


def _disorders() -> Iterator[Entry]:
    for kind in faults.KINDS.values():
        about = "" if kind.by is None else f"; `by` is {format_duration(kind.by)} unless told"
        yield {
            "name": kind.name,
            "title": kind.title,
            "does": f"{kind.doc} A receiver that is right: {kind.right}",
            "when": f"an order asks for it, a scenario's file, or a rule of faults; on the leg {' or '.join(kind.legs)}"
            + about,
            "example": {
                "call": _PLACED_BY["order"],
                "headers": {"X-Scenario": f"ORDER_SUCCESSFUL?disorder={kind.name}"},
            },
            "kind": "disorder",
        }


def _address(library: Library, behaviour: Behaviour) -> Entry:
    places = [each for each in library.premises.premises if each.behaviour is behaviour]
    return {
        "name": behaviour.name,
        "title": behaviour.title,
        "does": behaviour.description,
        "when": "always, for every supplier whose network reaches it, and for every tenant",
        "example": {"call": "GET /v1/service-availability", "query": {"address": _identifier(places[0])}},
        "premises": [{"address": _identifier(each), "suppliers": list(each.suppliers)} for each in places],
    }


def _identifier(premises: Premises) -> dict[str, str]:
    return {name: premises.address["identifier"][name] for name in ("id", "type")}


def _supplier(supplier: Supplier) -> Entry:
    return {
        "name": supplier.code,
        "title": supplier.title,
        "does": supplier.description,
        "when": f"an order names it, where the network of {supplier.network} reaches; a tenant has chosen it",
        "example": {"call": "PATCH /_sandbox/tenants/CODE", "body": {"suppliers": [supplier.code]}},
        "character": dict(character(supplier)),
        "rejects": [_rule(rule) for rule in supplier.rules],
    }


def _rule(rule: Any) -> Mapping[str, str]:
    kept = {"when": rule.when, "problemCode": rule.problem_code, "scenario": rule.scenario, "text": rule.text}
    return {name: value for name, value in kept.items() if value is not None}


def character(supplier: Supplier) -> Iterator[tuple[str, str]]:
    """What a supplier is like: (trait, how it is)."""
    yield "acknowledges", "at once, with a 201" if supplier.acknowledges_at_once else "later, by a KCI"
    if supplier.delay_ms:
        yield "begins to speak", f"{format_duration(supplier.delay_ms)} later than others"
    yield "cancellation", f"not after {supplier.point_of_no_return}" if supplier.point_of_no_return else "to the last"
    yield "amendments", "several at once" if supplier.concurrent_amendments else "one at a time"
    yield "tests and problems", "taken" if supplier.assurance else "not implemented (501)"
    yield "services", "one to an address" if supplier.one_service_per_address else "several to an address"
    yield "network", "its own" if supplier.network == supplier.code else f"that of {supplier.network}"
    yield "asked by", "any key" if supplier.addressed_by is None else f"{supplier.addressed_by} and DistrictCode"
    yield "reasons", "OTHER and no more" if supplier.coarse else "told"
    yield "hides", ", ".join(sorted(supplier.hides)) or "nothing"
    yield "lines known by", " and ".join(supplier.line_characteristics)
    yield "lead time", f"{supplier.lead_time} working days"
    yield from _diary(supplier)


def _diary(supplier: Supplier) -> Iterator[tuple[str, str]]:
    diary = supplier.appointments
    if diary is None:
        yield "appointment", "none is needed"
        return
    weekend = {(False, False): "Friday", (True, False): "Saturday", (True, True): "Sunday"}
    yield "engineers come", ", ".join(f"{each.start:%H:%M} to {each.end:%H:%M}" for each in diary.windows)
    yield "on", f"Monday to {weekend.get((diary.saturdays, diary.sundays), 'Friday and on Sunday')}"
    yield "slots listed", f"{diary.horizon} working days ahead, {diary.capacity} to a slot and area"
    if diary.day_capacity is not None:
        yield "to a day and area", str(diary.day_capacity)
    if diary.cut_off is not None:
        yield "a day is over at", f"{diary.cut_off:%H:%M}"
    yield "reservation held", format_duration(diary.reservation_life_ms)
