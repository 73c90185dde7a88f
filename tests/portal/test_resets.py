"""What is told about resets: the timetable, the notices, and a header on every answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from sandbox.app import Sandbox
from sandbox.domain.durations import to_ms
from sandbox.world.clock import ManualClock
from tests.support.sandboxes import START, Tenant, in_process, open_sandbox

SUNDAY = "2027-01-17T03:00:00.000Z"
HOUR = 3_600_000
KEPT = {"logs": "UNTIL_RESET", "recordings": "UNTIL_RESET", "idleTenants": "FOREVER"}


@pytest.fixture
def clock() -> ManualClock:
    """Real time, moved by the test."""
    return ManualClock(START)


@pytest.fixture
def weekly(tmp_path: Path, clock: ManualClock) -> Iterator[Sandbox]:
    """A sandbox whose worlds are reset every Sunday night. Its schedule looks when the test says so."""
    opened = open_sandbox(tmp_path, clock, reset="0 3 * * sun")
    yield opened
    opened.close()


def test_every_answer_says_when_the_next_reset_is(weekly: Sandbox, clock: ManualClock) -> None:
    """Successes, refusals and pages alike; once it is past, the one after it."""
    tenant = Tenant(in_process(weekly)).sign_in()
    client = Client(weekly.app)
    signed_in = {"Authorization": f"Bearer {tenant.token}"}
    answers = [
        client.get("/_sandbox/clock", headers=signed_in),
        client.get("/v1/service-orders/1", headers=signed_in),
        client.get("/v1/service-orders/1"),
        client.post("/v1/auth/tenant/access-token"),
        client.get("/suppliers/ALDER/service-availability"),
        client.post("/tenants/TENANT1/kcis"),
        client.get("/v1/nothing"),
        client.get("/openapi/tenant.json"),
    ]
    assert [answer.headers.getlist("Sandbox-Resets-At") for answer in answers] == [[SUNDAY]] * len(answers)
    clock.at = to_ms(SUNDAY)
    assert client.get("/_sandbox/health").headers["Sandbox-Resets-At"] == "2027-01-24T03:00:00.000Z"


def test_without_a_timetable_nothing_is_said(sandbox: Sandbox, tenant: Tenant) -> None:
    """Not even after a reset by hand, but when that was."""
    assert tenant.get("/_sandbox/timetable") == {"world": "DEMO1", "timeZone": "Europe/London", "kept": KEPT}
    assert tenant.get("/_sandbox/notices") == {"items": []}
    tenant.post("/_sandbox/reset")
    last = "2027-01-15T08:00:00.000Z"
    assert tenant.get("/_sandbox/timetable") == {
        "world": "DEMO1",
        "timeZone": "Europe/London",
        "last": last,
        "kept": KEPT,
    }
    assert "Sandbox-Resets-At" not in Client(sandbox.app).get("/_sandbox/health").headers


def test_a_tenant_reads_the_timetable_and_is_warned_within_the_hour(weekly: Sandbox, clock: ManualClock) -> None:
    """Notices are no KCIs: the mailbox stays empty."""
    tenant = Tenant(in_process(weekly)).sign_in()
    weekly.schedule.tick()
    told = {"world": "DEMO1", "timeZone": "Europe/London", "cron": "0 3 * * sun", "next": SUNDAY, "kept": KEPT}
    assert tenant.get("/_sandbox/timetable") == told
    clock.at = to_ms(SUNDAY) - HOUR - 1
    tenant = Tenant(in_process(weekly)).sign_in()
    assert tenant.get("/_sandbox/notices")["items"] == []
    clock.at += 1
    text = (
        "DEMO1 begins anew at this time: take what you want to keep. "
        "GET /_sandbox/recording exports it, PUT /_sandbox/pin puts it off"
    )
    near = {"kind": "RESET_NEAR", "at": SUNDAY, "text": text}
    assert tenant.get("/_sandbox/notices")["items"] == [near]
    clock.at = to_ms(SUNDAY)
    weekly.schedule.tick()
    tenant = Tenant(in_process(weekly)).sign_in()  # tokens last an hour
    assert tenant.get("/_sandbox/timetable") == told | {"next": "2027-01-24T03:00:00.000Z", "last": SUNDAY}
    wiped = {"kind": "WORLD_RESET", "at": SUNDAY, "text": "DEMO1 began anew, in epoch 2: nothing of before is left"}
    assert tenant.get("/_sandbox/notices")["items"] == [wiped]
    assert tenant.inbox() == []


def test_the_client_of_a_stand_alone_world_resets_that_world(sandbox: Sandbox) -> None:
    """And no other."""
    send = in_process(sandbox)
    form = {"grant_type": "client_credentials", "client_id": "gateway", "client_secret": "gateway-secret"}
    token = send("POST", "/v1/auth/supplier/access-token", form=form)[1]["access_token"]
    status, body = send("POST", "/_sandbox/reset", headers={"Authorization": f"Bearer {token}"})
    assert (status, body["world"], body["epoch"]) == (200, "DIRECT", 2)
    assert Tenant(send).sign_in().get("/_sandbox/clock")["epoch"] == 1


def test_nobody_resets_without_a_token_or_as_a_supplier(sandbox: Sandbox, tenant: Tenant) -> None:
    send = in_process(sandbox)
    form = {"grant_type": "client_credentials", "client_id": "alder1", "client_secret": "alder1-secret"}
    token = send("POST", "/v1/auth/supplier/access-token", form=form)[1]["access_token"]
    assert send("POST", "/_sandbox/reset")[0] == 401
    assert send("POST", "/_sandbox/reset", headers={"Authorization": f"Bearer {token}"})[0] == 403
    assert tenant.get("/_sandbox/clock")["epoch"] == 1
