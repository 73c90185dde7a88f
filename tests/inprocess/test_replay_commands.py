"""The commands that export a recording, play it, and write it as a test."""

import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from sandbox.cli import main
from tests.inprocess.conversing import converse, recorded
from tests.support.processes import over_http, served
from tests.support.sandboxes import Tenant, in_process, open_sandbox

ROOT = Path(__file__).parents[2]
SUPPORTED = {11, 12, 13}


@pytest.fixture
def file(tenant: Tenant, tmp_path: Path) -> Path:
    """A recording in a file."""
    written = tmp_path / "friday.json"
    written.write_bytes(orjson.dumps(converse(tenant)))
    return written


def run(*arguments: str) -> Result:
    """The outcome of a command."""
    return CliRunner().invoke(main, arguments)


def test_another_process_gives_the_same_bytes(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With another hash seed: KCIs, ids and signatures, and the recording of the replay itself."""
    reports = []
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        report = tmp_path / f"report-{seed}.json"
        command = [sys.executable, "-m", "sandbox", "replay", str(file), "--report", str(report)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.splitlines()[-1].split(":")[0]) == (0, "SAME"), done.stdout + done.stderr
        reports.append(report.read_bytes())
    assert reports[0] == reports[1]
    assert reports[0].count(b"webhook-signature") == 2 * 11  # as they are pushed, and as the mailbox was read


@pytest.mark.prove
def test_another_python_gives_the_same_bytes(file: Path, tmp_path: Path) -> None:
    """With what is locked installed for it: as on another machine that has another supported version."""
    other = other_python()
    if other is None:
        pytest.skip("this machine has no other Python of those that are supported")
    made = tmp_path / "environment"
    subprocess.run([other, "-m", "venv", str(made)], check=True)
    install = [str(made / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")], check=True)
    subprocess.run([*install, "--no-build-isolation", "--no-deps", str(ROOT)], check=True)
    reports: list[bytes] = []
    for python in (sys.executable, str(made / "bin" / "python")):
        report = tmp_path / f"report-{len(reports)}.json"
        command = [python, "-m", "sandbox", "replay", str(file), "--report", str(report)]
        subprocess.run(command, cwd=tmp_path, check=True)
        reports.append(report.read_bytes())
    assert reports[0] == reports[1]


def other_python() -> str | None:
    """Another supported version that this machine has: on the path, or beside this one as pyenv keeps them."""
    for minor in SUPPORTED - {sys.version_info.minor}:
        beside = sorted(Path(sys.base_prefix).parent.glob(f"3.{minor}.*/bin/python3"))
        for found in filter(None, [shutil.which(f"python3.{minor}"), *map(str, beside)]):
            works = [found, "-c", f"import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, {minor}))"]
            if subprocess.run(works, capture_output=True, check=False).returncode == 0:
                return found
    return None


def test_a_deployments_own_stories_are_played_from_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stories").mkdir()
    story = "name: OURS\ntitle: Ours\ndescription: A story of ours.\nextends: ORDER_REJECTED\n"
    (tmp_path / "stories" / "OURS.yaml").write_text(story)
    sandbox = open_sandbox(tmp_path, scenarios=str(tmp_path / "stories"))
    tenant = Tenant(in_process(sandbox)).sign_in()
    tenant.place("OURS", supplier="CEDAR")
    tenant.drain()
    (tmp_path / "ours.json").write_bytes(orjson.dumps(recorded(tenant)))
    sandbox.close()
    assert run("replay", str(tmp_path / "ours.json")).exit_code == 1
    monkeypatch.setenv("SANDBOX_SCENARIOS", str(tmp_path / "stories"))
    assert run("replay", str(tmp_path / "ours.json")).exit_code == 0


def test_a_recording_becomes_a_test(file: Path, tmp_path: Path) -> None:
    """It stands alone, passes, and fails once something else is expected."""
    written = tmp_path / "test_friday.py"
    assert run("replay", str(file), "--as-pytest", str(written)).exit_code == 0
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", str(written)]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    written.write_text(written.read_text().replace('"SENT_TO_SUPPLIER"', '"LOST_ON_THE_WAY"'))
    failed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "LOST_ON_THE_WAY" in failed.stdout


def test_it_is_exported_and_played_at_another_sandbox(tmp_path: Path) -> None:
    """At another time, with other numbers: what it means is the same. The file is exported whole."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with served(tmp_path / "one", world_start="2027-06-07T09:00:00Z") as url:
        tenant = Tenant(over_http(url)).sign_in()
        tenant.call("PUT", "/_sandbox/clock", json={"rate": 0})
        converse(tenant)
        exported = run("recording", str(tmp_path / "friday.json"), "--url", url)
    assert (exported.exit_code, exported.stderr) == (0, "")
    assert [each.name for each in tmp_path.glob("friday*")] == ["friday.json"]
    with served(tmp_path / "two", world_start="2027-06-14T09:00:00Z") as url:
        tenant = Tenant(over_http(url)).sign_in()
        tenant.place(supplier="CEDAR", X_Kci_Delay="0")
        tenant.post("/_sandbox/reset")  # its numbers go on from here
        seen = run("replay", str(tmp_path / "friday.json"), "--target", url)
    assert seen.stdout.splitlines()[-1].startswith("SAME: "), seen.stdout
    assert seen.exit_code == 0


def test_what_is_no_recording_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    for content in (b"no JSON", b"[]", b'{"format": 2}'):
        (tmp_path / "odd.json").write_bytes(content)
        seen = run("replay", str(tmp_path / "odd.json"))
        assert (seen.exit_code, seen.stdout, seen.stderr.count("\n")) == (2, "", 1)
