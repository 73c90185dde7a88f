"""A supplier as a client: it posts KCIs about orders, as anybody's supplier would."""

from dataclasses import dataclass
from typing import Any

from tests.support.sandboxes import Json, Send, Tenant

STATUS = {
    "ACKNOWLEDGED": "ACKNOWLEDGED",
    "COMMITTED": "IN_PROGRESS",
    "ADDITIONAL": "IN_PROGRESS",
    "UPDATE": "IN_PROGRESS",
    "DELAY": "HELD",
    "RESUMED": "IN_PROGRESS",
    "CANCELLED": "CANCELLED",
    "COMPLETED": "COMPLETED",
}
DATES = {"committedDate": "2027-02-01T12:00:00.000Z", "targetDate": "2027-02-01T12:00:00.000Z"}


@dataclass
class Supplier:
    """A supplier's client; its KCIs are about one order unless told otherwise."""

    send: Send
    order: Json
    client_id: str = "alder1"
    tenant: str = "TENANT1"
    token: str = ""

    def sign_in(self) -> "Supplier":
        """Get a token."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": f"{self.client_id}-secret",
        }
        status, body = self.send("POST", "/v1/auth/supplier/access-token", form=form)
        assert status == 200, body
        self.token = body["access_token"]
        return self

    def kci(self, number: int, reason: str, *, kci_id: int | None = None, more: Json = None, **entity: Any) -> Json:
        """A KCI of this number; its id follows from the number unless told otherwise. None removes a member."""
        stated = {"id": self.order["id"], "tenant": self.tenant, "status": STATUS[reason]}
        stated |= DATES if reason == "COMMITTED" else {}
        stated |= entity
        codes = {"problemCode": "FAULT_AT_NODE"} if reason in ("DELAY", "CANCELLED") else {}
        return {
            "id": f"{kci_id or number:08x}-0000-8000-8000-{self.order['id']:012x}",
            "sequenceNumber": number,
            "issuedOn": "2027-01-15T08:00:00.000Z",
            "reasonCode": reason,
            **codes,
            **(more or {}),
            "provideServiceOrder": {name: value for name, value in stated.items() if value is not None},
        }

    def post(self, kci: Json) -> tuple[int, list[str]]:
        """The status of the answer, and the messages of a refusal."""
        headers = {"Authorization": f"Bearer {self.token}", "X-Request-ID": "request-of-a-supplier"}
        status, body = self.send("POST", "/v1/kcis", headers=headers, json=kci)
        return status, [] if body is None else body["messages"]

    def tell(self, number: int, reason: str, **more: Any) -> tuple[int, list[str]]:
        """Post a KCI."""
        return self.post(self.kci(number, reason, **more))


def silent_order(tenant: Tenant, supplier: str = "ALDER") -> Json:
    """An order that is with its supplier, whose fake says nothing about it for a day."""
    order = tenant.place(None, supplier, X_Kci_Delay="86400")
    tenant.advance("PT0S")
    return order
