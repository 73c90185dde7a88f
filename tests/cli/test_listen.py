"""`sandbox listen`: every KCI reaches the endpoint, in order, with the bytes and the headers of a push."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from sandbox.app import Sandbox
from sandbox.cli import listen, main
from sandbox.cli.demo import in_process
from sandbox.cli.listen import Listener, NotTaken, body_of
from sandbox.cli.session import Send, Session, Unreachable
from sandbox.world.clock import ManualClock
from tests.support.processes import over_http, served
from tests.support.sandboxes import Tenant
from tests.support.sink import Taken, open_sink

AWKWARD = 'Zoë "Ó Dummy" \\ \u2028 🛠 </script> \x7f'


class Watch(ManualClock):
    """A clock that notes how long it was waited on."""

    def __init__(self) -> None:
        super().__init__(0)
        self.waits: list[int] = []

    def wait(self, condition: threading.Condition, until: int) -> None:
        self.waits.append((until - self.at) // 1000)
        super().wait(condition, until)


def interrupted_when_empty(send: Send) -> Send:
    """Presses Ctrl-C when the mailbox has nothing more."""

    def sends(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
        status, answer = send(method, path, headers, body)
        if path.startswith("/_sandbox/inbox") and orjson.loads(answer).get("items") == []:
            raise KeyboardInterrupt
        return status, answer

    return sends


@pytest.fixture
def run(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command on the sandbox of this process, with Ctrl-C at the end of the mailbox."""

    def open_session(url: str, client_id: str, client_secret: str | None) -> Session:
        return Session(
            interrupted_when_empty(in_process(sandbox.app)), url, client_id, client_secret or "tenant1-secret"
        )

    monkeypatch.setattr(listen, "open_session", open_session)
    monkeypatch.setattr(listen, "SystemClock", Watch)
    return lambda *arguments: CliRunner().invoke(main, ["listen", *arguments])


@pytest.fixture
def told(tenant: Tenant) -> list[Any]:
    """The mailbox after two orders: 10 KCIs, the orders' mixed."""
    for body in (tenant.order_body("CEDAR"), tenant.order_body("CEDAR")):
        body["primaryContact"]["name"] = AWKWARD
        tenant.post("/v1/service-orders", body)
    tenant.drain()
    return tenant.inbox()


def test_the_endpoint_gets_every_kci_as_a_push_would_bring_it(
    run: Callable[..., Result], tenant: Tenant, told: list[Any]
) -> None:
    secret = tenant.call("PUT", "/_sandbox/callback", json={"url": None})[1]["secret"]
    with open_sink() as sink:
        seen = run("--forward", sink.url)
    assert (seen.exit_code, seen.stderr.splitlines()[-1]) == (0, "Go on with --after 10")
    assert [taken.kci for taken in sink.taken] == [item["kci"] for item in told]
    for taken in sink.taken:
        check_signature(taken, secret)
        assert taken.headers["x-conversation-id"] == tenant.conversation
        assert taken.kci["entity"]["primaryContact"]["name"] == AWKWARD


def check_signature(taken: Taken, secret: str) -> None:
    """The bytes that came are the bytes that were signed."""
    at = datetime.fromtimestamp(int(taken.headers["webhook-timestamp"]), UTC)
    signature = Webhook(secret).sign(taken.headers["webhook-id"], at, taken.raw.decode())
    assert taken.headers["webhook-signature"] == signature


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(st.characters(codec="utf-8")),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(st.characters(codec="utf-8")), inside),
)


@given(JSON)
def test_reading_and_writing_json_restores_its_bytes(kci: Any) -> None:
    """Whatever the gateway may have written."""
    written = orjson.dumps(kci)
    assert body_of({"kci": orjson.loads(written)}) == written


