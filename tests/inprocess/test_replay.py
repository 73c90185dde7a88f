"""A recording, played again: the same to the byte, and what differs is told member by member."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sandbox import app
from sandbox.app import Sandbox
from sandbox.inprocess.comparing import DIFFERENT, FIXED
from sandbox.inprocess.endpoint import Delivery
from sandbox.inprocess.ground import Ground, open_ground
from sandbox.inprocess.replay import replay
from sandbox.shipped import folder
from sandbox.spec.library import read_library
from sandbox.world.clock import SystemClock
from tests.inprocess.conversing import check_same, converse, recorded
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox, sign_up
from tests.support.sink import open_sink


def test_a_conversation_is_played_again(tenant: Tenant) -> None:
    recording = converse(tenant)
    assert [each["operation"] for each in recording["exchanges"]].count("handleCreateOrder") == 2
    assert len(recording["kcis"]) == 11
    assert recording["complete"]
    check_same(recording)


def test_one_after_a_reset_has_its_epoch_and_its_numbers(tenant: Tenant) -> None:
    tenant.place(supplier="CEDAR")
    tenant.drain()
    tenant.post("/_sandbox/reset")
    assert tenant.place(supplier="CEDAR")["id"] == 2
    tenant.drain()
    recording = recorded(tenant)
    assert (recording["world"]["epoch"], recording["beginnings"][0]["counters"]["TENANT1"]["order"]) == (2, 1)
    check_same(recording)


def test_one_that_went_back_has_what_led_to_the_snapshot_and_the_other_turn(tenant: Tenant) -> None:
    """What was undone is no part of it, but for the numbers that it used up."""
    tenant.place("ORDER_IN_PROGRESS")
    tenant.drain()
    tenant.post("/_sandbox/snapshots", {"name": "before"})
    tenant.place(supplier="CEDAR")
    tenant.drain()
    tenant.post("/_sandbox/snapshots/before/restore")
    assert tenant.place(supplier="CEDAR")["id"] == 3
    tenant.drain()
    tenant.inbox()
    recording = recorded(tenant)
    assert {each["epoch"] for each in recording["exchanges"]} == {1, 2}
    assert len(recording["beginnings"]) == 2
    check_same(recording)


def test_a_world_that_lived_by_itself_is_played_in_the_order_in_which_it_did(tmp_path: Path) -> None:
    """Its player was at work between the calls, and its callback failed at times."""
    sandbox = open_sandbox(tmp_path, SystemClock(), world_start="now", players=4)
    sandbox.player.start()
    sandbox.parts.recorder.start()
    failing = iter([500, 503])
    with open_sink(lambda _taken: next(failing, 204)) as sink:
        tenant = Tenant(in_process(sandbox)).sign_in()
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        tenant.call("PUT", "/_sandbox/clock", json={"rate": 20})
        for number, supplier in enumerate(("CEDAR", "ALDER", "CEDAR"), 1):
            tenant.place(supplier=supplier, X_Kci_Delay="1")
            tenant.order(number)
            tenant.order(number)
        sink.wait_for(17)
        tenant.order(1)
        tenant.advance("PT1H")
        recording = recorded(tenant)
    sandbox.player.stop()
    sandbox.close()
    assert [each["httpStatus"] for told in recording["kcis"] for each in told["attempts"]].count(204) == 15
    check_same(recording)


def test_of_calls_under_way_together_the_one_that_acted_first_is_played_first(
    sandbox: Sandbox, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that came first is overtaken before it gets its number, and then looked at by both."""
    other = Tenant(in_process(sandbox)).sign_in()
    bodies = [tenant.order_body("CEDAR") for _ in range(2)]
    write = sandbox.parts.store.write

    def overtaken(*about: Any, **more: Any) -> Any:
        monkeypatch.setattr(sandbox.parts.store, "write", write)
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(place, other, bodies[1]).result()
        return write(*about, **more)

    def place(by: Tenant, body: Json) -> int:
        order: int = by.post("/v1/service-orders", body)["id"]
        assert by.order(order)["address"] == body["address"]
        return order

    monkeypatch.setattr(sandbox.parts.store, "write", overtaken)
    assert place(tenant, bodies[0]) == 2
    tenant.drain()
    recording = recorded(tenant)
    placed = [each["answer"]["id"] for each in recording["exchanges"] if each["operation"] == "handleCreateOrder"]
    assert placed == [1, 2]
    check_same(recording)


