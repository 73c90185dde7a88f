"""A world's own timetable, keeping it past that, what the operator sets, and tenants that stay away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from sandbox.app import Sandbox
from sandbox.domain.durations import to_ms, to_text
from sandbox.world.clock import ManualClock
from sandbox.world.schedule import DAY
from tests.support.sandboxes import START, Json, Tenant, in_process, open_sandbox, sign_up

SECRET = "the-operators-own-secret"
SUNDAY = to_ms("2027-01-17T03:00:00Z")  # the first one after START, a Friday
WEEK = 7 * DAY


@pytest.fixture
def clock() -> ManualClock:
    """Real time, moved by the test."""
    return ManualClock(START)


@pytest.fixture
def weekly(tmp_path: Path, clock: ManualClock) -> Iterator[Sandbox]:
    """Reset every Sunday night, with an operator; tenants that stay away for ninety days are closed."""
    opened = open_sandbox(tmp_path, clock, reset="0 3 * * sun", operator_secret=SECRET, idle_days=90)
    yield opened
    opened.close()


def operator(sandbox: Sandbox) -> Tenant:
    """Who runs it."""
    send = in_process(sandbox)
    form = {"grant_type": "client_credentials", "client_id": "operator", "client_secret": SECRET}
    return Tenant(send, token=send("POST", "/v1/auth/tenant/access-token", form=form)[1]["access_token"])


def keep(sandbox: Sandbox, clock: ManualClock, until: int) -> None:
    """Time goes by, with a look of the schedule now and then."""
    while clock.at < until:
        clock.at = min(until, clock.at + DAY // 4)
        sandbox.schedule.tick()


def test_a_world_is_kept_to_its_own_timetable(weekly: Sandbox, clock: ManualClock) -> None:
    """In its own time zone, told on every answer; others are as before, and null is as everybody's again."""
    own, other = (sign_up(in_process(weekly)) for _ in range(2))
    status, told = own.call("PUT", "/_sandbox/timetable", json={"cron": "30 4 * * *", "timeZone": "Asia/Tokyo"})
    tonight = to_ms("2027-01-15T19:30:00Z")
    assert (status, told["next"], told["timeZone"]) == (200, to_text(tonight), "Asia/Tokyo")
    headers = {"Authorization": f"Bearer {own.token}"}
    assert Client(weekly.app).get("/_sandbox/clock", headers=headers).headers["Sandbox-Resets-At"] == to_text(tonight)
    keep(weekly, clock, tonight - 1)
    assert own.sign_in().get("/_sandbox/clock")["epoch"] == 1
    keep(weekly, clock, tonight)
    assert own.get("/_sandbox/clock")["epoch"] == 2
    assert other.sign_in().get("/_sandbox/clock")["epoch"] == 1
    assert own.get("/_sandbox/timetable")["next"] == to_text(tonight + DAY)
    assert own.call("PUT", "/_sandbox/timetable", json={"cron": None})[1]["next"] == to_text(SUNDAY)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"cron": "every day"}, "/cron='every day': Wrong number of fields"),
        ({"cron": "0 3 * * 0"}, "/cron='0 3 * \\* 0': name the weekdays"),
        ({"cron": "0 3 * * *", "timeZone": "Europe/Atlantis"}, "there is no time zone 'Europe/Atlantis'"),
        ({"cron": "0 3 1 feb *"}, "/cron: a world is reset at least every 31 days"),
        ({"cron": "0 3 1 jan,jul *"}, "/cron: a world is reset at least every 31 days"),
    ],
)
def test_what_is_no_timetable_or_too_rare_a_one_is_refused(weekly: Sandbox, body: Json, told: str) -> None:
    tenant = sign_up(in_process(weekly))
    status, answer = tenant.call("PUT", "/_sandbox/timetable", json=body)
    assert (status, answer["messages"][0].startswith(told.replace("\\", ""))) == (422, True), answer
    assert tenant.get("/_sandbox/timetable")["next"] == to_text(SUNDAY)