def test_a_kci_that_is_not_taken_comes_again_and_nothing_overtakes_it(
    run: Callable[..., Result], told: list[Any]
) -> None:
    answers = iter([204, 500, 302, 404, 204, 503])
    with open_sink(lambda _taken: next(answers, 200)) as sink:
        seen = run("--forward", sink.url)
    cursors = [1, 2, 2, 2, 2, 3, 3, *range(4, 11)]
    assert [taken.kci for taken in sink.taken] == [told[cursor - 1]["kci"] for cursor in cursors]
    assert seen.stderr.splitlines()[1:5] == [
        f"KCI 2 was not taken: {sink.url} answered 500: trying again in 1 s",
        f"KCI 2 was not taken: {sink.url} answered 302: trying again in 2 s",
        f"KCI 2 was not taken: {sink.url} answered 404: trying again in 4 s",
        f"KCI 3 was not taken: {sink.url} answered 503: trying again in 1 s",
    ]
    assert seen.exit_code == 0


def test_once_ends_at_the_first_failure_and_says_where_to_go_on(run: Callable[..., Result], told: list[Any]) -> None:
    answers = iter([204, 204, 500])
    with open_sink(lambda _taken: next(answers)) as sink:
        seen = run("--once", "--forward", sink.url)
    assert (seen.exit_code, len(sink.taken)) == (1, 3)
    assert seen.stderr == f"Error: KCI 3 was not taken: {sink.url} answered 500; go on with --after 2\n"


def test_without_an_endpoint_the_kcis_are_printed(run: Callable[..., Result], told: list[Any]) -> None:
    seen = run("--after", "8")
    assert [line.split("  ")[-1] for line in seen.stdout.splitlines()] == ["COMPLETED (COMPLETED)"] * 2
    assert max(map(len, seen.stdout.splitlines())) <= 80
    whole = run("--after", "8", "--json").stdout.split("\n")[:-1]
    assert [orjson.loads(line) for line in whole] == [item["kci"] for item in told[8:]]


def test_a_wrong_secret_and_a_wrong_cursor_are_one_line_each(run: Callable[..., Result]) -> None:
    secret, cursor = run("--client-secret", "guess"), run("--once", "--after", "yesterday")
    assert (secret.exit_code, cursor.exit_code) == (2, 2)
    assert secret.stderr.endswith("gives tenant1 no token: unknown client_id or wrong client_secret\n")
    assert cursor.stderr.startswith("Error: query parameter after: ")
    assert secret.stderr.count("\n") == cursor.stderr.count("\n") == 1


def test_pauses_grow_up_to_half_a_minute() -> None:
    item = {"cursor": "1", "kci": {}}
    session = Session(lambda *_: (200, orjson.dumps({"items": [item], "access_token": "t"})), "", "", "")
    watch, tries = Watch(), iter([NotTaken("no")] * 4 + [Unreachable("away")] * 3 + [KeyboardInterrupt()])

    def give(_item: Any) -> None:
        raise next(tries)

    with pytest.raises(KeyboardInterrupt):
        Listener(session, give, lambda _line: None, watch).run(once=False)
    assert watch.waits == [1, 2, 4, 8, 16, 30, 30]


def test_a_token_that_expired_is_renewed(sandbox: Sandbox) -> None:
    session = Session(in_process(sandbox.app), "", "tenant1", "tenant1-secret")
    session.sign_in()
    first = session.token
    assert isinstance(sandbox.parts.clock, ManualClock)
    sandbox.parts.clock.at += 3_600_000
    assert session.call("GET", "/_sandbox/inbox")["items"] == []
    assert session.token != first


# The command as it is, but that it hears a Ctrl-C also where the tests run in the background of a shell.
HEARING = """
import signal
from sandbox.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


def test_it_waits_for_what_comes_and_ends_at_ctrl_c(tmp_path: Path) -> None:
    with served(tmp_path) as url:
        command = [sys.executable, "-c", HEARING, "listen", "--url", url]
        listening = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert listening.stderr is not None
        assert listening.stdout is not None
        assert listening.stderr.readline() == f"Waiting for KCIs of tenant1 at {url}. Ctrl-C ends.\n"
        Tenant(over_http(url)).sign_in().place(supplier="CEDAR")
        assert listening.stdout.readline().rstrip().endswith("order 1 #1    UPDATE (SENT_TO_SUPPLIER)")
        listening.send_signal(signal.SIGINT)
        _, said = listening.communicate(timeout=60)
    assert (listening.returncode, said.split("\n")) == (0, ["", "Go on with --after 1", ""])
