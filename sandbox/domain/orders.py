"""An order as the gateway knows it, and the only function that changes its status."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.domain import lifecycles
from sandbox.domain.durations import to_text
from sandbox.domain.errors import invalid

KIND = "order"


@dataclass(frozen=True)
class Order:
    """One order. `entity` is the order in the tenant's words, as `GET /service-orders/{id}` and every KCI show it.

    `sequence` counts the KCIs to the tenant, `supplier_sequence` is the last number taken from the supplier: the two
    differ, since the tenant's counts what the gateway itself says too.
    """

    tenant: str
    id: int
    supplier: str
    status: str
    conversation: str
    choice: Mapping[str, str]
    entity: Mapping[str, Any]
    sequence: int = 0
    supplier_sequence: int = 0
    supplier_reference: str | None = None


def receive(
    tenant: str, order_id: int, conversation: str, choice: Mapping[str, str], request: Mapping[str, Any], at: int
) -> Order:
    """A new order: it passed the gateway's own checks and has its number."""
    status = lifecycles.RECEIVED_BY_GATEWAY
    entity = {"id": order_id, "status": status, **request, "created": to_text(at), "updated": to_text(at)}
    return Order(tenant, order_id, request["supplier"], status, conversation, dict(choice), entity)


def step(
    order: Order, event: str, at: int, *, stated: str | None = None, changes: Mapping[str, Any] | None = None
) -> Order:
    """The order after an event. `stated` is the status that the event gives; None takes the table's usual one.

    Raises INVALID_REQUEST that names the state, the event and what would have been allowed.
    """
    targets = lifecycles.allowed(KIND, order.status, event)
    if not targets:
        possible = ", ".join(lifecycles.events_from(KIND, order.status)) or "none any more: the state is final"
        raise invalid(f"order {order.id} is {order.status}: {event} may not come now; allowed are {possible}")
    status = targets[0] if stated is None else stated
    if status not in targets:
        raise invalid(f"order {order.id} is {order.status}: {event} may state {' or '.join(targets)}, not {status}")
    entity = {**order.entity, **(changes or {}), "status": status, "updated": to_text(at)}
    return replace(order, status=status, entity=entity)


def known_as(order: Order, reference: str | None) -> Order:
    """The order with the supplier's own reference, once the supplier has given it."""
    return order if reference is None else replace(order, supplier_reference=reference)


@dataclass(frozen=True)
class Update:
    """What one KCI says to the tenant. Times are world milliseconds; None where the gateway itself speaks."""

    update_type: str
    content: Mapping[str, Any]
    issued_on: int | None = None
    received_on: int | None = None
    notes: tuple[Mapping[str, Any], ...] = field(default=())
