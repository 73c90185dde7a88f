"""`sandbox reset`, and a served sandbox that keeps to its timetable."""

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import orjson
import pytest
import requests
from click.testing import CliRunner, Result

from sandbox.cli import main, reset
from sandbox.cli.session import Session
from sandbox.domain.durations import to_ms
from tests.support.processes import free_port, over_http, served
from tests.support.sandboxes import Tenant


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served sandbox, its worlds beginning on a day of the calendar that is known."""
    with served(tmp_path_factory.mktemp("served"), world_start="2027-06-07T09:00:00Z") as served_at:
        yield served_at


def run(url: str, *arguments: str) -> Result:
    """The outcome of `sandbox reset`."""
    return CliRunner().invoke(main, ["reset", "--url", url, *arguments])


def test_a_world_is_begun_anew_and_what_that_broke_off_is_told(url: str) -> None:
    tenant = Tenant(over_http(url)).sign_in()
    tenant.call("PUT", "/_sandbox/clock", json={"rate": 0})
    order = tenant.place(supplier="CEDAR")["id"]
    tenant.advance("PT1M")
    seen = run(url)
    assert (seen.exit_code, seen.stderr) == (0, "")
    assert seen.stdout == (
        "DEMO1 began anew, in epoch 2. It is Mon 07 Jun 2027 09:00:00 UTC.\n2 pending KCIs were cancelled.\n"
    )
    assert tenant.call("GET", f"/v1/service-orders/{order}")[0] == 404


def test_wrong_credentials_are_one_line_and_exit_code_2(url: str) -> None:
    seen = run(url, "--client-secret", "guess")
    assert (seen.exit_code, seen.stdout, seen.stderr.count("\n")) == (2, "", 1)
    assert "unknown client_id or wrong client_secret" in seen.stderr


def test_a_sandbox_that_is_not_there_is_one_line_and_exit_code_2() -> None:
    seen = run(f"http://127.0.0.1:{free_port()}")
    assert (seen.exit_code, seen.stdout, seen.stderr.count("\n")) == (2, "", 1)


def test_what_was_on_the_wire_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    push = {
        "at": "2027-06-07T09:00:30.000Z",
        "kind": "push",
        "order": 17,
        "kci": "5d1c8f0a-6c54-8f8e-8a9b-1f7b3a9e0001",
    }
    begun = {"world": "DEMO1", "epoch": 2, "now": "2027-06-07T09:00:00.000Z", "cancelled": 1, "onTheWire": [push]}
    answers = [{"access_token": "token"}, begun]

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
        return 200, orjson.dumps(answers.pop(0))

    monkeypatch.setattr(reset, "open_session", lambda url, *_: Session(send, url, "tenant1", "secret"))
    seen = run("http://127.0.0.1")
    assert seen.exit_code == 0
    assert re.search(r"push +17 +5d1c8f0a", seen.stdout)
    assert max(len(line) for line in seen.stdout.splitlines()) <= 80


def wait_for_worlds(folder: Path, condition: str) -> None:
    """Until all four worlds are as the condition says."""
    with closing(sqlite3.connect(folder / "sandbox.db")) as database:
        count = 0
        for _ in range(500):
            (count,) = database.execute(f"SELECT count(*) FROM worlds WHERE {condition}").fetchone()
            if count == 4:
                return
            time.sleep(0.02)
    raise AssertionError(f"{count} worlds have {condition}")


def test_a_served_sandbox_makes_up_for_a_reset_that_it_missed(tmp_path: Path) -> None:
    """Its schedule runs: a time that passed while it was down is kept to as soon as it is up."""
    with served(tmp_path, reset="0 3 * * sun") as url:
        tenant = Tenant(over_http(url)).sign_in()
        coming = tenant.get("/_sandbox/timetable")["next"]
        assert requests.get(f"{url}/_sandbox/health", timeout=5).headers["Sandbox-Resets-At"] == coming
        wait_for_worlds(tmp_path, f"epoch = 1 AND resets_at = {to_ms(coming)}")
    with closing(sqlite3.connect(tmp_path / "sandbox.db")) as database, database:
        database.execute("UPDATE worlds SET resets_at = 1")
    with served(tmp_path, reset="0 3 * * sun"):
        wait_for_worlds(tmp_path, f"epoch = 2 AND resets_at = {to_ms(coming)}")
    assert "reset DEMO1 by the timetable: it is in epoch 2" in (tmp_path / "served.log").read_text()
