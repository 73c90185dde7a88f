"""A tenant's endpoint as it should be: takes KCIs, checks their signatures and order, and shows what came.

What came is kept in memory only, and only the last of it: this is something to look at, not a mailbox.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from sandbox.domain.durations import to_text
from sandbox.domain.errors import NOT_AUTHORISED, Problem
from sandbox.gateway.ownership import HEADER, MEMBER
from sandbox.parts import Parts
from sandbox.store import accounts
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.world.keys import new_webhook_secret

SHOWN = 100  # KCIs per tenant
ORDERS = 10_000  # orders whose last number is remembered

_SIGNATURE = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass
class Arrivals:
    """What came to one tenant's endpoint: the last of it, and the last number of each order."""

    last: OrderedDict[int, int] = field(default_factory=OrderedDict)
    items: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=SHOWN))
    seen: deque[str] = field(default_factory=lambda: deque(maxlen=SHOWN))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, kci: Mapping[str, Any], at: int, *, signed: bool) -> None:
        """Note a KCI: in order, a repeat of one seen before, or with a gap before it."""
        order, number = kci["entity"].get("id", 0), int(kci["sequenceNumber"])
        with self.lock:
            expected = self.last.get(order, 0) + 1
            verdict = "repeated" if kci["id"] in self.seen else "in order" if number == expected else "out of order"
            self.last[order] = max(number, self.last.get(order, 0))
            self.last.move_to_end(order)
            if len(self.last) > ORDERS:
                self.last.popitem(last=False)
            self.seen.append(kci["id"])
            about = {
                "order": order,
                "sequenceNumber": number,
                "updateType": kci["updateType"],
                "signed": signed,
                "sequence": verdict,
            }
            self.items.append({"at": to_text(at), "kind": "kci", "id": kci["id"], **about})


class Endpoints:
    """The endpoints of all tenants."""

    def __init__(self) -> None:
        self._arrivals: dict[str, Arrivals] = {}

    def of(self, tenant: str) -> Arrivals:
        """What came to this tenant's."""
        return self._arrivals.setdefault(tenant, Arrivals())


def handlers(parts: Parts, endpoints: Endpoints) -> dict[str, Handler]:
    """The handler of the Tenant Updates document's operation."""
    return {"handleKci": partial(take, parts, endpoints)}


def reading(endpoints: Endpoints) -> dict[str, Handler]:
    """The handler of the control document's operation that shows what came."""
    return {"readEndpoint": lambda call: Answer(200, {"items": list(endpoints.of(call.caller.code).items)})}


def take(parts: Parts, endpoints: Endpoints, call: Call) -> Answer:
    """POST /kcis at a tenant: 204; to a challenge, with its nonce. A wrong signature is 401, and so is a missing one,
    but at a demo tenant, which is everybody's: there it is shown as unsigned.
    """
    tenant = call.path["code"]
    signed = _verified(parts, tenant, call)
    if MEMBER in call.body:
        return Answer(204, headers={HEADER: call.body[MEMBER]})
    endpoints.of(tenant).take(call.body, parts.clock.now(), signed=signed)
    return Answer(204)


def _verified(parts: Parts, tenant: str, call: Call) -> bool:
    """Whether the call is signed. Raises 401 where it is wrongly signed, and where it is not and must be.

    Without a signature nobody learns which tenants there are, but for those that are published.
    """
    found = parts.store.query(lambda connection: accounts.find_tenant(connection, tenant))
    secret = None if found is None else found.callback_secret
    given = {name: call.headers[name] for name in _SIGNATURE if name in call.headers}
    if _demo(parts, tenant) and (secret is None or not given):
        return False
    try:
        Webhook(parts.keys.decrypt(secret) if secret else new_webhook_secret()).verify(call.raw, given)
    except WebhookVerificationError as error:
        raise Problem(NOT_AUTHORISED, (f"the signature does not verify: {error}",)) from None
    return True


def _demo(parts: Parts, code: str) -> bool:
    return any(tenant.code == code for world in parts.library.worlds.values() for tenant in world.tenants)
