"""Making a fake supplier say something: what no tenant asked for."""

from functools import partial

from sandbox.domain.entities import ORDER, Ref
from sandbox.domain.errors import INVALID_REQUEST, Problem
from sandbox.parts import Parts
from sandbox.store import entities, partners
from sandbox.store.store import Tx
from sandbox.suppliers.events import start_event
from sandbox.wire.calls import Answer, Call, Handler


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handler of the operation that starts a supplier's event."""
    return {"sendSupplierEvent": partial(send, parts)}


def send(parts: Parts, call: Call) -> Answer:
    """POST /suppliers/{code}/events: 202 with what the fake will say, and when. 409 for a partner's own supplier."""
    caller, code, order_id = call.caller, call.path["code"], call.body.get("orderId")
    if parts.store.query(lambda connection: partners.find(connection, caller.world, code)) is not None:
        raise Problem(INVALID_REQUEST, (f"{code} is a partner's own supplier, and speaks for itself",), 409)

    def look(tx: Tx) -> str | None:
        order = entities.find(tx, caller.code, Ref(ORDER, order_id)) if order_id else None
        return order.supplier_reference if order else None

    reference = parts.store.read(caller.world, look)
    return Answer(202, start_event(parts, call, reference))
