"""What a run is given: whom to test, how to reach it, which requirements, and where its verdicts go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from sandbox.conformance.inbox import Ear, Inbox, Mailbox, serve
from sandbox.conformance.party import Party, SignIn, over_http
from sandbox.conformance.profile import Profile
from sandbox.conformance.realtime import elapsed, rest
from sandbox.conformance.verdicts import CouldNotTest
from sandbox.shipped import folder
from sandbox.spec.requirements import Catalogue, load_catalogue

DOCUMENTS = {"supplier": "supplier", "tenant": "tenant-updates", "gateway": "tenant"}

_GREETED = {"supplier": "/service-availability", "gateway": "/service-availability"}

Event = Mapping[str, Any]


@dataclass
class Setup:
    """One run. `connect` and `inbox` stand in for the network where target and suite share a process.

    `tell` is given every event: a mapping with `event` and what goes with it. `only`: no others than these.
    """

    profile: Profile
    tell: Callable[[Event], None] = lambda _event: None
    seed: int = 1
    only: frozenset[str] = frozenset()
    connect: Callable[[], httpx.Client] | None = None
    inbox: Inbox | None = None
    now: Callable[[], float] = elapsed
    rest: Callable[[float], None] = rest
    catalogue: Catalogue = field(default_factory=load_catalogue)
    endings: list[Callable[[], None]] = field(default_factory=list)

    def client(self) -> httpx.Client:
        """What calls the target."""
        made = over_http(self.profile.auth, self.profile.answer) if self.connect is None else self.connect()
        self.endings.append(made.close)
        return made

    def party(self, document: str | None = None, *, auth: Mapping[str, Any] | None = None) -> Party:
        """The target, as it is called by the operations of a document; as somebody else with another `auth`."""
        client, profile = self.client(), self.profile
        sign_in = SignIn(profile.auth if auth is None else auth, client, profile.answer)
        name = document or DOCUMENTS[profile.suite]
        return Party(name, profile.url, client, sign_in, {}, profile.answer, self.now, self.rest)

    def greet(self, party: Party) -> None:
        """See whether the target can be examined at all. Raises CouldNotTest with the cause."""
        suite, profile = self.profile.suite, self.profile
        if suite != "tenant" and not profile.addresses:
            raise CouldNotTest("the profile names no address that the supplier serves")
        token = party.token()
        headers = {"X-Request-ID": "greeting", "X-Conversation-ID": "greeting"}
        headers |= {} if token is None else {"Authorization": token}
        exchange = party.send("greeting", "GET", party.url + _GREETED.get(suite, ""), [], headers, None)
        if suite in _GREETED and token is not None and exchange.status in (401, 403):
            raise CouldNotTest(f"wrong credentials: {party.url} answers {exchange.status} to ours")

    def ear(self, party: Party) -> Ear | None:
        """Whatever the target's KCIs come in by; None where nothing listens."""
        listen = self.profile.listen
        if self.inbox is not None:
            return self.inbox
        if listen["kind"] == "mailbox":
            return Mailbox(party, listen["url"])
        if listen["kind"] == "endpoint":
            made = Inbox(listen.get("clientId", ""), listen.get("clientSecret", ""), url=listen.get("publicUrl", ""))
            self.endings.append(serve(made, listen.get("host", "127.0.0.1"), listen.get("port", 0)))
            self.tell({"event": "listening", "url": made.url, "clientId": made.client_id})
            return made
        return None

    def close(self) -> None:
        """Let go of everything."""
        while self.endings:
            self.endings.pop()()


def suite_folder(suite: str) -> Path:
    """Where the examiners of a suite lie."""
    return folder("contracts") / "suites" / suite
