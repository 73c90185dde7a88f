"""`schemathesis run` on each served document: no failure, and nothing of ours broken."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from schemathesis.config import ChecksConfig
from werkzeug.routing import Map, Rule

from sandbox.spec.documents import NAMES, load_document
from sandbox.world.clock import SystemClock
from tests.outside.busy import busy_tenant
from tests.support.processes import over_http, served
from tests.support.sandboxes import open_sandbox
from tests.wire import story
from tests.wire.asking import CLIENTS, PREFIXES

CONFIG = Path(__file__).parents[2] / "contracts" / "schemathesis.toml"
SEED = "20270607"
SHORT = {
    "tenant": 40,
    "supplier": 25,
    "control": 25,
    "authentication": 20,
    "tenant-updates": 15,
    "supplier-updates": 15,
}
# A KCI of a supplier has so many forms that going through them (`coverage`) takes minutes: the long run does it.
NOT_ALL_PHASES = {"supplier-updates": ("--phases", "examples,fuzzing,stateful")}
LONG = 100
WALKS = ("--phases", "stateful", "--max-time", "120")  # seconds
LINKED = ("tenant", "supplier", "control")


@dataclass(frozen=True)
class Run:
    """What came of a run: exit code, what was printed, and how often each operation answered with each status."""

    code: int
    printed: str
    statuses: Counter[tuple[str, int]]

    @property
    def links(self) -> tuple[int, int]:
        """(covered, selected)."""
        found = re.search(r"API Links:\s+(\d+) covered / (\d+) selected", self.printed)
        return (int(found[1]), int(found[2])) if found else (0, 0)


def run(name: str, examples: int, folder: Path, *options: str, waiters: int = 0) -> Run:
    """One run of the command line with the shipped configuration, in the world of the documents' examples.

    Without `waiters` nobody may poll for long, which holds a run up for half a minute each time.
    """
    folder.mkdir()
    prepared = open_sandbox(folder, SystemClock(), world_start=story.BEGINS)
    story.tell(prepared)
    prepared.close()
    # Pushes to addresses that schemathesis made up are not waited for.
    waits = str(waiters)
    with served(folder, check_responses="true", inbox_waiters=waits, push_timeout="50", run_limit="500") as url:
        headers = ["--header", f"Authorization: Bearer {token(url, CLIENTS[name])}"] if name in CLIENTS else []
        command = [
            str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG),
            "run", f"{url}/openapi/{name}.json", *headers, "--request-timeout", "40",
            "--max-examples", str(examples), "--seed", SEED, "--no-color", *options,
            "--report", "har", "--report-har-path", str(folder / "exchanges.har"),
        ]  # fmt: skip
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "known_values", "PYTHONPATH": str(Path(__file__).parent)}
        with busy_tenant(url):
            ended = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                check=False,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
    return Run(ended.returncode, ended.stdout, statuses(name, folder / "exchanges.har"))


def token(url: str, client_id: str) -> str:
    kind = "tenant" if client_id.startswith("tenant") else "supplier"
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": f"{client_id}-secret"}
    status, body = over_http(url)("POST", f"/v1/auth/{kind}/access-token", form=form)
    assert status == 200, body
    return str(body["access_token"])


def statuses(name: str, archive: Path) -> Counter[tuple[str, int]]:
    """How often each operation answered with each status."""
    rules = Map(
        [
            Rule(
                (PREFIXES[name] + each.path).replace("{", "<").replace("}", ">"),
                methods=[each.method],
                endpoint=each.id,
            )
            for each in load_document(name).operations.values()
        ]
    ).bind("")
    counted: Counter[tuple[str, int]] = Counter()
    for entry in json.loads(archive.read_text())["log"]["entries"]:
        path = "/" + entry["request"]["url"].partition("//")[2].partition("/")[2].partition("?")[0]
        if rules.test(path, entry["request"]["method"]):
            counted[rules.match(path, entry["request"]["method"])[0], entry["response"]["status"]] += 1
    return counted


def expect_a_clean_run(ended: Run) -> None:
    assert ended.code == 0, ended.printed
    assert [each for each in ended.statuses if each[1] >= 500] == []


@pytest.mark.parametrize("name", NAMES)
def test_schemathesis_finds_nothing(name: str, tmp_path: Path) -> None:
    """The short form. Which operations succeed, and which links are followed, is left to chance here."""
    ended = run(name, SHORT[name], tmp_path / "whole", *NOT_ALL_PHASES.get(name, ()))
    expect_a_clean_run(ended)
    assert any(status < 300 for _, status in ended.statuses), ended.printed


@pytest.mark.prove
@pytest.mark.parametrize("name", NAMES)
def test_schemathesis_finds_nothing_in_a_long_run(name: str, tmp_path: Path) -> None:
    expect_a_clean_run(run(name, LONG, tmp_path / "whole", waiters=4))


@pytest.mark.prove
@pytest.mark.parametrize("name", LINKED)
def test_schemathesis_finds_nothing_on_long_walks(name: str, tmp_path: Path) -> None:
    """Thousands of steps along the links. Which it takes is left to chance: it needs a request that succeeds."""
    ended = run(name, LONG, tmp_path / "walks", *WALKS)
    expect_a_clean_run(ended)
    assert ended.links[0] > 0, ended.printed


def test_the_shipped_configuration_adds_three_statuses_and_changes_nothing_else() -> None:
    shipped = tomllib.loads(CONFIG.read_text())
    assert set(shipped) == {"checks"}
    assert set(shipped["checks"]) == {"positive_data_acceptance"}
    assert set(shipped["checks"]["positive_data_acceptance"]) == {"expected-statuses"}
    given = shipped["checks"]["positive_data_acceptance"]["expected-statuses"]
    assert set(given) == {*ChecksConfig().positive_data_acceptance.expected_statuses, "400", "410", "422"}
