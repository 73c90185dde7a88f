"""`sandbox conform` as a command: what it writes, prints and ends with."""

import json
from pathlib import Path
from xml.dom import minidom

import jsonschema
import pytest
from click.testing import CliRunner, Result

from sandbox.cli import main
from sandbox.conformance.report import difference
from sandbox.spec.schemas import schema_of
from tests.support.processes import free_port, served

pytestmark = pytest.mark.xdist_group("broken")

FEW = ("SUP-001", "SUP-005", "SUP-010", "KCI-071")


def conform(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["conform", *arguments])


def test_a_fake_passes_and_every_report_says_so(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("report.json", "report.html", "report.xml", "badge.svg")}
    with served(tmp_path) as url:
        options = [word for each in FEW for word in ("--only", each)]
        options += ["--json", str(files["report.json"]), "--html", str(files["report.html"])]
        options += ["--junit", str(files["report.xml"]), "--badge", str(files["badge.svg"])]
        ended = conform("supplier", "--profile", "CEDAR", "--sandbox", url, *options)
    assert ended.exit_code == 0, ended.output
    report = json.loads(files["report.json"].read_text())
    jsonschema.validate(report, schema_of("report"))
    outcomes = {each["id"]: each["outcome"] for each in report["requirements"]}
    assert outcomes == dict.fromkeys(FEW, "passed") | {"KCI-071": "not observed"}
    assert report["standing"] == "SELF-RUN"
    assert "gateway-secret" not in "".join(each.read_text() for each in files.values())
    (suite,) = minidom.parse(str(files["report.xml"])).getElementsByTagName("testsuite")
    assert (suite.getAttribute("tests"), suite.getAttribute("skipped")) == ("4", "1")
    assert "passed 3/3 self-run" in files["badge.svg"].read_text()
    assert "SUP-005" in files["report.html"].read_text()
    changed = json.loads(json.dumps(report))
    changed["requirements"][0]["outcome"] = "failed"
    assert difference(changed, report) == [{"id": "SUP-001", "before": "passed", "now": "failed"}]


def test_nobody_there_ends_with_two() -> None:
    sandbox = f"http://127.0.0.1:{free_port()}"
    ended = conform("supplier", "--profile", "CEDAR", "--sandbox", sandbox, "--only", "SUP-001")
    assert ended.exit_code == 2
    assert "cannot be reached" in " ".join(ended.output.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["supplier"], "--url or a profile"),
        (["supplier", "--profile", "NOBODY"], "one of ALDER, BIRCH, CEDAR, SANDBOX, TENANT1"),
        (["tenant", "--profile", "ALDER"], "is for the suite supplier"),
        (["supplier", "--profile", "ALDER", "--only", "SUP-999"], "no requirement of this suite: SUP-999"),
        (["supplier", "--url", "http://x.example", "--client-id", "me"], "--token-url and --client-secret"),
    ],
)
def test_what_cannot_be_run_says_why(arguments: list[str], words: str) -> None:
    ended = conform(*arguments)
    assert ended.exit_code == 2
    assert words in ended.output


def test_the_time_limit_holds(tmp_path: Path) -> None:
    with served(tmp_path) as url:
        ended = conform("supplier", "--profile", "CEDAR", "--sandbox", url, "--limit", "0.1")
    assert ended.exit_code == 2
    assert "the time limit of 0.1 s was over" in " ".join(ended.output.split())
