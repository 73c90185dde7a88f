"""What has a life cycle and KCIs of its own: orders, tests and problems. The only place that sets their status."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sandbox.domain import lifecycles
from sandbox.domain.durations import to_text
from sandbox.domain.errors import invalid

ORDER, TEST, PROBLEM = "order", "test", "problem"


class Ref(NamedTuple):
    """Which thing of a tenant's: its kind (order, test, problem) and the gateway's number."""

    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


def parse_ref(text: str) -> Ref:
    """The Ref that `str` wrote."""
    kind, number = text.split()
    return Ref(kind, int(number))


@dataclass(frozen=True)
class Entity:
    """One order, test or problem as the gateway knows it.

    `body` is it in the tenant's words, as its GET and every KCI show it. `sequence` counts the KCIs to the tenant,
    `supplier_sequence` is the last number taken from the supplier: the two differ, since the tenant's counts what the
    gateway itself says too. `before` is the status before the requests that are pending, None when none is.
    `disorder` is what is to go wrong when its KCIs are handed over.
    """

    tenant: str
    kind: str
    id: int
    supplier: str
    status: str
    conversation: str
    choice: Mapping[str, str]
    body: Mapping[str, Any]
    sequence: int = 0
    supplier_sequence: int = 0
    supplier_reference: str | None = None
    before: str | None = None
    disorder: tuple[Mapping[str, Any], ...] = ()

    @property
    def ref(self) -> Ref:
        """Which thing it is."""
        return Ref(self.kind, self.id)


def receive(
    tenant: str, ref: Ref, conversation: str, choice: Mapping[str, str], request: Mapping[str, Any], at: int
) -> Entity:
    """A new entity: it passed the gateway's own checks and has its number."""
    status = lifecycles.RECEIVED_BY_GATEWAY
    body = {"id": ref.id, "status": status, **request, "created": to_text(at), "updated": to_text(at)}
    return Entity(tenant, ref.kind, ref.id, request["supplier"], status, conversation, dict(choice), body)


def step(
    entity: Entity, event: str, at: int, *, stated: str | None = None, changes: Mapping[str, Any] | None = None
) -> Entity:
    """The entity after an event. `stated` is the status that the event gives; None takes the table's usual one.
    `changes` are new members of its body; None removes one.

    Raises INVALID_REQUEST that names the state, the event and what would have been allowed.
    """
    targets = lifecycles.allowed(entity.kind, entity.status, event, before=entity.before)
    if not targets:
        codes = ", ".join(lifecycles.reason_codes_from(entity.kind, entity.status))
        possible = f"allowed are {codes}" if codes else "nothing may: the state is final"
        raise invalid(f"{entity.ref} is {entity.status}: {event} may not come now; {possible}")
    status = targets[0] if stated is None else stated
    if status not in targets:
        raise invalid(f"{entity.ref} is {entity.status}: {event} may state {' or '.join(targets)}, not {status}")
    changed = {**entity.body, **(changes or {}), "status": status, "updated": to_text(at)}
    body = {name: value for name, value in changed.items() if value is not None}
    before = lifecycles.kept_before(entity.status, entity.before, status)
    return replace(entity, status=status, body=body, before=before)


def known_as(entity: Entity, reference: str | None) -> Entity:
    """The entity with the supplier's own reference, once the supplier has given it."""
    return entity if reference is None else replace(entity, supplier_reference=reference)


@dataclass(frozen=True)
class Update:
    """What one KCI says to the tenant. Times are world milliseconds; None where the gateway itself speaks.

    `about` is the amendment, cancellation or resolution that the KCI reports, by its name in the entity.
    """

    update_type: str
    content: Mapping[str, Any]
    issued_on: int | None = None
    received_on: int | None = None
    notes: tuple[Mapping[str, Any], ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Its type; of an error, the code."""
        return str(self.content.get("type") or self.content["code"])
