"""docs/faults.md: its examples do what they say, typed as they stand, and it knows every fault that there is."""

import os
import re
import subprocess
from pathlib import Path

from sandbox.domain.faults import KINDS
from sandbox.domain.wirefaults import DEEDS
from sandbox.spec.library import load_library
from tests.architecture.checkout import ROOT
from tests.support.processes import over_http, served
from tests.support.sandboxes import Tenant

PAGE = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_examples_do_what_they_say(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    with served(tmp_path, supplier_timeout="200") as url:
        typed = "set -eu\n" + "\n".join(BLOCK.findall(PAGE)).replace("http://127.0.0.1:8800", url)
        seen = subprocess.run(
            ["sh", "-c", typed], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert seen.returncode == 0, seen.stdout + seen.stderr
        tenant = Tenant(over_http(url)).sign_in()
        marks = {mark for item in tenant.inbox() for mark in item.get("fault", "").split()}
        ceased = [item for item in tenant.inbox() if item["kci"]["entityType"] == "UNSOLICITED_CEASE_ORDER"]
    lines = seen.stdout.splitlines()
    answer = lines.index("fault-1")
    assert [line.lower().rstrip() for line in lines[answer + 1 : answer + 4]] == [
        "http/1.1 503 service unavailable", "retry-after: 3", "x-sandbox-fault: fault-1",
    ]  # fmt: skip
    assert "[('fault-1', 3, 2, True)]" in seen.stdout or "[('fault-1', 2, 2, True)]" in seen.stdout
    assert "the connection broke" in seen.stdout
    assert "(4, 'IN_PROGRESS', None)\n(3, 'IN_PROGRESS', 'swap')" in seen.stdout
    assert marks == set(KINDS) - {"kci_before_response", "unsolicited_cease"}
    assert ceased


def test_the_page_knows_every_fault() -> None:
    assert re.findall(r"^### `(\w+)`", PAGE, re.MULTILINE) == list(DEEDS)
    assert re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE) == list(KINDS)
    assert re.findall(r"\?disorder=(\w+)\" ", PAGE) == list(KINDS)
    assert all(deed.doc in PAGE for deed in DEEDS.values())
    assert all(kind.doc in PAGE and kind.right in PAGE for kind in KINDS.values())
    lessons = {name for name in load_library().scenarios if name.startswith("LESSON_")}
    assert lessons <= set(re.findall(r"LESSON_\w+", PAGE))