def test_a_demo_worlds_timetable_is_the_operators(weekly: Sandbox) -> None:
    tenant, boss = Tenant(in_process(weekly)).sign_in(), operator(weekly)
    assert tenant.call("PUT", "/_sandbox/timetable", json={"cron": "0 3 * * *"})[0] == 403
    status, told = boss.call("PUT", "/_sandbox/worlds/DEMO1/timetable", json={"cron": "0 3 * * *"})
    assert (status, told["next"]) == (200, "2027-01-16T03:00:00.000Z")
    assert tenant.get("/_sandbox/timetable")["next"] == told["next"]
    assert boss.call("PUT", "/_sandbox/worlds/NOWHERE/timetable", json={"cron": None})[0] == 404


def test_a_pinned_world_is_passed_over_and_goes_at_the_next_time_after(weekly: Sandbox, clock: ManualClock) -> None:
    """With what is in it; it is told in the timetable and on every answer."""
    tenant = sign_up(in_process(weekly))
    order = tenant.place("ORDER_ACKNOWLEDGED", supplier="CEDAR")["id"]
    until = SUNDAY + 2 * DAY
    status, told = tenant.call("PUT", "/_sandbox/pin", json={"until": to_text(until)})
    assert (status, told["pinnedUntil"], told["next"]) == (200, to_text(until), to_text(SUNDAY + WEEK))
    keep(weekly, clock, SUNDAY + DAY)
    assert tenant.sign_in().order(order)["id"] == order
    assert Tenant(in_process(weekly)).sign_in().get("/_sandbox/clock")["epoch"] == 2
    keep(weekly, clock, SUNDAY + WEEK)
    tenant.sign_in()
    assert tenant.call("GET", f"/v1/service-orders/{order}")[0] == 404
    assert "pinnedUntil" not in tenant.get("/_sandbox/timetable")


def test_a_world_is_not_pinned_for_ever(weekly: Sandbox, clock: ManualClock) -> None:
    """However often it is asked; null ends it at once; what is past is no date to keep it until."""
    tenant = sign_up(in_process(weekly))
    latest = SUNDAY + 14 * DAY
    for until, status in ((latest, 200), (latest + 1, 422), (START, 422), (START + 1, 200)):
        assert tenant.call("PUT", "/_sandbox/pin", json={"until": to_text(until)})[0] == status, until
    assert tenant.call("PUT", "/_sandbox/pin", json={"until": to_text(latest)})[0] == 200
    keep(weekly, clock, SUNDAY + 10 * DAY)
    tenant.sign_in()
    status, body = tenant.call("PUT", "/_sandbox/pin", json={"until": to_text(latest + DAY)})
    assert (status, to_text(latest) in body["messages"][0]) == (422, True)
    assert tenant.call("PUT", "/_sandbox/pin", json={"until": None})[1]["next"] == to_text(SUNDAY + 2 * WEEK)
    assert tenant.get("/_sandbox/clock")["epoch"] == 1


def test_a_pinned_world_can_be_reset_by_hand(weekly: Sandbox) -> None:
    tenant = sign_up(in_process(weekly))
    assert tenant.call("PUT", "/_sandbox/pin", json={"until": to_text(SUNDAY + DAY)})[0] == 200
    assert tenant.post("/_sandbox/reset")["epoch"] == 2


def test_the_notice_before_says_how_to_keep_what_there_is(weekly: Sandbox, clock: ManualClock) -> None:
    """By an export, or by putting it off: then there is no notice any more."""
    clock.at = SUNDAY - 1_000
    tenant = sign_up(in_process(weekly))
    (notice,) = tenant.get("/_sandbox/notices")["items"]
    assert (notice["kind"], notice["at"]) == ("RESET_NEAR", to_text(SUNDAY))
    assert "GET /_sandbox/recording" in notice["text"]
    assert tenant.get("/_sandbox/recording")["complete"] is True
    assert tenant.call("PUT", "/_sandbox/pin", json={"until": to_text(SUNDAY + DAY)})[0] == 200
    assert tenant.get("/_sandbox/notices")["items"] == []


