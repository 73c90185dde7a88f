"""What a tenant reads of what it placed: each thing as it stands, with its KCIs. Reading changes nothing."""

from typing import Any

from sandbox.domain import kci
from sandbox.domain.entities import ORDER, PROBLEM, TEST, Ref
from sandbox.domain.errors import not_found
from sandbox.parts import Parts
from sandbox.store import entities, kcis
from sandbox.store.documents import unpack
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call
from sandbox.world.stale import missing


def read_order(parts: Parts, call: Call) -> Answer:
    """GET /service-orders/{id}: an order of any kind but Ethernet."""
    return _read(parts, call, ORDER)


def read_ethernet_order(parts: Parts, call: Call) -> Answer:
    """GET /ethernet/service-orders/{id}: an Ethernet order."""
    return _read(parts, call, ORDER, ethernet=True)


def read_test(parts: Parts, call: Call) -> Answer:
    """GET /service-tests/{id}: published without its KCIs."""
    return _read(parts, call, TEST)


def read_problem(parts: Parts, call: Call) -> Answer:
    """GET /service-problems/{id}."""
    return _read(parts, call, PROBLEM)


def _read(parts: Parts, call: Call, kind: str, *, ethernet: bool = False) -> Answer:
    """All orders are numbered in one row, but each is found by the path of its kind alone."""
    tenant, text = call.caller.code, call.path["id"]

    def look(tx: Tx) -> dict[str, Any]:
        found = entities.find(tx, tenant, Ref(kind, int(text))) if _is_id(text) else None
        if found is None:
            raise missing(tx, tenant, kind, text)
        if ("siteInformation" in found.body) is not ethernet:
            raise not_found(f"you have no {'Ethernet ' if ethernet else ''}{kind} {text}")
        if kind == TEST:
            return dict(found.body)
        updates = [kci.history_entry(unpack(each.body), each.status) for each in kcis.of_entity(tx, tenant, found.ref)]
        return {**found.body, "updates": updates}

    return Answer(200, parts.store.read(call.caller.world, look))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 12
