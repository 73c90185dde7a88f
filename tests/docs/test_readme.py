"""The README's tour does what it says, typed as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.settings import Settings
from sandbox.spec.library import load_library
from tests.architecture.checkout import ROOT
from tests.support.processes import over_http, served
from tests.support.sandboxes import Tenant

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks() -> list[str]:
    """The shell blocks, in order."""
    return BLOCK.findall(README)


def tour(url: str) -> str:
    """All blocks but make's, against this sandbox and with this Python's `sandbox`; the first failure ends them."""
    text = "\n".join(block for block in blocks() if not block.startswith("make "))
    text = text.replace("http://127.0.0.1:8800", url).replace(".venv/bin/sandbox", f"{sys.executable} -m sandbox")
    return "set -eu\n" + re.sub(r"sandbox (listen|advance|snapshot|reset)", rf"sandbox \1 --url {url}", text)


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_tour_ends_with_a_completed_order(tmp_path: Path, shell: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    with served(tmp_path) as url:
        run = [shell, "-c", tour(url)]
        seen = subprocess.run(
            run, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert seen.returncode == 0, seen.stdout + seen.stderr
        tenant = Tenant(over_http(url)).sign_in()
        first, second = tenant.order(1), tenant.order(2)
    assert (first["supplier"], first["status"]) == ("ALDER", "COMPLETED")
    assert (second["supplier"], second["status"]) == ("CEDAR", "COMPLETED")
    assert [update["deliveryStatus"] for update in second["updates"]] == ["DELIVERED"] * 6
    check_printed(seen.stdout)


def check_printed(printed: str) -> None:
    """What a person sees on the way."""
    lines = printed.splitlines()
    assert "(5, 'COMPLETED', 'COMPLETED')" in lines
    held = next(line for line in lines if line.startswith("HELD "))
    assert "'type': 'DELAY', 'code': 'WAYLEAVE_ISSUE'" in held
    assert printed.count("'httpStatus': 204") == 2
    listened = [line for line in lines if line.endswith(" 204")]
    assert len(listened) == 11, printed
    turned = lines.index(next(line for line in lines if line.startswith("DEMO1 went back to held")))
    assert (lines[turned - 1], lines[turned + 2]) == ("COMPLETED", "HELD")
    assert lines[-1].endswith("its clock runs at rate 1.")


def test_make_is_told_the_targets_that_there_are() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = [block.split()[1] for block in blocks() if block.startswith("make ")]
    assert named == ["run", "test"]
    assert set(named) <= set(targets)


@pytest.mark.parametrize(
    "page", ["README.md", "docs/assumptions.md", "docs/scenarios.md", "docs/catalogue.md", "docs/writing.md"]
)
def test_links_lead_to_files_that_are_there(page: str) -> None:
    path = ROOT / page
    targets = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if "://" not in target and not (path.parent / target).exists()] == []


def test_the_settings_that_the_pages_name_are_there() -> None:
    known = {variable for variable, _, _ in Settings().rows()}
    text = README + (ROOT / "docs/assumptions.md").read_text(encoding="utf-8")
    named = set(re.findall(r"SANDBOX_[A-Z_]*[A-Z]", text))
    assert named
    assert named <= known


def test_the_tables_name_what_there_is() -> None:
    """The page on scenarios has all that are shipped, and the README the first suppliers."""
    library, page = load_library(), (ROOT / "docs/scenarios.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:ORDER|LESSON|AMENDMENT|CANCELLATION|SERVICE|UNSOLICITED)_[A-Z_]+)`", page))
    assert named == set(library.scenarios)
    rows = set(re.findall(r"^\| `([A-Z_]+)`", README, re.MULTILINE))
    assert rows >= {"ALDER", "BIRCH", "CEDAR"}
    assert rows <= set(library.scenarios) | set(library.suppliers)