def test_a_tenant_that_stays_away_is_closed_as_was_published(weekly: Sandbox, clock: ManualClock) -> None:
    """Who signs in now and then stays, and so do the demo tenants."""
    gone, stays = (sign_up(in_process(weekly)) for _ in range(2))
    assert gone.get("/_sandbox/timetable")["kept"] == {
        "logs": "UNTIL_RESET", "recordings": "UNTIL_RESET", "idleTenants": "P90D"
    }  # fmt: skip
    keep(weekly, clock, START + 60 * DAY)
    stays.sign_in()
    keep(weekly, clock, START + 90 * DAY)
    assert {gone.code, stays.code} < {each["code"] for each in operator(weekly).get("/_sandbox/tenants")["items"]}
    keep(weekly, clock, START + 91 * DAY)
    left = {each["code"] for each in operator(weekly).get("/_sandbox/tenants")["items"]}
    assert left == {"TENANT1", "TENANT2", "TENANT3", "TENANT4", stays.code}
    form = {"grant_type": "client_credentials", "client_id": gone.client_id, "client_secret": gone.secret}
    assert gone.send("POST", "/v1/auth/tenant/access-token", form=form)[0] == 400


def test_logs_and_recordings_go_as_was_published_without_a_reset(tmp_path: Path, clock: ManualClock) -> None:
    """What is younger stays, and orders and KCIs do; a recording that lacks its beginning says so, until a reset."""
    sandbox = open_sandbox(tmp_path, clock, keep_days=30)
    tenant = Tenant(in_process(sandbox)).sign_in()
    assert tenant.get("/_sandbox/timetable")["kept"] == {
        "logs": "P30D", "recordings": "P30D", "idleTenants": "FOREVER"
    }  # fmt: skip
    old = tenant.place(supplier="CEDAR")["id"]
    tenant.drain()
    keep(sandbox, clock, START + 20 * DAY)
    young = tenant.sign_in().place(supplier="CEDAR")["id"]
    keep(sandbox, clock, START + 30 * DAY)
    assert tenant.sign_in().get("/_sandbox/recording")["complete"] is True
    assert tenant.get(f"/_sandbox/orders/{old}/timeline")["items"] != []
    keep(sandbox, clock, START + 31 * DAY)
    recording = tenant.sign_in().get("/_sandbox/recording")
    placed = [each["answer"]["id"] for each in recording["exchanges"] if each["operation"] == "handleCreateOrder"]
    assert (recording["complete"], placed) == (False, [young])
    assert tenant.get(f"/_sandbox/orders/{old}/timeline")["items"] == []
    assert tenant.get(f"/_sandbox/orders/{young}/timeline")["items"] != []
    assert tenant.order(old)["status"] == "COMPLETED"
    assert len(tenant.told(old)) == 5
    tenant.post("/_sandbox/reset")
    assert tenant.get("/_sandbox/recording")["complete"] is True
    sandbox.close()


def test_the_operator_sees_and_resets_any_world(weekly: Sandbox) -> None:
    tenant, boss = sign_up(in_process(weekly)), operator(weekly)
    world = tenant.get("/_sandbox/clock")["world"]
    listed = {each["world"]: each for each in boss.get("/_sandbox/worlds")["items"]}
    assert set(listed) == {"DEMO1", "DEMO2", "SHARED", "DIRECT", world}
    assert listed["SHARED"]["tenants"] == ["TENANT3", "TENANT4"]
    assert listed[world] == {"world": world, "epoch": 1, "tenants": [tenant.code], "next": to_text(SUNDAY)}
    assert [each["world"] for each in boss.get("/_sandbox/worlds", {"after": "DIRECT"})["items"]] == ["SHARED", world]
    tenant.place("ORDER_ACKNOWLEDGED", supplier="CEDAR")
    assert boss.post(f"/_sandbox/worlds/{world}/reset")["epoch"] == 2
    assert tenant.get("/_sandbox/clock")["epoch"] == 2
    assert boss.call("POST", "/_sandbox/worlds/NOWHERE/reset")[0] == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/worlds"), ("POST", "/worlds/DEMO1/reset"), ("PUT", "/worlds/DEMO1/timetable")],
)
def test_nobody_else_does_what_the_operator_does(weekly: Sandbox, method: str, path: str) -> None:
    """Not for its own world either."""
    tenant = Tenant(in_process(weekly)).sign_in()
    assert tenant.call(method, f"/_sandbox{path}", json={"cron": None} if method == "PUT" else None)[0] == 403
    assert tenant.get("/_sandbox/clock")["epoch"] == 1
