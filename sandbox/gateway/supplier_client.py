"""The gateway as a client of a supplier's API: a fake in this process, or a partner's own by its URL, in real time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import orjson

from sandbox.domain.errors import INVALID_REQUEST, NOT_IMPLEMENTED, SUPPLIER_FAULT, Problem
from sandbox.domain.wirefaults import SUPPLIER, Occasion
from sandbox.gateway.supplier_answers import DOCUMENT, PREFIX, Judged, judge, unanswered
from sandbox.parts import Parts
from sandbox.spec.documents import Operation
from sandbox.store import exchanges, partners
from sandbox.store.partners import Partner
from sandbox.store.store import Unavailable, Uncertain, acting_at
from sandbox.wire import faulty_sending
from sandbox.wire.calls import Caller
from sandbox.wire.courier import SCHEME, NoAnswer, Parcel, Reply
from sandbox.wire.faultplane import Fault, identity
from sandbox.wire.faulty_sending import Sender
from sandbox.wire.headers import MARK
from sandbox.wire.outbound import unseal
from sandbox.wire.refusals import BUSY, UNCERTAIN

# What a fake says when its database, which is ours too, could keep nothing, or may have.
_TROUBLE: Mapping[str, type[Unavailable]] = {BUSY: Unavailable, UNCERTAIN: Uncertain}

# What a supplier must be able to do to be asked; a partner's own says on registration which of these it can.
CAPABILITIES: Mapping[str, str] = {
    "handleAvailabilityCheck": "AVAILABILITY",
    "handleQuote": "QUOTES",
    "handleAppointmentAvailability": "APPOINTMENTS",
    "handleReserveAppointment": "APPOINTMENTS",
    "handleCreateOrder": "ORDERS",
    "handleCreateEthernetOrder": "ETHERNET_ORDERS",
    "handleAmendOrder": "AMENDMENTS",
    "handleCancelOrder": "CANCELLATIONS",
    "handleServiceTest": "SERVICE_TESTS",
    "handleCreateProblem": "SERVICE_PROBLEMS",
    "handleAmendProblem": "SERVICE_PROBLEMS",
    "handleCancelProblem": "SERVICE_PROBLEMS",
    "handleServiceProblemResolution": "SERVICE_PROBLEMS",
}


@dataclass(frozen=True)
class Ask:
    """One call of a supplier's operation for a tenant, begun in an epoch of the world (None: whichever it is).

    `at` is the moment in world time that it is made for, None for a tenant that waits for its answer; then a fake
    writes as of `stamp`, the moment of the tenant's call. `faults` is how many fault rules there are in the world.
    """

    world: str
    epoch: int | None
    tenant: str
    supplier: str
    operation: str
    request_id: str
    conversation_id: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    at: int | None = None
    stamp: int | None = field(default_factory=acting_at)
    faults: int = 0


def ask(parts: Parts, call: Ask) -> tuple[int, Any]:
    """(status, body) of the supplier's answer: a documented success, or 422 with its reasons as a list of messages.

    Raises the Problem that the tenant is to be told when the supplier does not answer, fails, or answers nonsense;
    StaleEpoch when it is the world that was reset, Unavailable when a fake has no database.
    """
    operation = DOCUMENT.operations[call.operation]
    partner = None if parts.own.supplier(call.world, call.supplier) else _partner(parts, call)
    parcel = _parcel(parts, call, operation, partner)
    fault = _fault(parts, call, operation, parcel) if call.faults else None
    try:
        reply = _bounded(parts, call, parcel, fault, partner)
        judged = judge(call.supplier, operation, reply, parts.settings.real_data)
    except NoAnswer as silence:
        judged = unanswered(call.supplier, silence)
    if judged.status == 503:
        parts.store.read(call.world, lambda _tx: None, epoch=call.epoch)  # a reset is no fault of the supplier's
        if partner is None and (trouble := _TROUBLE.get(" ".join(judged.reasons))):
            raise trouble(f"{call.supplier} has no database")  # nor is that
    if partner is not None and fault is None and judged.violations:
        _note(parts, call, parcel, judged)
    if judged.problem is not None:
        raise judged.problem
    return judged.status, judged.reasons if judged.status == 422 else judged.body


def _fault(parts: Parts, call: Ask, operation: Operation, parcel: Parcel) -> Fault | None:
    name, exact = f"{operation.method} {operation.path}", operation.path.format(**call.path)
    same = identity(name, exact, call.supplier, orjson.dumps(parcel.query), parcel.body)
    tenant = Caller("tenant", call.tenant, call.world, call.epoch)
    return parts.plane.strike(tenant, Occasion(SUPPLIER, name, exact, same, call.supplier), call.at)


def _bounded(parts: Parts, call: Ask, parcel: Parcel, fault: Fault | None, partner: Partner | None) -> Reply:
    """A tenant that waits for a partner's supplier holds a thread of the server. Raises 429 when it holds too many."""
    if partner is None or call.at is not None:
        return _send(parts, call, parcel, fault)
    with parts.supplier_calls.waiting(call.tenant):
        return _send(parts, call, parcel, fault)


