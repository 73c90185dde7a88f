"""One sandbox inside this process, and on it any number of worlds that know nothing of each other.

What is costly (documents, data files, tables) is made once; a world is a few rows, and is taken away whole.
"""

import base64
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.app import Sandbox, make_sandbox
from sandbox.domain.durations import to_ms
from sandbox.domain.worldtime import World
from sandbox.inprocess.endpoint import Endpoint
from sandbox.inprocess.own_world import OwnWorld
from sandbox.inprocess.tenant import Tenant, in_process
from sandbox.settings import Settings
from sandbox.store import accounts, founding
from sandbox.store.accounts import Client
from sandbox.store.accounts import Tenant as TenantRow
from sandbox.store.terms import NO_QUOTAS, TenantTerms
from sandbox.wire.courier import Parcel, Reply
from sandbox.world.clock import ManualClock, SystemClock

START = "2027-06-07T09:00:00Z"  # a Monday with no bank holiday near

# Published on purpose, like all credentials of worlds on a ground: they are the same on every machine, and open nothing
# that outlives the process.
_KEY = "the key of every ground"


@dataclass(frozen=True)
class Ground:
    """The sandbox, its clock, and the endpoints of this process that KCIs are pushed to, by host. See `open_ground`."""

    sandbox: Sandbox
    clock: ManualClock
    endpoints: dict[str, Endpoint]

    @contextmanager
    def world(
        self, name: str, *, seed: str | None = None, start: str = START, gap: int | None = None, real: str | None = None
    ) -> Iterator[OwnWorld]:
        """A new world of this name, with one tenant; everything of it is gone when the block ends.

        The same name, seed and calls give the same bytes, on whatever ground. `start` is where its time begins;
        `gap` seconds lie between KCIs, or a scenario's own days and hours. `real` is the moment of real time that the
        ground stands at: by itself the present one, so that whoever checks a signature's age finds it fresh; where it
        is told, signatures are the same bytes too.
        """
        self.clock.at = SystemClock().now() if real is None else to_ms(real)
        gap_ms = None if gap is None else gap * 1000
        world = World(name, seed or name, 1, to_ms(start), self.clock.at, 0, gap_ms)
        store = self.sandbox.parts.store
        store.transact(partial(founding.found_world, world=world, partner=None))
        try:
            yield OwnWorld(self.sandbox, name, self.endpoints, partial(self._new_tenant, world))
        finally:
            self.sandbox.parts.recorder.flush()
            store.transact(partial(founding.erase_world, name=name))
            for host in [host for host, endpoint in self.endpoints.items() if endpoint.world == name]:
                del self.endpoints[host]

    def _new_tenant(self, world: World, number: int) -> tuple[Tenant, str]:
        """A tenant of the world, signed in, and the secret that signs its KCIs."""
        parts, code = self.sandbox.parts, f"{world.name}_{number}"
        client_id, client_secret = code.lower(), _secret(world, "client", number)
        webhook_secret = "whsec_" + base64.b64encode(_drawn(world, "webhook", number)).decode()
        kept = parts.keys.hash_secret(client_id, client_secret)
        row = TenantRow(code, world.name, tuple(parts.library.suppliers), None, parts.keys.encrypt(webhook_secret))

        real = parts.clock.now()

        def add(connection: Any) -> None:
            founding.found_tenant(connection, row, TenantTerms(code, None, "A test's own", real, real, (), NO_QUOTAS))
            accounts.add_client(connection, Client(client_id, "tenant", code, world.name, kept, 1, code, real))

        parts.store.transact(add)
        tenant = Tenant(in_process(self.sandbox.app), client_id, secret=client_secret, code=code)
        return tenant.sign_in(), webhook_secret


@contextmanager
def open_ground(**settings: Any) -> Iterator[Ground]:
    """A sandbox without worlds, until the block ends. Nothing of it is left behind."""
    with tempfile.TemporaryDirectory(prefix="sandbox-ground-") as folder:
        yield from _opened(Path(folder), settings)


def _opened(folder: Path, settings: Mapping[str, Any]) -> Iterator[Ground]:
    known: dict[str, Any] = {"key": _KEY, "demo_clients": False, "threads": 8, **settings}
    clock = ManualClock(SystemClock().now())
    sandbox = make_sandbox(Settings(database_url=f"sqlite:///{folder}/ground.db", **known), clock)
    endpoints: dict[str, Endpoint] = {}

    def answer(parcel: Parcel) -> Reply | None:
        endpoint = endpoints.get(urlsplit(parcel.url).netloc)
        return None if endpoint is None else endpoint.take(parcel)

    sandbox.parts.courier.instead = answer
    try:
        yield Ground(sandbox, clock, endpoints)
    finally:
        sandbox.close()


def _secret(world: World, purpose: str, number: int) -> str:
    return base64.urlsafe_b64encode(_drawn(world, purpose, number)).decode().rstrip("=")


def _drawn(world: World, purpose: str, number: int) -> bytes:
    return sha256(f"{purpose} secret of tenant {number} of {world.seed}".encode()).digest()
