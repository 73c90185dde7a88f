"""What is logged can be read by machines, says what it belongs to, and gives nothing away."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from sandbox.cli.logs import formatter
from sandbox.world.clock import ManualClock
from tests.support.processes import served
from tests.support.sandboxes import START, Json, Tenant, in_process, open_sandbox

NAME = "Robin Somebody"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """One that logs every call."""
    sandbox = open_sandbox(tmp_path, ManualClock(START), log_calls=True)
    yield sandbox
    sandbox.close()


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What is logged, as it is written where no terminal is."""
    stream, root = StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(readable=False))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def lines(written: StringIO) -> list[Json]:
    """The lines, each of which is JSON."""
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_names_the_call_and_its_conversation(sandbox: Sandbox, written: StringIO) -> None:
    """Also those of the calls inside this process that belong to it."""
    tenant = Tenant(in_process(sandbox), conversation="conversation-7").sign_in()
    order = tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    tenant.drain()
    told = lines(written)
    (placed,) = [line for line in told if line.get("operation") == "handleCreateOrder" and line["app"] == "gateway"]
    assert placed.pop("milliseconds") >= 0
    assert placed.pop("at").endswith("Z")
    assert placed == {
        "event": "answered",
        "level": "info",
        "logger": "sandbox.call",
        "app": "gateway",
        "method": "POST",
        "rule": "/v1/service-orders",
        "status": 201,
        "operation": "handleCreateOrder",
        "request_id": f"request-{tenant.requests - 1}",
        "conversation_id": "conversation-7",
        "caller": "TENANT1",
    }
    (sent,) = [line for line in told if line.get("operation") == "handleCreateOrder" and line["app"] == "suppliers"]
    assert (sent["conversation_id"], sent["status"]) == ("conversation-7", 202)
    assert order["id"] == 1


def test_what_breaks_is_told_with_its_job_and_without_what_is_in_variables(
    sandbox: Sandbox, written: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = Tenant(in_process(sandbox)).sign_in()
    monkeypatch.setattr(sandbox.parts.courier, "send", lambda _parcel: 1 // 0)
    tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    tenant.drain()
    (broken,) = [line for line in lines(written) if line["level"] == "error"]
    assert {name: broken[name] for name in ("job", "owner", "about", "world")} == {
        "job": "send",
        "owner": "TENANT1",
        "about": "order 1",
        "world": "DEMO1",
    }
    assert "ZeroDivisionError" in broken["exception"]
    assert "locals" not in broken["exception"]
    assert tenant.free_addresses[0]["identifier"]["id"] not in written.getvalue()


def test_what_was_refused_is_told_without_what_was_in_it(sandbox: Sandbox, written: StringIO) -> None:
    """Neither names, nor ids that the guard of personal data has refused, nor tokens."""
    tenant = Tenant(in_process(sandbox), conversation="robin@company.co.uk").sign_in()
    body = {"address": {"id": NAME}, "notes": NAME}
    assert tenant.call("POST", f"/v1/service-orders?{NAME}", json=body)[0] in (400, 422)
    assert lines(written)[-1]["status"] in (400, 422)
    assert NAME not in written.getvalue()
    assert "robin" not in written.getvalue().lower()
    assert tenant.token not in written.getvalue()


def test_where_no_terminal_is_a_process_writes_json_lines(tmp_path: Path) -> None:
    """The server's own words too."""
    with served(tmp_path, log_calls="true"):
        pass
    told = [json.loads(line) for line in (tmp_path / "served.log").read_text().splitlines() if line.startswith("{")]
    assert "answered" in [line["event"] for line in told]
    assert told[-1]["event"] == "stopped: everything claimed was finished or given back"


def test_on_a_terminal_a_line_can_be_read() -> None:
    record = logging.LogRecord("sandbox", logging.INFO, __file__, 1, "stopped after %s", ("a while",), None)
    line = formatter(readable=True).format(record)
    assert "stopped after a while" in line
    assert not line.startswith("{")
