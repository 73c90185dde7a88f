"""A supplier that the test plays: the gateway asks it by its API, and it speaks by KCIs, all in this process."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.app import Sandbox
from tests.model.order import DECISIONS, Asked, Order, Said
from tests.support.sandboxes import Json, Send, in_process

DATES = {"committedDate": "2027-02-01T12:00:00.000Z", "targetDate": "2027-02-01T12:00:00.000Z"}
PROBLEM = ("WARNING", "DELAY", "REAPPOINT", "CANCELLED")  # published: what needs a problem code,
TEXT = ("INFORMATION_REQUIRED", "ORDER_REJECTED")  # and what a text
NAMES = {"amendment": "serviceOrderAmendment", "cancellation": "serviceOrderCancellation"}
PATHS = {
    "/CEDAR/service-orders": "order",
    "/CEDAR/service-order-amendments": "amendment",
    "/CEDAR/service-order-cancellations": "cancellation",
}


def reference_of(tenant: str, order: int) -> str:
    """The supplier's own reference of an order."""
    return f"CED{tenant}{order}"


@dataclass
class Played:
    """CEDAR in the shared world. Its answers are those that the model's orders and requests hold."""

    send: Send
    token: str
    orders: dict[tuple[str, int], Order] = field(default_factory=dict)

    def find(self, tenant: str, kind: str, body: Json) -> Order | Asked:
        """What the gateway asks for."""
        if kind == "order":
            return self.orders[tenant, body["id"]]
        return self.orders[tenant, body["orderId"]].requests[kind, body["id"]]

    def answer(self, tenant: str, kind: str, body: Json) -> tuple[int, Json]:
        """(status, body) as planned."""
        found = self.find(tenant, kind, body)
        status, stated = found.answer if isinstance(found, Order) else (found.answer, None)
        if status == 202:
            return 202, None
        if status == 201 and isinstance(found, Order):
            dates = DATES if stated == "IN_PROGRESS" else {}
            return 201, {**body, "supplierOrderReference": reference_of(tenant, found.id), "status": stated, **dates}
        if status == 201:
            return 201, {**body, "supplierReference": f"{kind}{body['id']}"}
        code = "INVALID_REQUEST" if status == 422 else "SUPPLIER_FAULT"
        return status, {"uuid": "00000000-0000-4000-8000-000000000000", "code": code, "messages": ["as planned"]}

    def tell(self, order: Order, said: Said, named_by: str) -> int:
        """Post a KCI about an order, named by its `id`, its `reference` or `both`."""
        entity: Json = {"tenant": order.tenant, "status": said.status}
        if named_by != "reference":
            entity["id"] = order.id
        if named_by != "id":
            entity["supplierOrderReference"] = reference_of(order.tenant, order.id)
        kci: Json = {
            "id": said.id,
            "sequenceNumber": said.number,
            "issuedOn": "2027-01-15T08:00:00.000Z",
            "reasonCode": said.reason,
            "provideServiceOrder": entity | (DATES if said.reason == "COMMITTED" else {}),
        }
        kci |= {"problemCode": "UNKNOWN_FAULT"} if said.reason in PROBLEM else {}
        kci |= {"text": "Please say which door."} if said.reason in TEXT else {}
        if said.decides is not None:
            kci[f"{NAMES[DECISIONS[said.reason][0]]}Id"] = said.decides
        headers = {"Authorization": f"Bearer {self.token}", "X-Request-ID": f"request {said.id}"}
        return self.send("POST", "/v1/kcis", headers=headers, json=kci)[0]


def play_supplier(sandbox: Sandbox) -> Played:
    """Put the test in CEDAR's place; other suppliers, and what comes before an order, stay with the fakes."""
    send = in_process(sandbox)
    form = {"grant_type": "client_credentials", "client_id": "cedar3", "client_secret": "cedar3-secret"}
    status, body = send("POST", "/v1/auth/supplier/access-token", form=form)
    assert status == 200, body
    played = Played(send, body["access_token"])
    fakes = sandbox.parts.courier.apps["suppliers"]

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        kind = PATHS.get(environ["PATH_INFO"])
        if kind is None:
            return fakes(environ, start)
        asked = json.loads(environ["wsgi.input"].read())
        code, content = played.answer(environ["HTTP_TENANT"], kind, asked)
        start(f"{code} Planned", [("Content-Type", "application/json")] if content else [])
        return [json.dumps(content).encode()] if content else []

    sandbox.parts.courier.apps["suppliers"] = app
    return played
