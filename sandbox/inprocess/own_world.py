"""A world of a test's own: its tenant, its clock, what is pushed where, and the way back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sandbox.app import Sandbox
from sandbox.domain.reach import origin_of
from sandbox.inprocess.endpoint import Endpoint, Handler, of_app
from sandbox.inprocess.tenant import Json, Tenant
from sandbox.store import accounts
from sandbox.wire.courier import WSGIApp


@dataclass(repr=False)
class OwnWorld:
    """What the fixture `sandbox` is. Nothing happens in it by itself: time passes by `advance`, `step` and `drain`."""

    sandbox: Sandbox
    name: str
    endpoints: dict[str, Endpoint]
    make_tenant: Callable[[int], tuple[Tenant, str]]
    tenants: list[Tenant] = field(default_factory=list)
    webhook_secrets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.new_tenant()

    def __repr__(self) -> str:
        return f"<world {self.name}>"

    # ---- who uses it -------------------------------------------------------------------------------------------------

    @property
    def app(self) -> WSGIApp:
        """The whole sandbox as a WSGI application, for the client that is to be tested."""
        return self.sandbox.app

    @property
    def tenant(self) -> Tenant:
        """The first tenant of the world, signed in; `client_id` and `secret` are its credentials."""
        return self.tenants[0]

    @property
    def webhook_secret(self) -> str:
        """What the first tenant's KCIs are signed with: whsec_…"""
        return self.webhook_secrets[0]

    def new_tenant(self) -> Tenant:
        """One more tenant of the same world, for races and take-overs."""
        tenant, secret = self.make_tenant(len(self.tenants) + 1)
        self.tenants.append(tenant)
        self.webhook_secrets.append(secret)
        return tenant

    # ---- where KCIs go -----------------------------------------------------------------------------------------------

    def on_kci(self, handler: Handler, url: str = "") -> None:
        """Push the first tenant's KCIs to a function. It gets a Delivery, and gives the HTTP status, or None for 204.

        What it raises is answered with 500, and raised again by the call that moved the clock.
        """
        url = url or f"http://{self.name.lower()}.test/kcis"
        self.endpoints[urlsplit(url).netloc] = Endpoint(self.name, handler)
        parts, code = self.sandbox.parts, self.tenant.code
        secret = parts.keys.encrypt(self.webhook_secret)

        def keep(connection: Any) -> None:
            accounts.set_callback(connection, code, url, secret)
            accounts.set_proved(connection, code, origin_of(url))  # a test's own endpoint need not be asked

        parts.store.transact(keep)

    def connect(self, app: WSGIApp, url: str = "http://tenant.test/kcis") -> None:
        """Push the first tenant's KCIs to a WSGI application, at this URL of its own. No connection is opened."""
        self.on_kci(of_app(app, url), url)

    # ---- time --------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> str:
        """The world's time: 2027-06-07T09:00:00.000Z."""
        now: str = self.tenant.get("/_sandbox/clock")["now"]
        return now

    def advance(self, by: str) -> list[Json]:
        """Jump by a duration (P1D, PT30S), and give what was played on the way."""
        return self._run("advance", {"by": by})

    def advance_to(self, moment: str) -> list[Json]:
        """Jump to a moment, and give what was played on the way."""
        return self._run("advance", {"to": moment})

    def step(self) -> list[Json]:
        """Jump to the one thing that is due next, and play it."""
        return self._run("step", None)

    def drain(self) -> list[Json]:
        """Play until nothing is due, and give what was played."""
        return self._run("drain", None)

    def _run(self, how: str, body: Any) -> list[Json]:
        played: list[Json] = []
        more = True
        while more:
            run = self.tenant.post(f"/_sandbox/clock/{how}", body)
            played += run["fired"]
            more = run["more"] and how != "step"
            self._raise_failures()
        return played

    def _raise_failures(self) -> None:
        """What an endpoint's handler raised meanwhile."""
        for endpoint in self.endpoints.values():
            if endpoint.world == self.name and endpoint.failures:
                failures = list(endpoint.failures)
                endpoint.failures.clear()
                raise failures[0]

    # ---- and back ----------------------------------------------------------------------------------------------------

    def snapshot(self, name: str) -> None:
        """Keep the world as it is under this name."""
        self.tenant.post("/_sandbox/snapshots", {"name": name})

    def restore(self, name: str) -> None:
        """Go back to a snapshot, and take the other turn."""
        self.tenant.post(f"/_sandbox/snapshots/{name}/restore")