def _send(parts: Parts, call: Ask, parcel: Parcel, fault: Fault | None) -> Reply:
    if fault is None:
        return parts.courier.send(parcel)
    sender = Sender(parts.courier, parts.plane, call.tenant, parcel.timeout, bounded=call.at is None)
    return faulty_sending.send(sender, parcel, fault)


def refusal(messages: list[str]) -> Problem:
    """A supplier's 422 as the tenant sees it on a synchronous operation."""
    return Problem(INVALID_REQUEST, tuple(PREFIX + message for message in messages))


def _partner(parts: Parts, call: Ask) -> Partner:
    found = parts.store.query(lambda connection: partners.find(connection, call.world, call.supplier))
    if found is None:
        raise Problem(SUPPLIER_FAULT, (f"{call.supplier} could not be reached: it was removed",))
    needed = CAPABILITIES[call.operation]
    if needed not in found.capabilities:
        raise Problem(NOT_IMPLEMENTED, (f"{call.supplier} was registered without {needed}",))
    return found


def _parcel(parts: Parts, call: Ask, operation: Operation, partner: Partner | None) -> Parcel:
    """The request with the published headers."""
    headers = {"X-Request-ID": call.request_id, "X-Conversation-ID": call.conversation_id, **call.headers}
    if any(each.name == "Tenant" for each in operation.parameters):  # published: not on quotes and Ethernet orders
        headers["Tenant"] = call.tenant
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    path = operation.path.format(**{name: quote(value, safe="") for name, value in call.path.items()})
    parcel = Parcel(
        method=operation.method,
        url=f"{SCHEME}://suppliers/{call.supplier}{path}",
        headers=headers,
        body=None if call.body is None else orjson.dumps(call.body),
        query=_query(operation, call.query),
        timeout=parts.settings.supplier_timeout,
        at=call.at,
        stamp=call.stamp,
    )
    if partner is None:
        token = parts.tokens.own(Caller("gateway", "", call.world, call.epoch))
        return replace(parcel, headers={**headers, "Authorization": f"Bearer {token}"})
    return replace(
        parcel,
        headers=headers | MARK,
        url=partner.base_url + path,
        connect=partner.connect_timeout,
        timeout=partner.answer_timeout,
        auth=unseal(parts.keys, partner.credentials),
    )


def _note(parts: Parts, call: Ask, parcel: Parcel, judged: Judged) -> None:
    """Keep for the supplier's partner what it answered wrongly; what it cannot do at all it need not be told."""
    if judged.problem is not None and judged.problem.code == NOT_IMPLEMENTED:
        return
    detail = _exchange(parcel, call, judged)
    parts.store.write(
        call.world, lambda tx: exchanges.note(tx, call.supplier, call.tenant, detail), at=call.at, epoch=call.epoch
    )


def _query(operation: Operation, given: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Query parameters as the document has them: JSON, or an array in one parameter with commas or in several."""
    documented = {parameter.name: parameter for parameter in operation.parameters}
    written: dict[str, str | list[str]] = {}
    for name, value in given.items():
        if documented[name].is_json:
            written[name] = orjson.dumps(value).decode()
        elif isinstance(value, list) and not documented[name].explode:
            written[name] = ",".join(value)
        else:
            written[name] = value
    return written


def _exchange(parcel: Parcel, call: Ask, judged: Judged) -> dict[str, Any]:
    """What the supplier's partner may look at: of the request only what finds it again, for the partner has it."""
    came = {"status": judged.status} if judged.status else {}
    answer = {} if judged.body is None else {"answer": judged.body}
    told = INVALID_REQUEST if judged.problem is None else judged.problem.code  # a refusal is one in whatever words
    return {
        "operation": call.operation,
        "method": parcel.method,
        "url": parcel.url,
        "requestId": call.request_id,
        **came,
        **answer,
        "violations": judged.violations,
        "code": told,
    }
