"""A sandbox under a manual clock in this process, and tenants that use it by HTTP calls."""

from pathlib import Path
from typing import Any

from sandbox.app import Sandbox, make_sandbox
from sandbox.inprocess import tenant
from sandbox.inprocess.tenant import Json, Send, Tenant, kind_of
from sandbox.settings import Settings
from sandbox.world.clock import Clock, ManualClock

START = 1_800_000_000_000  # 2027-01-15T08:00:00Z, a Friday
DOCUMENTED = Settings(check_responses=True)

__all__ = ["Json", "Send", "Tenant", "in_process", "kind_of", "open_sandbox"]


def open_sandbox(folder: Path, clock: Clock | None = None, **settings: Any) -> Sandbox:
    """A sandbox on a file in this folder, checking its own answers against the documents. Close it after use."""
    url = settings.pop("database_url", f"sqlite:///{folder}/sandbox.db")
    known: dict[str, Any] = {"check_responses": True, "world_start": "2027-01-15T08:00:00Z", "threads": 8, **settings}
    return make_sandbox(Settings(database_url=url, **known), clock or ManualClock(START))


def in_process(sandbox: Sandbox) -> Send:
    """Calls a sandbox of this process."""
    return tenant.in_process(sandbox.app)
