"""Fixtures for all tests; and every test shows what the page on coverage says that it shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from tests.docs.coverage_page import check_shown, claims, record
from tests.support import showing
from tests.support.sandboxes import Tenant, in_process, open_sandbox


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-shown", type=Path, help="append what each test shows to this file: make coverage")


def pytest_configure(config: pytest.Config) -> None:
    showing.observe()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    showing.seen.clear()
    yield
    shown = set(showing.seen)
    if (file := item.config.getoption("--record-shown")) is None:
        check_shown(claims(), item.nodeid, shown)
    else:
        record(file, item, shown)


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
