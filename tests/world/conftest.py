"""A store with two worlds, on a file of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.store.store import Store
from sandbox.world.clock import ManualClock
from tests.store.databases import START, add_worlds, open_store


@pytest.fixture
def clock() -> ManualClock:
    """Real time, moved by the test."""
    return ManualClock(START)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    """The worlds `earth` and `moon`, both frozen: only runs move them."""
    opened = open_store(f"sqlite:///{tmp_path}/worlds.db", clock)
    add_worlds(opened, "earth", "moon", rate=0)
    yield opened
    opened.close()
