"""Amendments and cancellations: asked by a tenant, decided by the supplier, told by a KCI of what they are about."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from sandbox.domain import entities as rules
from sandbox.domain import lifecycles
from sandbox.domain import requests as request_rules
from sandbox.domain.entities import ORDER, PROBLEM, Entity, Ref, Update
from sandbox.domain.errors import Problem, invalid
from sandbox.domain.ids import make_id
from sandbox.domain.mapping import request_to_supplier
from sandbox.domain.requests import AMENDMENT, CANCELLATION, Request
from sandbox.domain.scenarios import scenario_headers
from sandbox.gateway import amending, inbound
from sandbox.gateway.checks import check_choice
from sandbox.gateway.delivery import announce
from sandbox.gateway.judging import overtake
from sandbox.gateway.supplier_client import Ask, ask
from sandbox.parts import Parts
from sandbox.store import accounts, entities, lanes, requests, timeline
from sandbox.store.lanes import Job, NewJob
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call
from sandbox.wire.problems import error_body
from sandbox.world.player import Settle


class _Kind(NamedTuple):
    """What an operation asks: about which kind of thing, which kind of request, and where it names the thing."""

    entity: str
    request: str
    named: str


OPERATIONS: Mapping[str, _Kind] = {
    "handleAmendOrder": _Kind(ORDER, AMENDMENT, "orderId"),
    "handleCancelOrder": _Kind(ORDER, CANCELLATION, "orderId"),
    "handleAmendProblem": _Kind(PROBLEM, AMENDMENT, "serviceProblemId"),
    "handleCancelProblem": _Kind(PROBLEM, CANCELLATION, "serviceProblemId"),
}
_OPERATION_OF = {(kind.entity, kind.request): operation for operation, kind in OPERATIONS.items()}

PENDING_EVENT = {AMENDMENT: "AMENDMENT_PENDING", CANCELLATION: "CANCELLATION_PENDING"}

# The events of a request that is granted, and of one that is refused.
_DECISIONS = {
    AMENDMENT: ("AMENDED", "AMENDMENT_REJECTED"),
    CANCELLATION: ("CANCELLED", "CANCELLATION_REJECTED"),
}

# Published: why an order is cancelled, and why the losing tenant has an unsolicited cease cancelled ("cancel other").
_REASONS = ("CUSTOMER_CHANGED_MIND", "INSTALL_FAILED", "NETWORK_ISSUE", "NO_LONGER_REQUIRED", "OTHER")
_CANCEL_OTHER = (
    "NO_AUTHORISATION",
    "CUSTOMER_NOT_AWARE",
    "DELIBERATE_MISLEAD",
    "PURCHASED_DIFFERENT_PRODUCT",
    "END_USER_NOT_MOVING",
)


def place(parts: Parts, call: Call) -> Answer:
    """POST …-amendments and …-cancellations: 201 with the request, stored with the job that asks the supplier."""
    kind = OPERATIONS[call.operation]
    body: dict[str, Any] = call.body
    tenant, ref = call.caller.code, Ref(kind.entity, body[kind.named])
    headers = scenario_headers(call.headers)

    def keep(tx: Tx) -> Request:
        entity = entities.find(tx, tenant, ref, lock=True)
        if entity is None:
            raise invalid(f"/{kind.named}: you have no {ref}")
        check_choice(parts, call.caller, entity.supplier, headers, kind.request)
        _check(entity, kind, body)
        if kind == OPERATIONS["handleCancelOrder"]:
            _check_cancellable(entity, parts.settings.cancel_from.split())
        if kind.request == AMENDMENT:
            amending.check(parts, tx, entity, body)
        number = accounts.next_number(tx.connection, tx.world.name, tenant, kind.request)
        request = request_rules.receive(tenant, kind.request, number, ref, call.conversation_id, headers, body)
        requests.add(tx, request)
        detail = {"operation": call.operation, "requestId": call.request_id, kind.request: number, **headers}
        timeline.note(tx, tenant, ref, "call", detail)
        about = {"request": kind.request, "number": number, "supplier": entity.supplier}
        job = NewJob("ask", tx.now, ref, 0, about)  # all of one rank: they go out in the order in which they were asked
        lanes.queue(tx, f"ask {tenant} {ref}", tenant, [job])
        return request

    return Answer(201, parts.write(call, keep).body)


def _check(entity: Entity, kind: _Kind, body: Mapping[str, Any]) -> None:
    """Refuse what this thing, as it stands, cannot be asked."""
    if body.get("supplier", entity.supplier) != entity.supplier:
        raise invalid(f"/supplier: {entity.ref} is at {entity.supplier}")
    event = PENDING_EVENT[kind.request]
    if not lifecycles.allowed(entity.kind, entity.status, event):
        states = ", ".join(state for rule in lifecycles.TABLES[entity.kind][event] for state in rule.sources)
        raise invalid(f"{entity.ref} is {entity.status}: {kind.request} may be asked for in {states}")
    unsolicited = entity.body.get("orderType") == "UNSOLICITED_CEASE"
    if unsolicited and kind.request == AMENDMENT:
        raise invalid(f"{entity.ref} was not placed by you: an unsolicited cease cannot be amended")
    if kind == OPERATIONS["handleCancelOrder"]:
        reasons = _CANCEL_OTHER if unsolicited else _REASONS
        if body["reasonCode"] not in reasons:
            raise invalid(f"/reasonCode: for this order send one of {', '.join(reasons)}")


def _check_cancellable(order: Entity, states: list[str]) -> None:
    """Which states an order may be cancelled from is not published: a setting narrows what the life cycle allows."""
    if order.status not in states:
        raise invalid(f"{order.ref} is {order.status}: cancellation may be asked for in {', '.join(states)}")


def send(parts: Parts, job: Job) -> Settle:
    """Ask the supplier."""
    tenant, kind, number = job.owner, job.payload["request"], job.payload["number"]

    def look(tx: Tx) -> tuple[Request | None, Entity | None, dict[str, Any], str, int]:
        request, entity = requests.find(tx, tenant, kind, number), entities.find(tx, tenant, job.ref)
        more = amending.for_supplier(tx, request) if request is not None else {}
        request_id = make_id(tx.world.seed, tx.world.epoch, "ask", tenant, str(job.ref), kind, number)
        return request, entity, more, request_id, tx.world.faults

    request, entity, more, request_id, faults = parts.store.read(job.world, look)
    if request is None or entity is None or request.status != lifecycles.RECEIVED_BY_GATEWAY:
        return lambda _tx: None
    call = Ask(
        world=job.world,
        epoch=job.epoch,
        tenant=tenant,
        supplier=entity.supplier,
        operation=_OPERATION_OF[entity.kind, kind],
        request_id=request_id,
        conversation_id=request.conversation,
        body=request_to_supplier(request, entity) | more,
        headers=request.choice,
        at=job.due_at,
        faults=faults,
    )
    take: Callable[[Tx, Request], None]
    try:
        status, body = ask(parts, call)
        take = partial(_answered, status=status, body=body)
    except Problem as problem:
        take = partial(_failed, problem=problem)

    def settle(tx: Tx) -> None:
        take(tx, request)
        inbound.release_answered(tx, tenant, job.ref, parts.settings.patience)

    return settle


def _failed(tx: Tx, request: Request, problem: Problem) -> None:
    """Published: an ERROR KCI says that the request was not sent; what it is about stays as it was."""
    uuid = make_id(tx.world.seed, tx.world.epoch, "ask failed", request.tenant, str(request.entity), request.id)
    after = request_rules.step(request, "SEND_FAILED")
    _tell(tx, after, Update("ERROR", error_body(uuid, problem), about=after.shown))


def _answered(tx: Tx, request: Request, status: int, body: Any) -> None:
    """The supplier's answer: 201 done, 202 to be decided, 422 refused with reasons."""
    done, refused = _DECISIONS[request.kind]
    reference = body.get("supplierReference") if isinstance(body, dict) else None
    if status == 422:
        after = request_rules.step(request, refused)
        content = {"type": "RESUBMIT", "text": "; ".join(body)}
        _tell(tx, after, Update("ACTION_REQUIRED", content, about=after.shown))
    elif status == 201:
        after = request_rules.step(request, done, reference)
        _tell(tx, after, Update("INFORMATIONAL", {"type": done}, about=after.shown), done)
    else:
        after = request_rules.step(request, "SENT", reference)
        update = Update("INFORMATIONAL", {"type": "UPDATE"}, about=after.shown)
        _tell(tx, after, update, PENDING_EVENT[request.kind])


def _tell(tx: Tx, request: Request, update: Update, event: str | None = None) -> None:
    """Keep the request, step what it is about, and tell the tenant. An event that comes too late changes no status."""
    entity = entities.find(tx, request.tenant, request.entity, lock=True)
    if entity is None:
        raise LookupError(f"{request.entity} of {request.tenant} is gone within its epoch")
    requests.save(tx, request)
    if event is not None and lifecycles.allowed(entity.kind, entity.status, event, before=entity.before):
        changes = amending.changes(tx, entity, request) if event == "AMENDED" else {}
        others = [each for each in requests.undecided(tx, request.tenant, request.entity) if each.id != request.id]
        waiting = entity.status if others and entity.status in lifecycles.PENDING_REQUESTS else None
        entity = rules.step(entity, event, tx.now, stated=waiting if event == "AMENDED" else None, changes=changes)
        timeline.note(tx, entity.tenant, entity.ref, "state", {"status": entity.status, "event": event})
    entities.save(tx, announce(tx, entity, update))
    overtake(tx, entity)
