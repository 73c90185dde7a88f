"""What a tenant reads of its orders: each as it stands, with its KCIs."""

from typing import Any

from sandbox.domain import kci
from sandbox.domain.entities import ORDER, Ref
from sandbox.domain.errors import not_found
from sandbox.parts import Parts
from sandbox.store import entities, kcis
from sandbox.store.documents import unpack
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call


def read_order(parts: Parts, call: Call) -> Answer:
    """GET /service-orders/{id}: an order of any kind but Ethernet. Reading changes nothing."""
    return _read(parts, call, ethernet=False)


def read_ethernet_order(parts: Parts, call: Call) -> Answer:
    """GET /ethernet/service-orders/{id}: an Ethernet order. Reading changes nothing."""
    return _read(parts, call, ethernet=True)


def _read(parts: Parts, call: Call, *, ethernet: bool) -> Answer:
    """All orders are numbered in one row, but each is found by the path of its kind alone."""
    tenant, text = call.caller.code, call.path["id"]

    def look(tx: Tx) -> dict[str, Any]:
        order = entities.find(tx, tenant, Ref(ORDER, int(text))) if _is_id(text) else None
        if order is None or ("siteInformation" in order.body) is not ethernet:
            raise not_found(f"you have no {'Ethernet ' if ethernet else ''}order {text}")
        updates = [kci.history_entry(unpack(each.body), each.status) for each in kcis.of_entity(tx, tenant, order.ref)]
        return {**order.body, "updates": updates}

    return Answer(200, parts.store.read(call.caller.world, look))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 12
