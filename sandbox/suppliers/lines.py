"""What lies at an address: existing lines, who may use them, and what a completed order makes of them."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.errors import invalid
from sandbox.domain.ids import make_reference
from sandbox.domain.premises import Premises
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store import lines
from sandbox.store.lines import Line
from sandbox.store.store import Tx
from sandbox.suppliers import takeovers

ACTIVE, STOPPED = "ACTIVE", "STOPPED"


def site(tx: Tx, supplier: Supplier, premises: Premises, tenant: str) -> dict[str, Any]:
    """The published siteInformation: a new line where one may be had, and every existing line, whoever uses it."""
    found = lines.at_premises(tx, supplier.code, key_of(premises))
    existing = [_shown(line, tenant) for line in found]
    if not _may_have_new(supplier, found):
        return {"existingLines": existing}
    line = {"type": "NEW", "lineType": "FIBRE"}
    if supplier.installation_type is not None:
        line["installationType"] = supplier.installation_type
    return {"line": line, "existingLines": existing}


def _shown(line: Line, tenant: str) -> dict[str, Any]:
    port: dict[str, Any] = {
        "portNumber": line.ont_port,
        "status": ACTIVE if line.stopped_at is None else STOPPED,
        "tenantActive": line.stopped_at is None and line.tenant == tenant,
    }
    if line.stopped_at is not None:
        port["stoppedDate"] = to_text(line.stopped_at)
    return {
        "lineType": "FIBRE",
        "lineId": line.line_id,
        "ont": {"ontReference": line.ont_reference, "ports": [port]},
    }


def key_of(premises: Premises) -> str:
    """What premises are known by here: their first identifier."""
    return " ".join(premises.identifiers[0])


def _may_have_new(supplier: Supplier, found: list[Line]) -> bool:
    return not found or not supplier.one_service_per_address


def check_provide(tx: Tx, supplier: Supplier, premises: Premises, order: Mapping[str, Any]) -> Line | None:
    """The existing line that an order is for, None for a new one. Refuses an order that does not fit what is there."""
    found = lines.at_premises(tx, supplier.code, key_of(premises))
    kind, tenant = order["orderType"], order["tenant"]
    if kind == "NEW":
        if not _may_have_new(supplier, found):
            raise invalid(
                f"/orderType: {supplier.code} gives one service per address, and there is a line: see existingLines"
            )
        return None
    line = _named(found, order)
    if line is None:
        raise invalid(
            f"/serviceOrderItem/serviceCharacteristics: {supplier.code} has no such line or port at this address"
        )
    if kind == "START" and line.stopped_at is None:
        raise invalid(f"/orderType: START needs a stopped port, and {line.line_id} is active: TRANSFER or TAKEOVER it")
    if kind != "START" and (line.stopped_at is not None or line.tenant == tenant):
        why = "is stopped: START it" if line.stopped_at is not None else "is yours already"
        raise invalid(f"/orderType: {kind} needs a port that another uses, and {line.line_id} {why}")
    return line


def _named(found: list[Line], order: Mapping[str, Any]) -> Line | None:
    named = {each["name"]: each["value"] for each in order["serviceOrderItem"].get("serviceCharacteristics", ())}
    if "LINE_ID" in named:
        return next((line for line in found if line.line_id == named["LINE_ID"]), None)
    port = (named.get("ONT_REFERENCE"), named.get("ONT_PORT"))
    return next((line for line in found if (line.ont_reference, str(line.ont_port)) == port), None)


def live_line(tx: Tx, supplier: Supplier, order: Mapping[str, Any]) -> Line:
    """The line whose live service a modify or cease is about."""
    line = lines.by_service(tx, supplier.code, order["tenant"], order["serviceId"])
    if line is None:
        raise invalid(f"/serviceId: {order['tenant']} has no live service {order['serviceId']} at {supplier.code}")
    return line


def complete(parts: Parts, tx: Tx, supplier: Supplier, order: Mapping[str, Any]) -> None:
    """An order has completed: a line is made, taken up, handed over or stopped."""
    if order["orderType"] in ("CEASE", "UNSOLICITED_CEASE"):
        line = lines.by_service(tx, supplier.code, order["tenant"], order["serviceId"])
        if line is not None:
            lines.save(tx, line, stopped_at=tx.now)
    elif order["orderType"] != "MODIFY":
        premises = parts.library.premises.find(order["address"])
        if premises is not None:
            _provided(tx, supplier, premises, order)


def _provided(tx: Tx, supplier: Supplier, premises: Premises, order: Mapping[str, Any]) -> None:
    found = lines.at_premises(tx, supplier.code, key_of(premises))
    service_id, specification = service_of(order), order["serviceOrderItem"]["serviceSpecification"]["id"]
    line = None if order["orderType"] == "NEW" else _named(found, order)
    if line is not None:
        losing = line.tenant if line.stopped_at is None else None
        changes = {"tenant": order["tenant"], "service_id": service_id, "specification": specification}
        lines.save(tx, line, **changes, stopped_at=None)
        if losing is not None:
            takeovers.gaining_completed(tx, supplier, order, losing)
        return
    seed, place = (tx.world.seed, tx.world.epoch), key_of(premises)
    ont = found[0].ont_reference if found else make_reference("ONT", *seed, "ont", supplier.code, place)
    line_id = make_reference("OHP", *seed, "line", supplier.code, place, len(found) + 1)
    new = Line(supplier.code, line_id, place, ont, len(found) + 1, order["tenant"], service_id, specification)
    lines.add(tx, new)


def service_of(order: Mapping[str, Any]) -> str:
    """The SERVICE_ID that the supplier has put on the order; empty before it has."""
    characteristics = order["serviceOrderItem"].get("serviceCharacteristics", ())
    return next((each["value"] for each in characteristics if each["name"] == "SERVICE_ID"), "")
