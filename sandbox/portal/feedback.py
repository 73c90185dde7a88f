"""What partners say about an order, a scenario or a requirement: kept over all resets, and read by the operator."""

from functools import partial
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.errors import invalid
from sandbox.parts import Parts
from sandbox.store import accounts, feedback
from sandbox.store.feedback import Feedback
from sandbox.store.store import Tx
from sandbox.wire.auth import OPERATOR
from sandbox.wire.calls import Answer, Call, Handler

PAGE = 200  # in one answer


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the operations around feedback."""
    return {"giveFeedback": partial(give, parts), "listFeedback": partial(show_all, parts)}


def give(parts: Parts, call: Call) -> Answer:
    """POST /feedback: 201. What it is about must be there, or have been."""
    caller, body = call.caller, call.body
    scenario = body.get("scenario")
    if scenario is not None and scenario not in parts.library.scenarios:
        raise invalid(f"/scenario: there is no scenario {scenario}: GET /_sandbox/scenarios lists them")

    def keep(tx: Tx) -> tuple[int, int]:
        if body.get("orderId", 0) > accounts.last_number(tx.connection, tx.world.name, caller.code, "order"):
            raise invalid(f"/orderId: you have never had an order {body['orderId']}")
        return feedback.add(tx.connection, caller.code, tx.world.name, tx.real, body), tx.real

    number, at = parts.write(call, keep)
    return Answer(201, {"id": number, "at": to_text(at), **body})


def show_all(parts: Parts, call: Call) -> Answer:
    """GET /feedback: what the caller's tenant has said; the operator gets what all have."""
    after = call.query.get("after", 0)
    whose = None if call.caller.kind == OPERATOR else call.caller.code
    found = parts.store.query(lambda connection: feedback.read(connection, whose, after, PAGE))
    last = after if not found else found[-1].number if whose else found[-1].id
    return Answer(200, {"items": [_entry(each, whole=whose is None) for each in found], "next": last})


def _entry(said: Feedback, *, whole: bool) -> dict[str, Any]:
    whose = {"tenant": said.tenant, "world": said.said_in} if whole else {}
    return {"id": said.number, "at": to_text(said.at), **whose, **said.body}
