"""Amendments, cancellations and resolutions: what is decided about something under way, each with a life cycle.

What they change is told by a KCI of the thing that they are about; only their own status is kept here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.domain import lifecycles
from sandbox.domain.entities import Ref
from sandbox.domain.errors import invalid

AMENDMENT, CANCELLATION, RESOLUTION = "amendment", "cancellation", "resolution"

# The name under which a KCI shows the request inside its entity, by (kind of entity, kind of request).
NAMES: Mapping[tuple[str, str], str] = {
    ("order", AMENDMENT): "serviceOrderAmendment",
    ("order", CANCELLATION): "serviceOrderCancellation",
    ("problem", AMENDMENT): "serviceProblemAmendment",
    ("problem", CANCELLATION): "serviceProblemCancellation",
    ("problem", RESOLUTION): "serviceProblemResolution",
}


_LIFE_CYCLES = {RESOLUTION: RESOLUTION}


@dataclass(frozen=True)
class Request:
    """One amendment, cancellation or resolution. `entity` is what it is about, `body` it in the tenant's words."""

    tenant: str
    kind: str
    id: int
    entity: Ref
    status: str
    conversation: str
    choice: Mapping[str, str]
    body: Mapping[str, Any]
    supplier_reference: str | None = None

    @property
    def name(self) -> str:
        """Its name in KCIs."""
        return NAMES[self.entity.kind, self.kind]

    @property
    def shown(self) -> dict[str, Any]:
        """The request as a KCI shows it inside its entity."""
        return {self.name: dict(self.body)}


def receive(
    tenant: str,
    kind: str,
    request_id: int,
    entity: Ref,
    conversation: str,
    choice: Mapping[str, str],
    request: Mapping[str, Any],
) -> Request:
    """A new request: it passed the gateway's own checks and has its number."""
    status = lifecycles.RECEIVED_BY_GATEWAY
    body = {"id": request_id, "status": status, **request}
    return Request(tenant, kind, request_id, entity, status, conversation, dict(choice), body)


def step(request: Request, event: str, reference: str | None = None) -> Request:
    """The request after an event; `reference` is the supplier's own, once it is known. Raises INVALID_REQUEST."""
    targets = lifecycles.allowed(_LIFE_CYCLES.get(request.kind, "request"), request.status, event)
    if not targets:
        raise invalid(f"{request.kind} {request.id} is {request.status}: it has been decided")
    known = {} if reference is None else {"supplierReference": reference}
    body = {**request.body, **known, "status": targets[0]}
    return replace(request, status=targets[0], body=body, supplier_reference=reference or request.supplier_reference)


def with_body(request: Request, more: Mapping[str, Any]) -> Request:
    """The request with more members in its body."""
    return replace(request, body={**request.body, **more})
