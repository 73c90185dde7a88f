"""The store's tests run on SQLite and on PostgreSQL alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.store.store import Store
from sandbox.world.clock import ManualClock
from tests.store.databases import START, add_worlds, open_postgres, open_schema, open_store


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL, one for each process that runs tests."""
    with open_postgres() as url:
        yield url


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """An empty database of its own on PostgreSQL."""
    with open_schema(postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of its own, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def clock() -> ManualClock:
    """Real time, moved by the test."""
    return ManualClock(START)


@pytest.fixture
def store(database_url: str, clock: ManualClock) -> Iterator[Store]:
    """A store with the worlds `earth` and `moon` in it."""
    opened = open_store(database_url, clock)
    add_worlds(opened, "earth", "moon")
    yield opened
    opened.close()
