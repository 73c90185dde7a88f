"""A served world, in real time, with a partner's own supplier in it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.app import Sandbox
from sandbox.world.clock import SystemClock
from tests.support.partner import Asked, PartnerSystem, Reaction, open_partner
from tests.support.sandboxes import Json, Send, Tenant, in_process, kind_of, open_sandbox

SPECIFICATION = {"id": "OWN1", "name": "Our own fibre", "lineProfiles": ["100/20"]}
SLOT = {"timeslotStartDateTime": "2027-02-01T08:00:00.000Z", "timeslotEndDateTime": "2027-02-01T12:00:00.000Z"}


@dataclass
class Own:
    """A partner's supplier: its system, and its client for KCIs. `kcis` counts them by order."""

    system: PartnerSystem
    send: Send
    tenant: Tenant
    client: Json = field(default_factory=dict)
    kcis: dict[int, int] = field(default_factory=dict)

    def register(self, **more: Any) -> Json:
        """Register it as OWNFIBRE; what is answered."""
        body = {"code": "OWNFIBRE", "title": "Our own", "baseUrl": f"{self.system.url}/api", **more}
        registered = self.tenant.post("/_sandbox/suppliers", {"specifications": [SPECIFICATION], **body})
        self.client = registered["client"]
        return registered

    def place(self, **headers: str) -> Json:
        """An order of the tenant's at it."""
        body = self.tenant.order_body("OWNFIBRE", self.tenant.address())
        return self.tenant.post("/v1/service-orders", body, {**headers})

    def token(self) -> str:
        """A token of its client."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client["id"],
            "client_secret": self.client["secret"],
        }
        status, body = self.send("POST", "/v1/auth/supplier/access-token", form=form)
        assert status == 200, body
        return str(body["access_token"])

    def post_kci(self, order: int, reason: str, status: str, token: str | None = None, **more: Any) -> int:
        """Say something about an order; the status of the answer."""
        number = self.kcis[order] = self.kcis.get(order, 0) + 1
        theirs = {"id": order, "tenant": self.tenant_code, "supplierOrderReference": f"OWN{order}", "status": status}
        kci = {
            "id": f"7a1e2d3c-4b5a-8c6d-8e7f-{order:06d}{number:06d}",
            "sequenceNumber": number,
            "issuedOn": "2027-01-15T09:00:00.000Z",
            "reasonCode": reason,
            "provideServiceOrder": {**theirs, **more},
        }
        headers = {"Authorization": f"Bearer {token or self.token()}", "X-Request-ID": kci["id"]}
        answered, _ = self.send("POST", "/v1/kcis", json=kci, headers=headers)
        return answered

    def complete(self, order: int) -> None:
        """See an order through."""
        at = "2027-02-01T08:00:00.000Z"
        assert self.post_kci(order, "ACKNOWLEDGED", "ACKNOWLEDGED") == 204
        assert self.post_kci(order, "COMMITTED", "IN_PROGRESS", committedDate=at, targetDate=at) == 204
        assert self.post_kci(order, "COMPLETED", "COMPLETED") == 204

    @property
    def tenant_code(self) -> str:
        """The tenant's code."""
        return self.tenant.client_id.upper()

    def answer(self, path: str, status: int, body: Any = None, content_type: str = "application/json") -> None:
        """What it answers there from now on."""
        self.system.answers[f"/api{path}"] = lambda _asked: Reaction(status, body, content_type)

    def asked(self, path: str) -> list[Asked]:
        """What was asked of it there."""
        return self.system.at(f"/api{path}")

    def wait_for_status(self, order: int, status: str) -> Json:
        """The order once it has this status."""
        return wait_for(lambda: self._with_status(order, status))

    def _with_status(self, order: int, status: str) -> Json:
        found = self.tenant.order(order)
        return found if found["status"] == status else None

    def told(self, order: int) -> list[tuple[str, str]]:
        """(type, order status) of each KCI of the order, in order."""
        return self.tenant.told(order)

    def last_error(self, order: int) -> Json:
        """The error of the order's last KCI."""
        last = [item["kci"] for item in self.tenant.inbox() if item["kci"]["entity"]["id"] == order][-1]
        assert kind_of(last)[1] == "FAILED_TO_SEND"
        return last["error"]

    def exchanges(self) -> list[Json]:
        """What it answered wrongly."""
        items: list[Json] = self.tenant.get("/_sandbox/suppliers/OWNFIBRE/exchanges")["items"]
        return items


def wait_for(look: Callable[[], Any], seconds: float = 10) -> Any:
    """What `look` gives, once it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)
    return found


@contextmanager
def open_own(folder: Path, client_id: str = "tenant1") -> Iterator[tuple[Sandbox, Own]]:
    """A sandbox that plays, on the machine's clock, and a supplier that is not registered yet and answers 202."""
    sandbox = open_sandbox(folder, SystemClock())
    sandbox.player.start()
    try:
        with open_partner() as system:
            system.otherwise = lambda _asked: Reaction(202)
            send = in_process(sandbox)
            yield sandbox, Own(system, send, Tenant(send, client_id).sign_in())
    finally:
        sandbox.player.stop()
        sandbox.close()
