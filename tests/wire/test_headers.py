"""What every answer and all that goes out says: that this is a sandbox, and how carefully to take it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from sandbox.app import Sandbox
from sandbox.domain.durations import to_text
from tests.support.sandboxes import START, Tenant, in_process, open_sandbox, sign_up
from tests.support.sink import open_sink

DAY = 86_400_000


@pytest.fixture
def daily(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox whose worlds are reset every night at three."""
    opened = open_sandbox(tmp_path, reset="0 3 * * *")
    yield opened
    opened.close()


def answers(sandbox: Sandbox) -> list[TestResponse]:
    """Successes and refusals of every door, of pages, and of what nobody serves."""
    client, tenant = Client(sandbox.app), Tenant(in_process(sandbox)).sign_in()
    signed_in = {"Authorization": f"Bearer {tenant.token}"}
    return [
        client.get("/_sandbox/clock", headers=signed_in),
        client.get("/_sandbox/health"),
        client.get("/_sandbox/tenants"),
        client.get("/_sandbox/metrics"),
        client.post("/_sandbox/tenants", json={"title": "x"}),
        client.get("/v1/service-orders/1", headers=signed_in),
        client.post("/v1/auth/tenant/access-token"),
        client.post("/v1/kcis", headers=signed_in),
        client.get("/suppliers/ALDER/service-availability"),
        client.post("/tenants/TENANT1/kcis"),
        client.get("/nothing/here"),
        client.get("/openapi/tenant.json"),
        client.get("/docs/"),
        client.get("/"),
    ]


def test_every_answer_says_that_it_is_a_sandboxs(sandbox: Sandbox) -> None:
    assert {answer.headers["Sandbox"] for answer in answers(sandbox)} == {"true"}


def test_every_answer_is_to_be_taken_carefully(sandbox: Sandbox) -> None:
    """Not guessed at, not framed, and what is no page runs nothing and is not kept."""
    for answer in answers(sandbox):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert len(answer.headers.getlist("Content-Security-Policy")) == 1
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        if answer.request.path.startswith(("/v1", "/_sandbox", "/suppliers", "/tenants")):
            assert answer.headers.getlist("Cache-Control") == ["no-store"]
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Strict-Transport-Security" not in Client(sandbox.app).get("/").headers
    assert "Strict-Transport-Security" in Client(sandbox.app).get("/", base_url="https://sandbox.example").headers


def test_a_page_runs_no_script_but_its_own(sandbox: Sandbox) -> None:
    """Everything that a page has inside it is named by its hash; nothing may be written in."""
    here, elsewhere = (
        Client(sandbox.app).get("/docs/", base_url=url) for url in ("http://a.example", "http://b.example")
    )
    assert here.text == elsewhere.text
    policy = here.headers["Content-Security-Policy"]
    allowed = re.search("script-src ([^;]*)", policy)
    assert allowed is not None
    assert re.fullmatch(r"'self' 'sha256-[\w+/]{43}='", allowed[1])


def test_each_world_says_its_own_next_reset(daily: Sandbox) -> None:
    """Whoever is not known is told the deployment's."""
    client, tenant = Client(daily.app), sign_up(in_process(daily))
    tonight = to_text(START + DAY - 5 * 3_600_000)
    signed_in = {"Authorization": f"Bearer {tenant.token}"}
    for path in ("/_sandbox/clock", "/v1/service-orders/1", "/v1/nothing", "/"):
        assert client.get(path, headers=signed_in).headers["Sandbox-Resets-At"] == tonight


def test_a_kci_says_it_where_it_is_pushed_and_in_the_mailbox_and_not_in_its_body(tenant: Tenant) -> None:
    with open_sink() as sink:
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        tenant.place(supplier="CEDAR")
        tenant.drain()
        pushed = list(sink.taken)
    assert [taken.headers["sandbox"] for taken in pushed] == ["true"] * 5
    items = tenant.inbox()
    assert [item["headers"]["Sandbox"] for item in items] == ["true"] * 5
    assert not any("sandbox" in str(item["kci"]).lower() for item in items)
