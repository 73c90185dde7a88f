"""Service tests and service problems at a fake, and the tenant's word on a resolution."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.domain import lifecycles
from sandbox.domain.durations import to_text
from sandbox.domain.entities import PROBLEM, TEST
from sandbox.domain.errors import invalid
from sandbox.domain.planning import Plan, plan
from sandbox.domain.scenarios import ON_RESOLUTION_REJECTED
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store import supplier_entities
from sandbox.store.lines import Line
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers import booking, lines
from sandbox.suppliers.choosing import chosen
from sandbox.suppliers.consequences import open_chapter
from sandbox.suppliers.premises import offered, supplier_at
from sandbox.suppliers.taking import Taken, take, taken_as, tenant_of
from sandbox.suppliers.telling import hush
from sandbox.suppliers.versions import ended
from sandbox.suppliers.voice import catch_up
from sandbox.wire.calls import Answer, Call

# What the tenant's word on a resolution does to the problem.
_EVENTS = {"ACCEPTED": "RESOLUTION_ACCEPTED", "REJECTED": "RESOLUTION_REJECTED"}


def take_test(parts: Parts, call: Call) -> Answer:
    """POST /service-tests: 201, and the result follows as a KCI; or 422."""
    return _take(parts, call, TEST)


def take_problem(parts: Parts, call: Call) -> Answer:
    """POST /service-problems: 201 acknowledged at once, 202 to be acknowledged by a KCI, 422 refused."""
    return _take(parts, call, PROBLEM)


def _take(parts: Parts, call: Call, kind: str) -> Answer:
    request: dict[str, Any] = call.body
    supplier = supplier_at(parts, call)
    tenant = tenant_of(call)
    appointed = "appointmentReservationId" in request
    scenario, choice = chosen(parts, tenant, call.headers, supplier, kind, appointed=appointed, inbox=call.caller.code)

    def decide(tx: Tx) -> Taken:
        line = lines.live_line(tx, supplier, tenant, request["serviceId"])
        body = {**request, "tenant": tenant, "serviceSpecification": _specification(supplier, line, request)}
        if appointed:
            area = parts.library.premises.by_key(line.premises).area
            body |= booking.claim(tx, supplier, area, tenant, request["appointmentReservationId"])
        world = tx.world
        story = plan(scenario, choice, supplier, body, tx.now, world.gap, world.seed, world.epoch)
        taken = taken_as("supplierReference", story, body)
        return taken if kind == PROBLEM else _accepted(taken, story)

    return take(parts, call, supplier.code, kind, decide)


def _accepted(taken: Taken, story: Plan) -> Taken:
    """The published answer to a test says that it will run, and states no status."""
    body = {name: value for name, value in taken.kept.items() if name not in ("status", "tenant")}
    return replace(taken, status=story.status, body=body)


def _specification(supplier: Supplier, line: Line, request: Mapping[str, Any]) -> dict[str, Any]:
    named = offered(supplier, {"id": line.specification})
    if request["serviceSpecification"]["id"] != named.id:
        raise invalid(f"/serviceSpecification: {line.service_id} is a service of {named.id}")
    return {"id": named.id, "name": named.name}


def resolve(parts: Parts, call: Call) -> Answer:
    """PATCH /service-problem-resolutions/{id}: ACCEPTED closes the problem, REJECTED sets it going again."""
    supplier, reference, word = supplier_at(parts, call), call.path["id"], call.body["status"]
    tenant = str(call.headers["Tenant"])

    def decide(tx: Tx) -> dict[str, Any]:
        problem = _resolved(parts, tx, supplier.code, tenant, reference)
        if problem is None:
            raise invalid(f"{supplier.code} knows no resolution {reference} of {tenant}: send the supplierReference")
        return _decided(parts, tx, problem, word, call.body.get("tenantNotes"))

    return Answer(200, parts.write(call, decide))


def _resolved(parts: Parts, tx: Tx, supplier: str, tenant: str, reference: str) -> SupplierEntity | None:
    """The problem that has this resolution, whose KCI may be on its way still."""
    for problem in supplier_entities.of_kind(tx, supplier, tenant, PROBLEM):
        if ended(problem) and _reference(problem) != reference:
            continue
        locked = supplier_entities.find(tx, supplier, tenant, problem.ref, lock=True)
        known = problem if locked is None else catch_up(parts, tx, locked)
        if _reference(known) == reference:
            return known
    return None


def _reference(problem: SupplierEntity) -> str | None:
    reference: str | None = problem.body.get("serviceProblemResolution", {}).get("supplierReference")
    return reference


def _decided(parts: Parts, tx: Tx, problem: SupplierEntity, word: str, notes: str | None) -> dict[str, Any]:
    """The resolution after the tenant's word; the same word again gets the same answer."""
    resolution: dict[str, Any] = problem.body["serviceProblemResolution"]
    if resolution["status"] == word:
        return resolution
    status = problem.body["status"]
    targets = lifecycles.allowed(PROBLEM, status, _EVENTS[word])
    if not targets or resolution["status"] != "PENDING":
        raise invalid(f"/status: problem {problem.id} is {status} and its resolution {resolution['status']}: too late")
    decided = {**resolution, "status": word}
    if word == "ACCEPTED":
        decided["closedDate"] = to_text(tx.now)
    if notes is not None:
        decided["tenantNotes"] = notes
    after = replace(problem, body={**problem.body, "status": targets[0], "serviceProblemResolution": decided})
    supplier_entities.save(tx, after)
    hush(tx, problem.supplier, problem.tenant, problem.ref)
    if word == "REJECTED":
        open_chapter(parts, tx, after, ON_RESOLUTION_REJECTED)
    return decided
