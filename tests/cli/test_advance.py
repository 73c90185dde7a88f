"""`sandbox advance`: moves the clock, and shows what that brought about."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from sandbox.cli import advance, main
from sandbox.cli.session import Session
from tests.support.processes import free_port, over_http, served
from tests.support.sandboxes import Tenant


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served sandbox, its worlds beginning on a day of the calendar that is known."""
    with served(tmp_path_factory.mktemp("served"), world_start="2027-06-07T09:00:00Z") as served_at:
        yield served_at


def run(url: str, *arguments: str) -> Result:
    """The outcome of `sandbox advance`."""
    return CliRunner().invoke(main, ["advance", "--url", url, *arguments])


def played(seen: Result) -> list[str]:
    """What the table has under About."""
    return re.findall(r"CEDAR ([A-Z]+) *$", seen.stdout, re.MULTILINE)


def test_the_clock_is_moved_and_what_was_played_is_shown(url: str) -> None:
    stopped = run(url, "--rate", "0")
    assert re.fullmatch(r"DEMO1 stands at Mon 07 Jun 2027 09:00:\d\d UTC; its clock runs at rate 0.\n", stopped.stdout)
    Tenant(over_http(url)).sign_in().place(supplier="CEDAR")
    seen = [
        run(url, "PT65S"),
        run(url, "--step"),
        run(url, "--drain"),
        run(url, "P1D"),
        run(url, "--to", "2027-06-09T09:00:00Z"),
    ]
    assert [each.exit_code for each in seen] == [0] * 5, [each.output for each in seen]
    assert [played(each) for each in seen] == [["ACKNOWLEDGED", "COMMITTED"], ["ADDITIONAL"], ["COMPLETED"], [], []]
    assert seen[2].stdout.splitlines()[-1].startswith("1 played. It is Mon 07 Jun 2027 09:02:")
    assert seen[3].stdout.startswith("Nothing was due. It is Tue 08 Jun 2027 09:02:")
    assert seen[4].stdout == "Nothing was due. It is Wed 09 Jun 2027 09:00:00 UTC.\n"
    assert max(len(line) for each in seen for line in each.stdout.splitlines()) <= 80


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("P1Y",), "P1Y is not a duration; allowed: ISO 8601 in weeks"),
        (("--to", "tomorrow"), "tomorrow is not a date and time; allowed: RFC 3339"),
        (("--to", "2020-01-01T00:00:00Z"), "world time only moves forward"),
        (("P1D", "--client-secret", "guess"), "unknown client_id or wrong client_secret"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(url: str, arguments: tuple[str, ...], message: str) -> None:
    seen = run(url, *arguments)
    assert (seen.exit_code, seen.stdout, seen.stderr.count("\n")) == (2, "", 1)
    assert message in seen.stderr


@pytest.mark.parametrize("arguments", [(), ("P1D", "--drain"), ("--rate", "-1"), ("--step", "--to", "now")])
def test_exactly_one_way_to_move_is_to_be_named(url: str, arguments: tuple[str, ...]) -> None:
    seen = run(url, *arguments)
    assert (seen.exit_code, seen.stdout) == (2, "")
    assert seen.stderr.startswith("Usage: ")


@pytest.mark.parametrize("wrong", ["localhost:8800", "ftp://127.0.0.1", "http://", "http://127.0.0.1:x"])
def test_a_url_that_is_none_is_a_usage_error(wrong: str) -> None:
    seen = run(wrong, "P1D")
    assert seen.exit_code == 2
    assert f"{wrong} is not a URL" in seen.stderr


def test_a_sandbox_that_is_not_there_is_one_line_and_exit_code_2() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    seen = run(nowhere, "P1D")
    assert seen.exit_code == 2
    assert seen.stderr == (
        f"Error: no sandbox answers at {nowhere} (connection refused): start one with `sandbox serve`\n"
    )


def test_something_else_at_the_url_is_one_line_and_exit_code_2(url: str, tmp_path: Path) -> None:
    seen = run(f"{url}/docs", "P1D")
    assert (seen.exit_code, seen.stderr.count("\n")) == (2, 1)
    assert "does not answer as a sandbox does (HTTP 405 to POST" in seen.stderr


def test_a_run_that_was_broken_off_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox answers after half a minute of real time, done or not."""
    beat = {"at": "2027-06-07T09:00:30.000Z", "kind": "beat", "order": 1, "supplier": "CEDAR"}
    answers = [
        {"access_token": "token"},
        {"now": beat["at"], "fired": [beat | {"reasonCode": "ACKNOWLEDGED"}], "more": True},
        {"now": beat["at"], "fired": [beat | {"reasonCode": "COMMITTED"}], "more": False},
    ]
    called: list[str] = []

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
        called.append(path)
        return 200, orjson.dumps(answers.pop(0))

    monkeypatch.setattr(advance, "open_session", lambda url, *_: Session(send, url, "tenant1", "secret"))
    seen = run("http://127.0.0.1", "--drain")
    assert played(seen) == ["ACKNOWLEDGED", "COMMITTED"]
    assert called[1:] == ["/_sandbox/clock/drain"] * 2
