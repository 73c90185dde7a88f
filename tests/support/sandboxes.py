"""A sandbox under a manual clock in this process, and tenants that use it by HTTP calls."""

from pathlib import Path
from typing import Any

from sandbox.app import Sandbox, make_sandbox
from sandbox.inprocess import tenant
from sandbox.inprocess.tenant import Json, Send, Tenant, kind_of
from sandbox.settings import Settings
from sandbox.world.clock import Clock, ManualClock

__all__ = ["Json", "Send", "Tenant", "in_process", "kind_of", "open_sandbox", "sign_up"]

START = 1_800_000_000_000  # 2027-01-15T08:00:00Z, a Friday
DOCUMENTED = Settings(check_responses=True)


def open_sandbox(folder: Path, clock: Clock | None = None, **settings: Any) -> Sandbox:
    """A sandbox on a file in this folder, checking its own answers against the documents. Close it after use.

    Its operator's secret is made like those of the demo clients.
    """
    url = settings.pop("database_url", f"sqlite:///{folder}/sandbox.db")
    known: dict[str, Any] = {
        "check_responses": True,
        "operator_secret": "operator-secret",
        "threads": 8,
        "world_start": "2027-01-15T08:00:00Z",
        **settings,
    }
    return make_sandbox(Settings(database_url=url, **known), clock or ManualClock(START))


def sign_up(send: Send, by: Tenant | None = None, **about: Any) -> Tenant:
    """A tenant of a new partner, or of that of the tenant `by`; signed in."""
    headers = {} if by is None else {"Authorization": f"Bearer {by.token}"}
    status, made = send("POST", "/_sandbox/tenants", headers=headers, json={"title": "A partner's", **about})
    assert status == 201, made
    client = made["client"]
    return Tenant(send, client["id"], secret=client["secret"], code=made["code"]).sign_in()


def in_process(sandbox: Sandbox, address: str = "127.0.0.1") -> Send:
    """Calls a sandbox of this process, from this address."""
    return tenant.in_process(sandbox.app, address)
