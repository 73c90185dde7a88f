"""A tenant as a client: what a test says to a sandbox, in a line each."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import Client

from sandbox.wire.courier import WSGIApp

Json = Any
Send = Callable[..., tuple[int, Json]]

CONTACT = {"name": "Morgan Ellery", "phoneNumber": "01632 960123"}


class Refused(AssertionError):
    """A call that was to succeed was refused."""


@dataclass
class Tenant:
    """A tenant that signs in as `client_id` with its `secret`; that of a published client follows from its name.

    `send(method, path, headers=…, json=…, query=…)` answers (status, JSON body).
    """

    send: Send
    client_id: str = "tenant1"
    conversation: str = "conversation-1"
    token: str = ""
    requests: int = 0
    free_addresses: list[Json] = field(default_factory=list)
    secret: str = ""
    code: str = "TENANT1"

    def sign_in(self) -> "Tenant":
        """Get a token, and learn the address book."""
        secret = self.secret or f"{self.client_id}-secret"
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": secret}
        answer = _expected(*self.send("POST", "/v1/auth/tenant/access-token", form=form))
        self.token = answer["access_token"]
        self.free_addresses = self.get("/_sandbox/addresses")["items"][:20]
        return self

    def call(self, method: str, path: str, **more: Any) -> tuple[int, Json]:
        """(status, body) of any call, with the published headers."""
        self.requests += 1
        headers = {
            "Authorization": f"Bearer {self.token}",
            "X-Request-ID": f"request-{self.requests}",
            "X-Conversation-ID": self.conversation,
            **more.pop("headers", {}),
        }
        return self.send(method, path, headers=headers, **more)

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Json:
        """The body of a GET. Raises Refused."""
        return _expected(*self.call("GET", path, query=query or {}))

    def post(self, path: str, body: Json = None, headers: Mapping[str, str] | None = None) -> Json:
        """The body of a POST. Raises Refused."""
        return _expected(*self.call("POST", path, json=body, headers=headers or {}))

    # ---- on the way to an order --------------------------------------------------------------------------------------

    def address(self) -> Json:
        """An address identifier that nobody has used yet."""
        return _identifier(self.free_addresses.pop(0))

    def address_served_by(self, supplier: str) -> Json:
        """An unused address that this supplier serves."""
        place = next(n for n, each in enumerate(self.free_addresses) if supplier in each["suppliers"])
        return _identifier(self.free_addresses.pop(place))

    def slots(self, address: Json, supplier: str = "ALDER", specification: str = "FTTP") -> list[Json]:
        """The supplier's free slots."""
        query = {
            "supplier": supplier,
            "address": json.dumps(address),
            "serviceSpecification": json.dumps({"id": specification}),
            "appointmentPurpose": "PROVIDE",
        }
        slots: list[Json] = self.get("/v1/available-appointments", query)["availableTimeslots"]
        return slots

    def reserve(self, address: Json, supplier: str = "ALDER", specification: str = "FTTP", slot: int = 0) -> Json:
        """A reservation of one of the free slots."""
        chosen = self.slots(address, supplier, specification)[slot]
        body = {
            "supplier": supplier,
            "address": address,
            "serviceSpecification": {"id": specification},
            "purpose": "PROVIDE",
            "timeslot": {name: chosen[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")},
        }
        return self.post("/v1/appointments", body)

    def order_body(self, supplier: str = "ALDER", address: Json | None = None) -> Json:
        """A correct order: for a new line, with a reservation where this supplier's engineer must come."""
        known = {each["code"]: each for each in self.get("/_sandbox/suppliers")["items"]}[supplier]
        address = address or self.address_served_by(known.get("network", supplier))
        specification = known["specifications"][0]
        body = {
            "orderType": "NEW",
            "supplier": supplier,
            "address": address,
            "serviceOrderItem": {
                "serviceSpecification": {"id": specification["id"]},
                "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": specification["lineProfiles"][0]}],
            },
            "primaryContact": dict(CONTACT),  # a copy: a test may change its order
        }
        if "installationType" in known:
            body["appointmentReservationId"] = self.reserve(address, supplier, specification["id"])["id"]
        return body

    def place(self, scenario: str | None = None, supplier: str = "ALDER", **headers: str) -> Json:
        """A placed order, for the scenario that the X- headers choose (X_Problem_Code=… becomes X-Problem-Code)."""
        chosen = {name.replace("_", "-"): value for name, value in headers.items()}
        if scenario is not None:
            chosen["X-Scenario"] = scenario
        return self.post("/v1/service-orders", self.order_body(supplier), chosen)

    # ---- what became of it -------------------------------------------------------------------------------------------

    def order(self, order_id: int) -> Json:
        """The order with its history."""
        return self.get(f"/v1/service-orders/{order_id}")

    def inbox(self, after: str = "0") -> list[Json]:
        """Everything in the mailbox after a cursor: items with `cursor`, `kci` and `headers`."""
        items: list[Json] = []
        while page := self.get("/_sandbox/inbox", {"after": after})["items"]:
            items += page
            after = page[-1]["cursor"]
        return items

    def told(self, order_id: int) -> list[tuple[str, str]]:
        """(type, order status) of each KCI of the order in the mailbox, in order."""
        return [kind_of(item["kci"]) for item in self.inbox() if item["kci"]["entity"]["id"] == order_id]

    def advance(self, by: str) -> Json:
        """Jump the world's clock by a duration: P1D, PT30S."""
        return self.post("/_sandbox/clock/advance", {"by": by})

    def drain(self) -> Json:
        """Play until nothing is due."""
        return self.post("/_sandbox/clock/drain")


def kind_of(kci: Json) -> tuple[str, str]:
    """(type, order status) of a KCI; the type of an error KCI is its code."""
    content = kci.get("information") or kci.get("action") or kci.get("error")
    return content.get("type") or content["code"], kci["entity"]["status"]


def in_process(app: WSGIApp, address: str = "127.0.0.1") -> Send:
    """Calls an app of this process, from this address."""
    client = Client(app)

    def send(method: str, path: str, **more: Any) -> tuple[int, Json]:
        response = client.open(
            path,
            method=method,
            headers=more.get("headers"),
            json=more.get("json"),
            data=more.get("form") or more.get("data"),
            query_string=more.get("query"),
            environ_base={"REMOTE_ADDR": address},
        )
        return response.status_code, json.loads(response.data) if response.data else None

    return send


def _expected(status: int, body: Json) -> Json:
    if status >= 300:
        raise Refused(f"{status}: {body}")
    return body


def _identifier(address: Json) -> Json:
    return {name: address["identifier"][name] for name in ("id", "type")}
