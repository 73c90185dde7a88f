"""What the gateway remembers of completed orders: which services are live, so that modify and cease can be checked."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain import lifecycles
from sandbox.domain.entities import ORDER, Entity
from sandbox.domain.errors import invalid
from sandbox.store import services
from sandbox.store.services import Service
from sandbox.store.store import Tx

_ENDS = ("CEASE", "UNSOLICITED_CEASE")

# Orders that take up an existing line name it in one of these ways (published).
_OF_A_LINE = ("START", "TRANSFER", "TAKEOVER")


def learn(tx: Tx, order: Entity) -> None:
    """Remember what an order that completed has made, changed or ended."""
    if order.kind != ORDER or order.status != lifecycles.COMPLETED:
        return
    kind, body = order.body.get("orderType"), order.body
    if kind in _ENDS or kind == "MODIFY":
        known = services.find(tx, order.tenant, order.supplier, body["serviceId"])
        if known is not None:
            after = known.body | {"serviceCharacteristics": _changed(characteristics_of(known.body), body)}
            services.put(tx, known._replace(live=known.live and kind == "MODIFY", body=after))
        return
    characteristics = characteristics_of(body)
    service_id = next((each["value"] for each in characteristics if each["name"] == "SERVICE_ID"), None)
    if service_id is not None:
        item = body.get("serviceOrderItem", {})
        made = {"orderId": order.id, "since": body["updated"], "serviceCharacteristics": characteristics}
        made["serviceSpecification"] = item.get("serviceSpecification")
        made |= {name: body[name] for name in ("address",) if name in body}
        services.put(tx, Service(order.tenant, order.supplier, service_id, True, made))


def _changed(characteristics: list[dict[str, str]], order: Mapping[str, Any]) -> list[dict[str, str]]:
    """The characteristics of a service after an order: those that it names are changed, the others stay."""
    given = characteristics_of(order)
    names = {each["name"] for each in given}
    return [each for each in characteristics if each["name"] not in names] + given


def check_live(tx: Tx, tenant: str, supplier: str, service_id: str) -> Service:
    """The tenant's live service. Refuses one that is ended, unknown, another tenant's or at another supplier."""
    found = services.find(tx, tenant, supplier, service_id)
    if found is None or not found.live:
        raise invalid(f"/serviceId: you have no live service {service_id} at {supplier}")
    return found


def check_line_named(order: Mapping[str, Any]) -> None:
    """Refuse an order for an existing line that does not say which: LINE_ID, or ONT_REFERENCE and ONT_PORT."""
    named = {each["name"] for each in characteristics_of(order)}
    if order["orderType"] in _OF_A_LINE and "LINE_ID" not in named and not {"ONT_REFERENCE", "ONT_PORT"} <= named:
        kind = order["orderType"]
        raise invalid(f"/serviceOrderItem/serviceCharacteristics: {kind} needs LINE_ID, or ONT_REFERENCE and ONT_PORT")


def characteristics_of(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """The characteristics of an order or service: on its item where it has one, else on itself."""
    found: list[dict[str, str]] = body.get("serviceOrderItem", body).get("serviceCharacteristics", [])
    return found
