"""Placing Ethernet orders: by a quote that its supplier gave to this tenant, and for nothing else."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain import entities as rules
from sandbox.domain.durations import to_text
from sandbox.domain.entities import ORDER, Entity, Ref
from sandbox.domain.errors import invalid
from sandbox.domain.quotes import differences
from sandbox.domain.scenarios import scenario_headers
from sandbox.gateway import sending
from sandbox.gateway.checks import check_choice, check_supplier
from sandbox.gateway.overtaking import placed
from sandbox.parts import Parts
from sandbox.store import accounts, quotes
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call

# No order type is published for Ethernet, which is provided only; the order shows that of a new line.
_ORDER_TYPE = {"orderType": "NEW"}


def place(parts: Parts, call: Call) -> Answer:
    """POST /ethernet/service-orders: 201 with the order, stored with the job that sends it; a refusal keeps nothing."""
    request: dict[str, Any] = call.body
    tenant = call.caller.code
    chosen = scenario_headers(call.headers)
    check_supplier(parts, tenant, request["supplier"])
    choice = check_choice(parts, call.caller, request["supplier"], chosen, appointed=False)

    def keep(tx: Tx) -> Entity:
        _check_quote(parts, tx, tenant, request)
        ref = Ref(ORDER, accounts.next_number(tx.connection, tx.world.name, tenant, "order"))
        order = rules.receive(tenant, ref, call.conversation_id, chosen, {**_ORDER_TYPE, **request}, tx.now)
        return sending.keep(tx, call, order, choice)

    return placed(parts, call, keep)


def _check_quote(parts: Parts, tx: Tx, tenant: str, request: Mapping[str, Any]) -> None:
    """Refuse what was not quoted so. Another tenant's quote answers as an unknown one."""
    found = quotes.find(tx, tenant, request["supplier"], request["supplierQuoteId"])
    if found is None:
        raise invalid(f"/supplierQuoteId: {request['supplier']} gave you no such quote: POST /quote asks for one")
    if found.expires_at is not None and found.expires_at <= tx.now:
        raise invalid(f"/supplierQuoteId: the quote expired at {to_text(found.expires_at)}: ask for another")
    if wrong := list(differences(found.body, request, parts.library.premises)):
        raise invalid(*wrong)
