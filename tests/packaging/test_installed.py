"""The installed package, away from any checkout, finds its data and runs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT, committed
from tests.support.processes import free_port, stop, wait_until_ready

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


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment with the wheel, what it asks for itself in the versions of the lock, and
    nothing else.
    """
    place = tmp_path_factory.mktemp("alone")
    locked = re.findall(r"^(\S+==[^\s;\\]+)", (ROOT / "requirements" / "dev.txt").read_text(), re.MULTILINE)
    (place / "versions.txt").write_text("\n".join(locked))
    subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True, capture_output=True)
    install = [str(place / "venv" / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    wanted = ["-c", str(place / "versions.txt"), f"{wheel}[contracts]"]
    done = subprocess.run([*install, *wanted], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return place / "venv" / "bin"


@pytest.mark.prove
def test_an_empty_environment_runs_all_three_suites_to_a_pass(alone: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SANDBOX"))}
    port = free_port()
    given = environment | {"SANDBOX_PORT": str(port), "SANDBOX_DATABASE_URL": f"sqlite:///{tmp_path}/sandbox.db"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    server = subprocess.Popen([str(alone / "sandbox"), "serve"], cwd=tmp_path, env=given, **quiet)  # type: ignore[call-overload]
    try:
        url = wait_until_ready(server, port)
        for suite, profile in (("supplier", "CEDAR"), ("tenant", "TENANT1"), ("gateway", "SANDBOX")):
            command = [str(alone / "sandbox"), "conform", suite, "--profile", profile, "--sandbox", url]
            done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
    finally:
        stop(server)


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
