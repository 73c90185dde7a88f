"""A tenant of the run's own at a sandbox, for what that promises beside the interface: gone when the run ends."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from sandbox.conformance.exchange import Exchange, Message
from sandbox.conformance.inbox import Inbox
from sandbox.conformance.party import Party
from sandbox.conformance.verdicts import NotObserved

REFUSED = 3  # the number of the KCI that the guest's endpoint does not take at first


@dataclass
class Guest:
    """`party` calls as the tenant; `inbox` is its callback, which refuses one KCI once; `secret` signs what comes."""

    party: Party
    inbox: Inbox
    control: str
    code: str = ""
    secret: str = ""
    refused: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None, *, signed: bool = True) -> Exchange:
        """Call the control API. Raises NotObserved for what it refuses."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        headers |= {"Authorization": self.party.token() or ""} if signed else {}
        content = None if body is None else json.dumps(body)
        exchange = self.party.send(path, method, f"{self.control}{path}", [], headers, content, body)
        if exchange.status >= 300:
            raise NotObserved(
                f"the sandbox answers {exchange.status} to {method} {path}: {exchange.member('messages')}"
            )
        return exchange

    def call_back(self) -> None:
        """Have KCIs pushed to the inbox."""
        self.inbox.answer = self._take
        self.secret = str(self.ask("PUT", "/callback", {"url": f"{self.inbox.url}/kcis"}).member("secret"))

    def _take(self, message: Message) -> int:
        body = message.body if isinstance(message.body, dict) else {}
        if body.get("sequenceNumber") == REFUSED and not self.refused:
            self.refused.append(str(body.get("id")))
            return 503
        return 204

    def pass_time(self) -> None:
        """Until nothing is to come, the next attempt at what was refused included."""
        for path, body in (("/clock/drain", None), ("/clock/advance", {"by": "PT1M"}), ("/clock/drain", None)):
            self.ask("POST", path, body)

    def kept(self) -> list[Any]:
        """The KCIs in the tenant's mailbox."""
        return [each["kci"] for each in self.ask("GET", "/inbox").member("items") or []]

    def signature(self, message: Message) -> str:
        """What the signature of this message has to be."""
        when = datetime.fromtimestamp(int(message.headers.get("webhook-timestamp", "0")), UTC)
        name = message.headers.get("webhook-id", "")
        return str(Webhook(self.secret).sign(name, when, message.raw.decode("utf-8", "replace")))

    def leave(self) -> None:
        """Close the tenant."""
        self.ask("DELETE", f"/tenants/{self.code}")


def arrive(control: str, as_client: Callable[[str, str], Party], inbox: Inbox, newcomer: Party) -> Guest:
    """A new tenant. `newcomer` calls without credentials, `as_client(id, secret)` makes who calls with them."""
    guest = Guest(newcomer, inbox, control)
    made = guest.ask("POST", "/tenants", {"title": "A conformance run"}, signed=False)
    client = made.member("client") or {}
    guest.party, guest.code = as_client(client.get("id", ""), client.get("secret", "")), str(made.member("code"))
    return guest
