"""`sandbox lint`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sandbox.cli import main
from sandbox.shipped import folder


def test_what_is_shipped_has_no_findings() -> None:
    seen = CliRunner().invoke(main, ["lint"])
    assert (seen.exit_code, seen.output) == (0, "Nothing is wrong.\n")


def test_a_finding_has_file_line_and_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (folder("scenarios") / "ORDER_DELAYED.yaml").read_text().replace("kci: RESUMED", "kci: ACKNOWLEDGED")
    line = next(number for number, each in enumerate(text.splitlines(), start=1) if "P2D" in each)
    (tmp_path / "ORDER_DELAYED.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    for asked in ("ORDER_DELAYED.yaml", str(tmp_path)):
        seen = CliRunner().invoke(main, ["lint", asked])
        assert seen.exit_code == 1
        assert seen.stdout.startswith(f"ORDER_DELAYED.yaml:{line}: /order/beats/3/kci: ACKNOWLEDGED cannot come")


def test_a_path_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    seen = CliRunner().invoke(main, ["lint", str(tmp_path / "none.yaml")])
    assert seen.exit_code == 2
    assert "does not exist" in seen.stderr
