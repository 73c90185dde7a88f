"""What a supplier's KCI makes of the thing that it is about: steps of its life cycle, and what comes with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.domain import entities as rules
from sandbox.domain import lifecycles
from sandbox.domain.entities import Entity, Update
from sandbox.domain.errors import invalid
from sandbox.domain.mapping import PROPERTIES, REFERENCE, TYPES, changes_from, update_from
from sandbox.store.store import Tx


@dataclass(frozen=True)
class Step:
    """One KCI for the tenant: the entity as it then stands, what is told, and what else is kept with it."""

    after: Entity
    update: Update
    effects: tuple[Callable[[Tx], None], ...] = ()


def steps_of(tx: Tx, entity: Entity, kci: Mapping[str, Any], received_on: int) -> list[Step]:
    """Each KCI for the tenant. Raises INVALID_REQUEST when the life cycle refuses; nothing is changed here."""
    reason = kci["reasonCode"]
    name = next(name for name in PROPERTIES if name in kci)
    theirs: Mapping[str, Any] = kci[name]
    if reason not in lifecycles.TABLES[entity.kind] or reason not in TYPES:
        known = ", ".join(code for code in lifecycles.TABLES[entity.kind] if code in TYPES)
        raise invalid(f"/reasonCode: {reason} is not for {name}: allowed are {known}")
    changes = changes_from(entity, theirs)
    steps = []
    if reason == "COMMITTED" and entity.status == lifecycles.SENT_TO_SUPPLIER:
        # Published: a commitment may come with the acknowledgement in one; the gateway then gives the tenant both.
        entity = rules.step(entity, "ACKNOWLEDGED", tx.now)
        steps.append(Step(entity, Update("INFORMATIONAL", {"type": "ACKNOWLEDGED"})))
    entity = rules.step(entity, reason, tx.now, stated=theirs["status"], changes=changes)
    after = rules.known_as(entity, theirs.get(REFERENCE[entity.kind]))
    steps.append(Step(after, update_from(kci, received_on, {})))
    return steps
