"""What lies at an address: existing lines, who may use them, and what a completed order makes of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.entities import ORDER
from sandbox.domain.errors import invalid
from sandbox.domain.ids import make_reference
from sandbox.domain.premises import Premises
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store import lines
from sandbox.store.lines import Line
from sandbox.store.store import Tx
from sandbox.suppliers import takeovers
from sandbox.suppliers.versions import OWN

ACTIVE, STOPPED = "ACTIVE", "STOPPED"
_CEASES = ("CEASE", "UNSOLICITED_CEASE")

NOBODY = ""  # whose line it is that was there from the beginning: no tenant of this world's
LONG_AGO = 1_750_000_000_000  # when such a line was stopped


def site(tx: Tx, supplier: Supplier, premises: Premises, tenant: str) -> dict[str, Any]:
    """The published siteInformation: a new line where one may be had, and every existing line, whoever uses it."""
    there = at(tx, supplier, premises)
    found = [line for line in there if "EXISTING_LINES" not in supplier.hides or line.tenant == tenant]
    existing = [_shown(supplier, premises, line, tenant) for line in found]
    if not _may_have_new(supplier, found):
        return {"existingLines": existing}
    line: dict[str, Any] = {"type": "NEW", "lineType": "FIBRE"}
    if supplier.installation_type is not None and "INSTALLATION_TYPE" not in supplier.hides:
        line["installationType"] = supplier.installation_type
    if premises.behaviour.constraints and not found:
        line["constraints"] = [dict(each) for each in premises.behaviour.constraints]
    return {"line": line, "existingLines": existing}


def at(tx: Tx, supplier: Supplier, premises: Premises) -> list[Line]:
    """The supplier's lines at these premises, by port. What has been there from the beginning is kept in no table until
    something is made of it.
    """
    found = lines.at_premises(tx, supplier.code, key_of(premises))
    first = _from_the_beginning(supplier, premises)
    return found if first is None or first.line_id in {line.line_id for line in found} else [first, *found]


def _from_the_beginning(supplier: Supplier, premises: Premises) -> Line | None:
    line_id = premises.key("LINE_ID")
    if premises.behaviour.line is None or line_id is None:
        return None
    stopped = LONG_AGO if premises.behaviour.line == STOPPED else None
    about = (supplier.code, line_id, key_of(premises), f"ONT999{line_id[-7:]}", 1)
    return Line(*about, NOBODY, "", supplier.specifications[0].id, stopped)


def _keep(tx: Tx, line: Line, **changes: Any) -> None:
    if lines.known(tx, line.supplier, line.line_id):
        lines.save(tx, line, **changes)
    else:
        lines.add(tx, replace(line, **changes))


def _shown(supplier: Supplier, premises: Premises, line: Line, tenant: str) -> dict[str, Any]:
    port: dict[str, Any] = {
        "portNumber": line.ont_port,
        "status": ACTIVE if line.stopped_at is None else STOPPED,
        "tenantActive": line.stopped_at is None and line.tenant == tenant,
    }
    if line.stopped_at is not None:
        port["stoppedDate"] = to_text(line.stopped_at)
    shown: dict[str, Any] = {"lineType": "FIBRE", "lineId": line.line_id}
    if "ONT" not in supplier.hides:
        shown["ont"] = {"ontReference": line.ont_reference, "ports": [port]}
    if premises.behaviour.forecast:
        shown["lineCharacteristics"] = [dict(each) for each in premises.behaviour.forecast]
    return shown


def key_of(premises: Premises) -> str:
    """What premises are known by here: their first identifier."""
    return " ".join(premises.identifiers[0])


def _may_have_new(supplier: Supplier, found: list[Line]) -> bool:
    return not found or not supplier.one_service_per_address


def check_provide(tx: Tx, supplier: Supplier, premises: Premises, order: Mapping[str, Any]) -> Line | None:
    """The existing line that an order is for, None for a new one. Refuses an order that does not fit what is there."""
    found = at(tx, supplier, premises)
    kind, tenant = order["orderType"], order["tenant"]
    given = [name for name in _characteristics(order) if name in (OWN if kind == "NEW" else ("SERVICE_ID",))]
    if given:
        raise invalid(f"/serviceOrderItem/serviceCharacteristics: leave out {given[0]}, which {supplier.code} gives")
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
    if kind != "START" and takeovers.under_way(tx, line):
        raise invalid(f"/serviceOrderItem: the service on {line.line_id} is being ended already: ask again later")
    return line


def _named(found: list[Line], order: Mapping[str, Any]) -> Line | None:
    named = _characteristics(order)
    if "LINE_ID" in named:
        return next((line for line in found if line.line_id == named["LINE_ID"]), None)
    port = (named.get("ONT_REFERENCE"), named.get("ONT_PORT"))
    return next((line for line in found if (line.ont_reference, str(line.ont_port)) == port), None)


def live_line(tx: Tx, supplier: Supplier, tenant: str, service_id: str) -> Line:
    """The line of a live service, which a modify, a cease, a test or a problem is about."""
    line = lines.by_service(tx, supplier.code, tenant, service_id)
    if line is None:
        raise invalid(f"/serviceId: {tenant} has no live service {service_id} at {supplier.code}")
    return line


def named_for(tx: Tx, supplier: Supplier, premises: Premises, line: Line | None) -> dict[str, str]:
    """What identifies the line of a new service, as far as it is known beforehand: characteristics by name.

    A further service at the same address gets the next port of the ONT that is there.
    """
    if line is not None:
        return _names(line.line_id, line.ont_reference, line.ont_port)
    found = at(tx, supplier, premises)
    return {"ONT_REFERENCE": found[-1].ont_reference, "ONT_PORT": str(found[-1].ont_port + 1)} if found else {}


def _names(line_id: str, ont: str, port: int) -> dict[str, str]:
    return {"LINE_ID": line_id, "ONT_REFERENCE": ont, "ONT_PORT": str(port)}


def complete(parts: Parts, tx: Tx, supplier: Supplier, order: Mapping[str, Any], memo: Mapping[str, Any]) -> None:
    """An order has completed: a line is made, taken up, handed over or stopped."""
    kind = order["orderType"]
    if kind in _CEASES:
        line = lines.by_service(tx, supplier.code, order["tenant"], order["serviceId"])
        if line is not None:
            lines.save(tx, line, stopped_at=tx.now)
    elif kind != "MODIFY":
        premises = parts.library.premises.find(order["address"])
        if premises is not None:
            _provided(tx, supplier, premises, order, memo)


def _provided(
    tx: Tx, supplier: Supplier, premises: Premises, order: Mapping[str, Any], memo: Mapping[str, Any]
) -> None:
    found, told = at(tx, supplier, premises), _characteristics(order)
    service = {"tenant": order["tenant"], "service_id": told.get("SERVICE_ID", "")}
    service["specification"] = order["serviceOrderItem"]["serviceSpecification"]["id"]
    wanted = memo.get("line", {}).get("LINE_ID")
    line = None if order["orderType"] == "NEW" else next((each for each in found if each.line_id == wanted), None)
    if line is not None:
        losing = line.tenant if line.stopped_at is None else None
        _keep(tx, line, **service, stopped_at=None)
        if losing:
            takeovers.gaining_completed(tx, supplier, losing, memo)
        return
    line_id, made = told.get("LINE_ID", ""), _made(tx, supplier, order)
    if not line_id or lines.known(tx, supplier.code, line_id):
        line_id = made["LINE_ID"]
    ont, port = told.get("ONT_REFERENCE", made["ONT_REFERENCE"]), _number(told.get("ONT_PORT", "1"))
    taken = [each.ont_port for each in found if each.ont_reference == ont]
    if port in taken:  # two orders at once may have been told the same port
        port = max(taken) + 1
    lines.add(tx, Line(supplier.code, line_id, key_of(premises), ont, port, **service))


def _made(tx: Tx, supplier: Supplier, order: Mapping[str, Any]) -> dict[str, str]:
    about = (supplier.reference_prefix, tx.world.seed, tx.world.epoch, ORDER)
    whose = (order["tenant"], order["id"])
    return {"LINE_ID": make_reference(*about, "line", *whose), "ONT_REFERENCE": make_reference(*about, "ont", *whose)}


def _number(port: str) -> int:
    return int(port) if port.isascii() and port.isdecimal() and len(port) <= 4 else 1


def _characteristics(order: Mapping[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in order["serviceOrderItem"].get("serviceCharacteristics", ())}
