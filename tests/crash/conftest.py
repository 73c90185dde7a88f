"""Sandboxes to be killed, on either database."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.crash.lives import Lives
from tests.store.databases import open_postgres, open_schema
from tests.support.sink import open_sink

# Nobody knows on PostgreSQL that the last player is dead: its leases run out first.
SHORT_LEASES = {"SANDBOX_LEASE": "3000", "SANDBOX_PUSH_TIMEOUT": "1000", "SANDBOX_SUPPLIER_TIMEOUT": "1000"}


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL."""
    with open_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite"])
def lives(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lives]:
    """A sandbox in its first life; on SQLite, or where the test asks for it on PostgreSQL."""
    database: AbstractContextManager[str]
    if request.param == "postgresql":
        database = open_schema(request.getfixturevalue("postgres"))
    else:
        database = nullcontext(f"sqlite:///{tmp_path}/sandbox.db")
    leases = SHORT_LEASES if request.param != "sqlite" else {}
    with database as url, begun(tmp_path, {"SANDBOX_DATABASE_URL": url, **leases}) as lives:
        yield lives


@contextmanager
def begun(folder: Path, settings: dict[str, str]) -> Iterator[Lives]:
    """A sandbox in its first life, until the block ends."""
    with open_sink() as sink:
        lives = Lives(folder, sink, settings)
        try:
            lives.begin()
            yield lives
        finally:
            lives.end()
