"""Fixtures for the tests of the commands."""

import pytest


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns, whatever this one is."""
    monkeypatch.setenv("COLUMNS", "80")
