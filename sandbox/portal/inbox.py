"""KCIs for a tenant without an endpoint of its own: the mailbox, and resending."""

from functools import partial
from typing import Any

from sandbox.domain.errors import invalid
from sandbox.domain.ids import make_id
from sandbox.gateway import delivery
from sandbox.gateway.dressing import dressed
from sandbox.parts import Parts
from sandbox.store import accounts, kcis
from sandbox.store.accounts import Tenant
from sandbox.store.documents import unpack
from sandbox.store.kcis import Kci
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.wire.waiting import Waiters
from sandbox.world.turns import away

PAGE = 200  # KCIs in one answer
LOOK_AGAIN = 500  # milliseconds after which a long poll looks by itself: other processes cannot ring its bell


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the operations around KCIs."""
    return {
        "readInbox": partial(read, parts, Waiters("long polls", parts.settings.inbox_waiters)),
        "resendKci": partial(resend, parts),
    }


def read(parts: Parts, waiters: Waiters, call: Call) -> Answer:
    """GET /inbox: what was handed over after the cursor; with `wait`, waits that many seconds for something to come."""
    owner, after = call.caller.code, int(call.query.get("after", "0"))
    until = parts.clock.now() + call.query.get("wait", 0) * 1000
    page = _page(parts, call, after)
    if not page and until > parts.clock.now():
        with waiters.waiting(owner):
            page = _wait_for_page(parts, call, after, until)
    return Answer(200, {"items": page, "next": page[-1]["cursor"] if page else str(after)})


def _wait_for_page(parts: Parts, call: Call, after: int, until: int) -> list[dict[str, Any]]:
    bell, topic = parts.store.bell, kcis.inbox_topic(call.caller.code)
    while True:
        heard = bell.heard(topic)
        page = _page(parts, call, after)
        now = parts.clock.now()
        if page or now >= until:
            return page
        look_again = min(until, now + LOOK_AGAIN)  # another process may have handed something over
        with away():
            bell.wait(topic, heard, lambda condition, moment=look_again: parts.clock.wait(condition, moment))  # type: ignore[misc]


def _page(parts: Parts, call: Call, after: int) -> list[dict[str, Any]]:
    owner = call.caller.code

    def look(tx: Tx) -> tuple[list[tuple[int, tuple[str, ...], Kci]], Tenant | None, list[str]]:
        if after > kcis.inbox_end(tx, owner):  # no reset sets cursors back, so whoever sends it would wait for ever
            raise invalid("query parameter after: not a cursor that your inbox gave: leave it out, or send `next`")
        found = list(kcis.read_inbox(tx, owner, after, PAGE))
        ids = [make_id(tx.world.seed, tx.world.epoch, "mailbox", owner, kci.id) for _, _, kci in found]
        return found, accounts.find_tenant(tx.connection, owner), ids

    found, tenant, request_ids = parts.store.read(call.caller.world, look)
    secret = None if tenant is None else tenant.callback_secret
    return [
        _item(parts, secret, cursor, marks, kci, request_id)
        for (cursor, marks, kci), request_id in zip(found, request_ids, strict=True)
    ]


def _item(
    parts: Parts, secret: bytes | None, cursor: int, marks: tuple[str, ...], kci: Kci, request_id: str
) -> dict[str, Any]:
    body, headers = dressed(parts, secret, kci, request_id, marks)
    item = {"cursor": str(cursor), "kci": unpack(body), "headers": headers}
    return item | {"fault": " ".join(marks)} if marks else item


def resend(parts: Parts, call: Call) -> Answer:
    """POST /kcis/{id}/resend: push it again, the same id and the same bytes."""
    kci_id = call.path["id"]
    status = parts.write(call, lambda tx: delivery.resend(tx, call.caller.code, kci_id))
    return Answer(202, {"id": kci_id, "deliveryStatus": status})
