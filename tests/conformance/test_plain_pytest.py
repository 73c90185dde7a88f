"""The suites by a plain call of pytest, as docs/conformance.md has it, for a partner's own build."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sandbox.shipped import folder
from tests.architecture.checkout import ROOT
from tests.support.processes import free_port, served

SUITES = folder("contracts") / "suites"
COMMAND = re.compile(r"^pytest (-p sandbox\.conformance\.plugin .*?)\n```", re.DOTALL | re.MULTILINE)


def pytest_as_documented(profile: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """The call of the page, for the tenant suite, in an empty folder."""
    page = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    found = COMMAND.search(page)
    assert found
    words = found[1].replace("\\\n", " ").replace("$SUITES", str(SUITES)).replace('"', "").split()
    words = [each.replace("/supplier", "/tenant").replace("my-supplier.yaml", str(profile)) for each in words]
    command = [sys.executable, "-m", "pytest", *words, *more]
    return subprocess.run(command, cwd=profile.parent, capture_output=True, text=True, check=False)


def profile(folder: Path, url: str) -> Path:
    about = {"suite": "tenant", "name": "Ours", "url": url, "offers": [], "lacks": {"NEW_TYPES": "not yet"}}
    path = folder / "profile.yaml"
    path.write_text(yaml.safe_dump(about))
    return path


def test_what_passes_passes_and_what_does_not_apply_is_skipped(tmp_path: Path) -> None:
    with served(tmp_path) as url:
        few = ("--conform-only", "TEN-001,TEN-011,TEN-020")
        ended = pytest_as_documented(profile(tmp_path, f"{url}/tenants/TENANT1/kcis"), *few)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"2 passed, 1 skipped, \d+ deselected", ended.stdout)


@pytest.mark.parametrize("options", [(), ("--conform-profile", "none.yaml")])
def test_a_call_without_a_profile_says_what_is_missing(tmp_path: Path, options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "sandbox.conformance.plugin", *options, str(SUITES / "tenant")]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 4, ended.stdout
    assert ("--conform-profile FILE" if not options else "none.yaml") in ended.stderr


def test_nobody_there_is_no_pass(tmp_path: Path) -> None:
    nobody = profile(tmp_path, f"http://127.0.0.1:{free_port()}/kcis")
    ended = pytest_as_documented(nobody, "--conform-only", "TEN-001")
    assert ended.returncode == 1
    assert "cannot be reached" in ended.stdout
