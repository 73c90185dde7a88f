"""The gateway as a client of a supplier's API: a fake in this process, by the same door as any other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from sandbox.domain.errors import (
    GATEWAY_FAULT,
    INVALID_REQUEST,
    NOT_IMPLEMENTED,
    SUPPLIER_FAULT,
    SUPPLIER_TIMED_OUT,
    Problem,
)
from sandbox.parts import Parts
from sandbox.spec.checks import Checks
from sandbox.spec.documents import load_document
from sandbox.wire.calls import Caller
from sandbox.wire.courier import SCHEME, NoAnswer, Parcel, Reply
from sandbox.wire.reading import parse_json

PREFIX = "The supplier API returned the following message: "  # published: how a supplier's own words are marked

LONGEST_TEXT = 1_000  # characters of a text in a KCI (FreeText in the documents)

_DOCUMENT = load_document("supplier")
_CHECKS = Checks(_DOCUMENT)


@dataclass(frozen=True)
class Ask:
    """One call of a supplier's operation for a tenant, begun in an epoch of the world (None: whichever it is).

    `at` is the moment in world time that it is made for.
    """

    world: str
    epoch: int | None
    tenant: str
    supplier: str
    operation: str
    request_id: str
    conversation_id: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    at: int | None = None


def ask(parts: Parts, call: Ask) -> tuple[int, Any]:
    """(status, body) of the supplier's answer: a documented success, or 422 with its reasons as a list of messages.

    Raises the Problem that the tenant is to be told when the supplier does not answer, fails, or answers nonsense;
    StaleEpoch when it is the world that was reset.
    """
    operation = _DOCUMENT.operations[call.operation]
    headers = {
        "Authorization": f"Bearer {parts.tokens.own(Caller('gateway', '', call.world, call.epoch))}",
        "Content-Type": "application/json",
        "Tenant": call.tenant,
        "X-Request-ID": call.request_id,
        "X-Conversation-ID": call.conversation_id,
        **call.headers,
    }
    parcel = Parcel(
        method=operation.method,
        url=f"{SCHEME}://suppliers/{call.supplier}{operation.path}",
        headers=headers,
        body=None if call.body is None else orjson.dumps(call.body),
        query={name: _written(value) for name, value in call.query.items()},
        timeout=parts.settings.supplier_timeout,
        at=call.at,
    )
    try:
        reply = parts.courier.send(parcel)
    except NoAnswer as silence:
        if silence.timed_out:
            raise Problem(SUPPLIER_TIMED_OUT, (f"{call.supplier} gave no timely response",)) from silence
        raise Problem(SUPPLIER_FAULT, (f"{call.supplier} could not be reached: {silence.reason}",)) from silence
    if reply.status == 503:
        parts.store.read(call.world, lambda _tx: None, epoch=call.epoch)  # a reset is no fault of the supplier's
    return _judged(call, reply)


def _written(value: Any) -> str:
    """A query parameter as the Supplier API has it: objects as JSON, lists with commas in one."""
    if isinstance(value, Mapping):
        return orjson.dumps(value).decode()
    return ",".join(value) if isinstance(value, list | tuple) else str(value)


def _judged(call: Ask, reply: Reply) -> tuple[int, Any]:
    operation = _DOCUMENT.operations[call.operation]
    if reply.status == 422:
        return reply.status, _messages(reply)
    if reply.status >= 300:
        raise _failure(reply.status, _messages(reply))
    if operation.answers.get(str(reply.status), ...) is None:
        return reply.status, None  # documented without a body: whatever came is not read
    try:
        body = parse_json(reply.body)
    except ValueError as error:
        raise _nonsense(call, f"the body {error}") from None
    wrong = _CHECKS.answer(operation, reply.status, body)
    if wrong:
        raise _nonsense(call, "; ".join(str(item) for item in wrong))
    return reply.status, body


def _nonsense(call: Ask, why: str) -> Problem:
    return Problem(SUPPLIER_FAULT, (f"{call.supplier} sent an invalid response: {why}",))


def _failure(status: int, messages: list[str]) -> Problem:
    """What the tenant is told of a supplier's failure (published table of response codes)."""
    told = tuple(PREFIX + message for message in messages)
    if status == 400:
        return Problem(GATEWAY_FAULT, ("the gateway sent the supplier an invalid request", *told), status=502)
    if status == 501:
        return Problem(NOT_IMPLEMENTED, told, status=501)
    return Problem(SUPPLIER_FAULT, told)


def _messages(reply: Reply) -> list[str]:
    """The supplier's own words, as many of them as a KCI's text has room for."""
    try:
        body = parse_json(reply.body)
    except ValueError:
        body = None
    messages = body.get("messages") if isinstance(body, dict) else None
    texts = [str(message).strip() for message in messages] if isinstance(messages, list) else []
    kept: list[str] = []
    for text in filter(None, texts):
        room = LONGEST_TEXT - sum(len(each) + 2 for each in kept)
        if room <= 0:
            break
        kept.append(text[:room])
    return kept or ["(no message)"]


def refusal(messages: list[str]) -> Problem:
    """A supplier's 422 as the tenant sees it on a synchronous operation."""
    return Problem(INVALID_REQUEST, tuple(PREFIX + message for message in messages))