def test_of_what_was_played_at_one_moment_it_does_not_count_which_came_first(tenant: Tenant) -> None:
    """What came, and when, does."""
    tenant.call("PUT", "/_sandbox/clock", json={"rate": 0})
    for _ in range(2):
        tenant.place(supplier="CEDAR")
    tenant.drain()
    recording = deepcopy(recorded(tenant))
    (drained,) = [each for each in recording["exchanges"] if each["operation"] == "drainClock"]
    played, told = drained["answer"]["fired"], recording["kcis"]
    assert (played[-1]["at"], told[-1]["kci"]["deliveredOn"]) == (played[-2]["at"], told[-2]["kci"]["deliveredOn"])
    played[-1], played[-2] = played[-2], played[-1]
    told[-1], told[-2] = told[-2], told[-1]
    check_same(recording)
    played[-1]["at"] = played[0]["at"]
    told[-1]["kci"]["deliveredOn"] = told[0]["kci"]["deliveredOn"]
    assert replay(recording).count(DIFFERENT) == 2


@pytest.fixture
def ground() -> Iterator[Ground]:
    with open_ground() as opened:
        yield opened


def test_calls_from_inside_a_callback_are_made_from_inside_it(ground: Ground) -> None:
    """A tenant that answers a KCI with a call: in the replay too, before the callback's answer."""
    with ground.world("INSIDE", gap=30) as world:
        seen: list[str] = []

        def take(delivery: Delivery) -> None:
            kci = delivery.kci
            seen.append(world.tenant.order(kci["entity"]["id"])["status"])
            if kci.get("action"):
                notes = {"orderId": kci["entity"]["id"], "notes": "The gate is open from eight."}
                world.tenant.post("/v1/service-order-amendments", notes)

        world.on_kci(take)
        order = world.tenant.place("ORDER_PENDING", supplier="CEDAR")["id"]
        world.drain()
        assert world.tenant.order(order)["status"] == "COMPLETED"
        check_same(recorded(world.tenant))


def test_stories_of_ones_own_are_played_again(tenant: Tenant) -> None:
    """Those that were brought in the conversation, before it, and taken away within it."""
    yaml = {"Content-Type": "application/yaml"}

    def bring(name: str, base: str = "ORDER_DELAYED") -> None:
        mine = f"name: {name}\ntitle: Mine\ndescription: A story of my own.\nextends: {base}\n"
        assert tenant.call("PUT", f"/_sandbox/scenarios/{name}", headers=yaml, data=mine.encode())[0] == 200

    bring("OLDER")
    quick = b"code: MYFIBRE\ntitle: My Fibre\ndescription: As CEDAR.\nextends: CEDAR\nreferencePrefix: MYF\n"
    assert tenant.call("PUT", "/_sandbox/suppliers/MYFIBRE", headers=yaml, data=quick)[0] == 200
    tenant.post("/_sandbox/reset")
    bring("YOUNGER", "OLDER")
    tenant.call("PUT", "/_sandbox/scenarios/WRONG", headers=yaml, data=b"name: OTHER\n")
    tenant.place("YOUNGER", supplier="CEDAR", X_Problem_Code="WAYLEAVE_ISSUE")
    body = {**tenant.order_body("CEDAR"), "supplier": "MYFIBRE"}
    tenant.post("/v1/service-orders", body)
    tenant.advance("PT1M")
    tenant.call("DELETE", "/_sandbox/scenarios/YOUNGER")
    tenant.call("DELETE", "/_sandbox/scenarios/OLDER")
    tenant.call("DELETE", "/_sandbox/suppliers/MYFIBRE")
    tenant.drain()
    recording = recorded(tenant)
    assert {(each["name"], each["gone"]) for each in recording["files"]} == {
        ("OLDER", True), ("YOUNGER", True), ("MYFIBRE", True)
    }  # fmt: skip
    assert {kci["kci"]["supplier"] for kci in recording["kcis"]} == {"CEDAR", "MYFIBRE"}
    check_same(recording)


def test_disorder_and_a_kci_before_the_answer_come_again(sandbox: Sandbox) -> None:
    """To a callback, in a partner's own world, which keeps to a timetable of its own."""
    with open_sink() as sink:
        tenant = sign_up(in_process(sandbox), suppliers=["CEDAR"])
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        early = "?disorder=kci_before_response"
        for asked in (f"{early}&leg=supplier", early, "?disorder=duplicate", "?disorder=swap"):
            tenant.place(asked, supplier="CEDAR")
            tenant.drain()
        assert tenant.call("PUT", "/_sandbox/timetable", json={"cron": "0 4 * * mon"})[0] == 200
        check_same(recorded(tenant))


