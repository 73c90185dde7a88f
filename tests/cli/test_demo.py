"""`sandbox demo`."""

import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from sandbox.cli import demo, main


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_draws_three_stories_to_their_ends(temporary: Path) -> None:
    seen = CliRunner().invoke(main, ["demo"])
    assert seen.exit_code == 0, seen.output
    lines = [line.rstrip() for line in seen.stdout.splitlines()]
    assert "Order 1  ALDER  ORDER_SUCCESSFUL" in lines
    assert "Mon 14 Jun 09:00  ALDER COMPLETED     COMPLETED            5 COMPLETED" in lines
    assert "Tue 08 Jun 15:00  BIRCH REAPPOINTED  IN_PROGRESS          4 REAPPOINTED" in lines
    assert "  committed for Thu 10 Jun 07:00, and then moved to Tue 15 Jun 07:00" in lines
    assert "Mon 07 Jun 09:05  CEDAR ORDER_REJECTED  REJECTED             2 TERMINATED" in lines
    assert lines[-1].startswith("3 orders, 8 days of world time, played in ")
    assert max(len(line) for line in lines) <= 80
    assert list(temporary.iterdir()) == []


def test_an_order_that_ends_otherwise_than_promised_is_told(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "promised", lambda scenario: (["UPDATE"], "HELD"))
    monkeypatch.setattr(demo, "STORIES", (("CEDAR", "ORDER_REJECTED"),))
    seen = CliRunner().invoke(main, ["demo"])
    assert seen.exit_code == 1
    assert seen.stderr == (
        "Error: order 1 (CEDAR, ORDER_REJECTED) ended REJECTED after UPDATE, TERMINATED; "
        "promised was HELD after UPDATE\n"
    )


def test_an_order_that_is_refused_is_told(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "STORIES", (("CEDAR", "ORDER_REAPPOINT"),))
    seen = CliRunner().invoke(main, ["demo"])
    assert seen.exit_code == 1
    assert seen.stderr.startswith(
        "Error: X-Scenario: ORDER_REAPPOINT needs an appointment and CEDAR makes none; allowed: "
    )
    assert seen.stderr.count("\n") == 1
