"""Fixtures for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from tests.support.sandboxes import Tenant, in_process, open_sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of its own, under a manual clock, with no player: time moves only by the control API."""
    opened = open_sandbox(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def tenant(sandbox: Sandbox) -> Tenant:
    """TENANT1, signed in."""
    return Tenant(in_process(sandbox)).sign_in()
