"""The installed package, away from any checkout, finds its data and runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT, committed

pytestmark = pytest.mark.xdist_group("packaging")

SHOW = """
import sys
from pathlib import Path
from sandbox.shipped import folder
top = folder(sys.argv[1])
print(top)
print(*sorted(p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file()), sep="\\n")
"""


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel alone was installed; its dependencies come from the environment of the tests."""
    target = tmp_path_factory.mktemp("site")
    options = [
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-index",
        "--no-compile",
        "--target",
        str(target),
    ]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True, capture_output=True)
    return target


def run(site: Path, elsewhere: Path, *command: str) -> str:
    """Run a command with the installed package in front, in an empty folder; its output."""
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("folder", ["scenarios", "fixtures", "contracts"])
def test_the_installed_package_finds_its_data(site: Path, tmp_path: Path, folder: str) -> None:
    top, *files = run(site, tmp_path, sys.executable, "-c", SHOW, folder).splitlines()
    assert Path(top) == site / "sandbox" / "_data" / folder
    assert files == sorted(path.relative_to(ROOT / folder).as_posix() for path in committed(folder))


def test_the_installed_command_reads_its_scenarios(site: Path, tmp_path: Path) -> None:
    run(site, tmp_path, str(site / "bin" / "sandbox"), "lint")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suite", ["supplier", "tenant", "gateway"])
def test_the_installed_package_runs_the_suites(site: Path, tmp_path: Path, suite: str) -> None:
    """Here against nobody: every requirement says that, and none that a test is missing or broken."""
    profile = {"supplier": "CEDAR", "tenant": "TENANT1", "gateway": "SANDBOX"}[suite]
    command = [str(site / "bin" / "sandbox"), "conform", suite, "--profile", profile, "--json", "report.json"]
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    nobody = ["--sandbox", "http://127.0.0.1:9"]
    done = subprocess.run([*command, *nobody], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 2, done.stderr
    said = json.loads((tmp_path / "report.json").read_text())["requirements"]
    reasons = {each["reason"] for each in said if each["outcome"] == "could not be tested"}
    assert len(reasons) == 1
    assert "cannot be reached" in reasons.pop()
    assert not [each for each in said if each.get("broken")]


def test_the_package_runs_as_a_module(site: Path, tmp_path: Path) -> None:
    assert "serve" in run(site, tmp_path, sys.executable, "-m", "sandbox", "--help")
