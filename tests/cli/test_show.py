"""`sandbox show`."""

import json

import pytest
from click.testing import CliRunner, Result

from sandbox.cli import main
from sandbox.settings import Settings
from sandbox.spec.library import load_library


def show(*arguments: str, **environment: str) -> Result:
    """The outcome of `sandbox show`."""
    return CliRunner(env=environment).invoke(main, ["show", *arguments])


def test_settings_are_shown_with_their_values_and_without_their_secrets() -> None:
    seen = show("settings", SANDBOX_PORT="9911", SANDBOX_KEY="hush-hush", SANDBOX_TEST_DATABASE_URL="sqlite://")
    assert seen.exit_code == 0, seen.output
    words = {line.split()[0]: line.split()[1] for line in seen.stdout.splitlines() if line.startswith("SANDBOX_")}
    assert words.keys() == {variable for variable, _, _ in Settings().rows()}
    assert (words["SANDBOX_PORT"], words["SANDBOX_KEY"]) == ("9911", "(set)")
    assert "hush" not in seen.stdout


def test_a_password_in_the_database_url_is_masked() -> None:
    seen = show("settings", "SANDBOX_DATABASE_URL", SANDBOX_DATABASE_URL="postgresql+psycopg://me:p@ss:word@db/x")
    shown = "".join(line[22:50].strip() for line in seen.stdout.splitlines()[2:])
    assert shown == "postgresql+psycopg://me:***@db/x"


def test_an_unknown_setting_is_one_line_and_exit_code_2() -> None:
    seen = show("settings", SANDBOX_PROT="8800")
    assert (seen.exit_code, seen.stderr.count("\n")) == (2, 1)
    assert seen.stderr.startswith("Error: unknown setting SANDBOX_PROT; known are SANDBOX_BODY_LIMIT, ")


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("scenarios", list(load_library().scenarios)),
        ("suppliers", list(load_library().suppliers)),
        ("addresses", [each.address["identifier"]["id"] for each in load_library().premises.premises]),
    ],
)
def test_everything_is_listed_within_80_columns(what: str, names: list[str]) -> None:
    seen = show(what)
    lines = seen.stdout.splitlines()
    assert [line.split()[0] for line in lines[2:] if not line.startswith(" ")] == names
    assert max(map(len, lines)) <= 80


def test_a_scenario_is_shown_with_its_parameters_and_its_score() -> None:
    lines = [line.rstrip() for line in show("scenarios", "ORDER_REAPPOINTED").stdout.splitlines()]
    assert "targetDateOffset  5        1 to 90  The days by which the target date moves." in lines
    assert "order + P1DT6H  REAPPOINTED    REAPPOINTED" in lines
    assert "target + PT2H   COMPLETED      COMPLETED" in lines


def test_a_scenario_says_where_problem_codes_go() -> None:
    assert "REAPPOINT     X-Problem-Code" in show("scenarios", "ORDER_REAPPOINT").stdout
    assert "INFORMATION_REQUIRED  if asked for" in show("scenarios", "ORDER_PENDING").stdout


def test_a_supplier_is_shown_with_its_character() -> None:
    birch, cedar = show("suppliers", "BIRCH").stdout, show("suppliers", "CEDAR").stdout
    assert "at once, with a 201" in birch
    assert "Monday to Saturday" in birch
    assert "none is needed" in cedar


@pytest.mark.parametrize("name", ["999000000021", "A99900000021"])
def test_an_address_is_shown_as_published(name: str) -> None:
    shown = json.loads(show("addresses", name).stdout)
    assert shown["identifier"]["id"] == "999000000021"


@pytest.mark.parametrize("what", ["settings", "scenarios", "suppliers", "addresses"])
def test_an_unknown_name_is_one_line_and_exit_code_2(what: str) -> None:
    seen = show(what, "NOBODY")
    assert (seen.exit_code, seen.stderr.count("\n")) == (2, 1)
    assert seen.stderr.startswith("Error: there is no NOBODY; known: ")
