"""One message, and the clauses that it breaks: `sandbox check kci`."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sandbox.cli import main
from sandbox.conformance.told import violations
from sandbox.spec.documents import load_document

OPERATION = load_document("supplier-updates").data["paths"]["/kcis"]["post"]
EXAMPLES: dict[str, Any] = OPERATION["requestBody"]["content"]["application/json"]["examples"]


def check(folder: Path, text: str) -> Result:
    (folder / "kci.json").write_text(text)
    return CliRunner().invoke(main, ["check", "kci", str(folder / "kci.json")])


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_published_example_keeps_to_the_rules(name: str) -> None:
    assert violations(EXAMPLES[name]["value"]) == []


def test_a_good_message_is_praised(tmp_path: Path) -> None:
    ended = check(tmp_path, json.dumps(EXAMPLES["delay"]["value"]))
    assert ended.exit_code == 0


def test_each_broken_rule_is_named_with_its_clause(tmp_path: Path) -> None:
    kci = deepcopy(EXAMPLES["delay"]["value"])
    del kci["problemCode"]
    kci["issuedOn"] = "2027-06-14T07:30:00"
    ended = check(tmp_path, json.dumps(kci))
    assert ended.exit_code == 1
    assert [line.split()[0] for line in ended.output.splitlines() if line[0] != " "] == ["KCI-003", "KCI-011"]
    assert "Narrative, supplier reason codes, DELAY" in ended.output
    assert "at /problemCode" in ended.output


@pytest.mark.parametrize("value", [None, [], "kci", 1, {}])
def test_what_is_no_message_is_told_so(value: Any) -> None:
    assert violations(value) != []


def test_what_is_no_json_cannot_be_checked(tmp_path: Path) -> None:
    ended = check(tmp_path, "{")
    assert ended.exit_code == 2
    assert "not JSON" in ended.output
