"""A tenant's client that orders right whatever goes wrong on the wire, and the same with one mistake in it.

Published orders carry no key that makes a repeat harmless. So whoever does not know what became of a call looks first:
each order has a conversation of its own, and its KCIs carry it.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import Client

from sandbox.app import Sandbox
from sandbox.wire.faulty_answers import BrokenOff
from tests.support.sandboxes import Json

TRIES = 12
PATIENCE = 3_000  # milliseconds that it waits for an answer

BUGS = {
    "gives_up": "takes a 5xx for a refusal",
    "repeats_blindly": "sends again without looking what became of the first",
    "impatient": "waits for a second only, and sends again without looking",
    "trusts_the_wire": "takes an answer that it cannot read for a refusal",
    "trusts_the_fields": "believes that every field is there",
    "keeps_its_token": "takes a 401 for a refusal",
    "never_orders_again": "does not see that an order could not be sent",
}


class Lost(Exception):
    """Nobody knows what became of the call."""


@dataclass
class Buyer:
    """One tenant, with one of BUGS or none. `mine` are the orders that it believes to have, by what they were for."""

    sandbox: Sandbox
    bug: str = ""
    client_id: str = "tenant1"
    mine: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    token: str = ""
    calls: int = 0

    def order(self, name: str, body: Json, scenario: str = "ORDER_SUCCESSFUL") -> None:
        """Place an order, once, and follow it until it ends; another one in its place if it could not be sent."""
        for attempt in range(TRIES):
            conversation = f"{name}-{attempt}"
            placed = self._place(conversation, body, scenario)
            self.mine[name] = placed
            if placed is None or self.bug == "never_orders_again" or not self._failed(conversation):
                return

    def status(self, name: str) -> str | None:
        """How it believes that the order stands: by the last KCI of its number."""
        told = [kci["entity"]["status"] for kci in self.kcis() if kci["entity"]["id"] == self.mine[name]]
        return told[-1] if told else None

    def kcis(self) -> list[Json]:
        """The mailbox."""
        return [item["kci"] for item in self.inbox()]

    def inbox(self) -> list[Json]:
        """The items of the mailbox."""
        items: list[Json] = []
        while page := self.ask("GET", f"/_sandbox/inbox?after={items[-1]['cursor'] if items else 0}")["items"]:
            items += page
        return items

    def wait(self, seconds: int) -> None:
        """Let the world's time pass."""
        self.ask("POST", "/_sandbox/clock/advance", {"by": f"PT{seconds}S"})

    def drain(self) -> None:
        """Let it pass until nothing is due."""
        self.ask("POST", "/_sandbox/clock/drain")

    def ask(self, method: str, path: str, body: Json = None) -> Json:
        """A call that changes nothing, or may be repeated: until it is answered."""
        for _ in range(TRIES):
            try:
                status, answer, _ = self.call(method, path, body, "asking")
            except Lost:
                continue
            if status == 401:
                self.sign_in()
            elif status < 500:
                assert status < 300, answer
                return answer
        raise AssertionError(f"no answer to {method} {path}")

    def sign_in(self) -> "Buyer":
        """Get a token."""
        form = {"grant_type": "client_credentials", "client_id": self.client_id}
        for _ in range(TRIES):
            try:
                status, answer, _ = self._send(
                    "/v1/auth/tenant/access-token", "POST", data={**form, "client_secret": f"{self.client_id}-secret"}
                )
            except Lost:
                continue
            if status == 200 and answer.get("access_token"):
                self.token = answer["access_token"]
                return self
        raise AssertionError("no token")

    def call(
        self, method: str, path: str, body: Json, conversation: str, scenario: str | None = None
    ) -> tuple[int, Json, int]:
        """(status, body, seconds of Retry-After). Raises Lost where that is all that can be known."""
        self.calls += 1
        headers = {
            "Authorization": f"Bearer {self.token}",
            "X-Request-ID": f"{self.client_id}-{self.calls}",
            "X-Conversation-ID": conversation,
        } | ({"X-Scenario": scenario} if scenario else {})
        return self._send(path, method, headers=headers, json=body)

    def _send(self, path: str, method: str, **more: Any) -> tuple[int, Json, int]:
        clock = self.sandbox.parts.clock
        begun, patience = clock.now(), 1_000 if self.bug == "impatient" else PATIENCE
        try:
            response = Client(self.sandbox.app).open(path, method=method, **more)
            raw = response.data
        except BrokenOff:
            raise Lost from None
        if "X-Sandbox-Fault" in response.headers:
            self.faults.append(response.headers["X-Sandbox-Fault"])
        if clock.now() - begun > patience:
            raise Lost
        try:
            answer = json.loads(raw) if raw else None
        except json.JSONDecodeError:
            if self.bug == "trusts_the_wire":
                return 422, None, 0
            raise Lost from None
        return response.status_code, answer, int(response.headers.get("Retry-After", 0))

    def _place(self, conversation: str, body: Json, scenario: str) -> Any:
        for _ in range(TRIES):
            try:
                status, answer, wait = self.call("POST", "/v1/service-orders", body, conversation, scenario)
            except Lost:
                status, answer, wait = 0, None, 0
            if status == 201 and self._complete(answer):
                return answer.get("id")
            if self._refused(status):
                return None
            if status == 401:
                self.sign_in()
                continue
            self.wait(wait)
            if self.bug not in ("repeats_blindly", "impatient") and (found := self._look(conversation)):
                return found
        return None

    def _refused(self, status: int) -> bool:
        """Whether this answer settles that there is no order."""
        mistaken = {"gives_up": status >= 500, "keeps_its_token": status == 401}
        return status in (400, 403, 404, 409, 422) or mistaken.get(self.bug, False)

    def _complete(self, answer: Json) -> bool:
        return self.bug == "trusts_the_fields" or bool(answer.get("id") and answer.get("status"))

    def _look(self, conversation: str) -> Any:
        """The number of the order that this conversation has brought, if there is one."""
        self.wait(1)
        of_it = (item for item in self.inbox() if item["headers"]["X-Conversation-ID"] == conversation)
        return next((item["kci"]["entity"]["id"] for item in of_it), None)

    def _failed(self, conversation: str) -> bool:
        """Whether the order could not be sent to its supplier."""
        self.wait(1)
        told = [item["kci"] for item in self.inbox() if item["headers"]["X-Conversation-ID"] == conversation]
        return any(kci["updateType"] == "ERROR" for kci in told)
