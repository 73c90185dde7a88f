"""`schemathesis run`, whole, on each served document: no failure, nothing of ours broken, and every link followed."""

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
LONG = {**dict.fromkeys(NAMES, 500), "control": 50}  # many a long poll among them

# Succeeds only in a state of the world that a made-up request cannot bring about, or by somebody who is no demo tenant.
NEVER_BY_CHANCE = {"resendKci"}
# Refused to a demo tenant, whose token a run has: it is everybody's, and no operator.
NOT_FOR_DEMO = {
    "createTenant", "changeTenant", "closeTenant", "createCredentials", "rotateCredentials", "revokeCredentials",
    "setTimetable", "listWorlds", "resetAnyWorld", "setWorldTimetable",
}  # fmt: skip


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


def unreached(name: str, ended: Run) -> set[str]:
    """What the run did not come to: operations that never succeeded, and links that nobody followed."""
    succeeded = {operation for operation, status in ended.statuses if status < 300}
    operations = set(load_document(name).operations) - succeeded - NEVER_BY_CHANCE - NOT_FOR_DEMO
    covered, selected = ended.links
    return operations if covered >= selected - from_refused(name) else operations | {"a link"}


def from_refused(name: str) -> int:
    """How many links of a document begin at, or lead to, what a demo tenant is refused."""
    operations = [each for item in load_document(name).data["paths"].values() for each in item.values()]
    links = [
        (each["operationId"], link["operationId"])
        for each in operations
        if isinstance(each, dict)
        for answer in each["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    return sum(bool(NOT_FOR_DEMO & set(ends)) for ends in links)


@pytest.mark.parametrize("name", NAMES)
def test_schemathesis_finds_nothing(name: str, tmp_path: Path) -> None:
    """The short form. Which operations succeed, and which links are followed, is left to chance here."""
    ended = run(name, SHORT[name], tmp_path / "whole", *NOT_ALL_PHASES.get(name, ()))
    expect_a_clean_run(ended)
    assert any(status < 300 for _, status in ended.statuses), ended.printed


@pytest.mark.prove
@pytest.mark.parametrize("name", NAMES)
def test_schemathesis_finds_nothing_in_a_long_run(name: str, tmp_path: Path) -> None:
    """Every operation has succeeded and every link was followed."""
    ended = run(name, LONG[name], tmp_path / "whole", waiters=4)
    expect_a_clean_run(ended)
    assert unreached(name, ended) == set(), ended.printed


def test_the_shipped_configuration_adds_three_statuses_and_changes_nothing_else() -> None:
    shipped = tomllib.loads(CONFIG.read_text())
    assert set(shipped) == {"checks"}
    assert set(shipped["checks"]) == {"positive_data_acceptance"}
    assert set(shipped["checks"]["positive_data_acceptance"]) == {"expected-statuses"}
    given = shipped["checks"]["positive_data_acceptance"]["expected-statuses"]
    assert set(given) == {*ChecksConfig().positive_data_acceptance.expected_statuses, "400", "410", "422"}