def test_faults_strike_again(tenant: Tenant) -> None:
    """Answers that a rule spoilt or broke off are recorded as they were sent."""
    for do in ({"kind": "answer", "status": 503, "retryAfter": 3}, {"kind": "malformed"}, {"kind": "drop"}):
        tenant.post("/_sandbox/faults", {"match": {"call": "GET /service-orders/{id}"}, "next": 1, "do": do})
    order = tenant.place(supplier="CEDAR")["id"]
    assert tenant.call("GET", f"/v1/service-orders/{order}")[0] == 503
    tenant.drain()
    recording = recorded(tenant)
    assert [each["status"] for each in recording["exchanges"] if each["operation"] == "handleGetOrder"] == [503]
    check_same(recording)


def test_no_secret_is_recorded(tenant: Tenant) -> None:
    """Nor a token: what is asked and answered is all there but for that."""
    auth = {"kind": "basic", "username": "gateway", "password": "hush-hush"}
    body = {"url": "http://127.0.0.1:9/kcis", "auth": auth}
    secret = tenant.call("PUT", "/_sandbox/callback", json=body)[1]["secret"]
    supplier = {"code": "OWNFIBRE", "title": "Own", "baseUrl": "http://127.0.0.1:9"}
    made = tenant.post("/_sandbox/suppliers", supplier)
    tenant.call("DELETE", "/_sandbox/suppliers/OWNFIBRE")
    text = json.dumps(recorded(tenant))
    assert all(hidden not in text for hidden in (secret, "hush-hush", made["client"]["secret"], tenant.token))
    assert text.count("(not recorded)") == 3


def test_it_is_bounded_and_says_so(tmp_path: Path) -> None:
    sandbox = open_sandbox(tmp_path, recording_bytes=100_000)
    tenant = Tenant(in_process(sandbox)).sign_in()
    for _ in range(300):
        tenant.get("/_sandbox/clock")
    kept = len(recorded(tenant)["exchanges"])
    tenant.get("/_sandbox/scenarios")
    recording = recorded(tenant)
    assert (recording["complete"], len(recording["exchanges"])) == (False, kept)
    assert 0 < kept < 300
    tenant.post("/_sandbox/reset")
    assert recorded(tenant)["complete"]
    sandbox.close()


def test_in_a_shared_world_nobody_reads_what_others_said(sandbox: Sandbox) -> None:
    third, fourth = (Tenant(in_process(sandbox), f"tenant{n}").sign_in() for n in (3, 4))
    fourth.place(supplier="CEDAR")
    fourth.drain()
    recording = third.get("/_sandbox/recording")
    assert "TENANT4" not in json.dumps(recording)
    assert (recording["kcis"], recording["played"]) == ([], [])


def test_a_changed_scenario_is_different_in_a_member_of_a_kci(
    tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = converse(tenant)
    for name in ("scenarios", "fixtures"):
        shutil.copytree(folder(name), tmp_path / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = tmp_path / "scenarios" / "ORDER_SUCCESSFUL.yaml"
    text = file.read_text(encoding="utf-8")
    told = "The service has its id."
    assert told in text
    file.write_text(text.replace(told, "Here is the id."), encoding="utf-8")
    library = read_library(tmp_path / "scenarios", tmp_path / "fixtures")
    monkeypatch.setattr(app, "load_library", lambda *_: library)
    report = replay(recording)
    assert report.verdict == DIFFERENT
    (different,) = [each for each in report.outcomes if each.what.startswith("KCI") and each.verdict == DIFFERENT]
    assert [str(each) for each in different.differences] == [
        f"/information/text: recorded '{told}', now 'Here is the id.'"
    ]


def test_what_had_failed_and_does_so_no_more_is_fixed(tenant: Tenant) -> None:
    recording = deepcopy(converse(tenant))
    placed = next(each for each in recording["exchanges"] if each["operation"] == "handleCreateOrder")
    fault = {"uuid": "4f9f3f2e-6f3b-4c53-9a36-0d0b5a5a1c00", "code": "GATEWAY_FAULT", "messages": ["It broke."]}
    placed |= {"status": 500, "answer": fault}
    report = replay(recording)
    assert (report.verdict, report.count(FIXED), report.count(DIFFERENT)) == (FIXED, 1, 0)
    assert "/status: recorded 500, now 201" in str(report)
