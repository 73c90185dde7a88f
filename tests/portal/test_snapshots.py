"""Going back to before the exception, and taking the other turn."""

from pathlib import Path

import pytest

from sandbox.app import Sandbox
from sandbox.world.clock import ManualClock
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox
from tests.support.sink import open_sink


def keep(tenant: Tenant, name: str = "before") -> Json:
    """A snapshot of the tenant's world."""
    return tenant.post("/_sandbox/snapshots", {"name": name})


def go_back(tenant: Tenant, name: str = "before") -> Json:
    """The world as it was."""
    return tenant.post(f"/_sandbox/snapshots/{name}/restore")


def refusal(tenant: Tenant, method: str, path: str, body: Json = None) -> tuple[int, list[str]]:
    """(status, messages) of a call that is refused."""
    status, answer = tenant.call(method, path, json=body)
    return status, answer["messages"]


def test_an_order_fails_and_takes_the_other_turn(tenant: Tenant) -> None:
    """Its supplier cancels it; back before that, the same order is completed instead."""
    order = tenant.place("ORDER_IN_PROGRESS")["id"]
    tenant.drain()
    begun = tenant.told(order)
    keep(tenant)
    speak = {"orderId": order, "reasonCode": "CANCELLED", "problemCode": "NETWORK_ISSUE"}
    tenant.post("/_sandbox/suppliers/ALDER/events", speak)
    tenant.drain()
    assert tenant.order(order)["status"] == "CANCELLED"
    ((*_, failed),) = [tenant.inbox()]
    done = go_back(tenant)
    assert (done["world"], done["epoch"], done["cancelled"]) == ("DEMO1", 2, 0)
    assert tenant.order(order)["status"] == "IN_PROGRESS"
    assert tenant.told(order) == begun
    tenant.post("/_sandbox/suppliers/ALDER/events", {"orderId": order, "reasonCode": "COMPLETED"})
    tenant.drain()
    assert tenant.order(order)["status"] == "COMPLETED"
    ((*_, completed),) = [tenant.inbox()]
    assert tenant.told(order) == [*begun, ("COMPLETED", "COMPLETED")]
    assert completed["kci"]["sequenceNumber"] == failed["kci"]["sequenceNumber"]
    assert completed["kci"]["id"] != failed["kci"]["id"]  # nobody takes it for the one that is undone


def test_what_was_waiting_comes_again_at_its_own_time(tenant: Tenant) -> None:
    """KCIs handed over before keep their bytes; those to come say the same as they did, at the same times."""
    tenant.call("PUT", "/_sandbox/clock", json={"rate": 0})
    order = tenant.place("ORDER_DELAYED")["id"]
    tenant.advance("PT70S")
    at = keep(tenant)["at"]
    before = tenant.inbox()
    tenant.drain()
    first = tenant.inbox()
    done = go_back(tenant)
    assert done["now"] == at == tenant.get("/_sandbox/clock")["now"]
    assert tenant.get("/_sandbox/clock")["rate"] == 0
    kcis = [item["kci"] for item in before]
    assert [item["kci"] for item in tenant.inbox()] == kcis
    fired = tenant.drain()["fired"]
    again = tenant.inbox()
    assert [item["kci"] for item in again[: len(before)]] == kcis
    assert [without_ids(item["kci"]) for item in again] == [without_ids(item["kci"]) for item in first]
    assert len({item["kci"]["id"] for item in first + again}) == 2 * len(first) - len(before)
    assert [each["at"] for each in fired] == [item["kci"]["deliveredOn"] for item in again[len(before) :]]
    assert tenant.order(order)["status"] == "COMPLETED"


def without_ids(kci: Json) -> Json:
    """A KCI but for what is drawn anew in every epoch."""
    characteristics = kci["entity"]["serviceOrderItem"].pop("serviceCharacteristics", [])
    known = {each["name"]: each["value"] for each in characteristics if each["name"] == "LINE_PROFILE"}
    return {**kci, "id": None, "entity": {**kci["entity"], "characteristics": known}}


def test_pushes_that_were_waiting_are_made_after_all(tenant: Tenant) -> None:
    with open_sink() as sink:
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        tenant.place("ORDER_ACKNOWLEDGED", supplier="CEDAR")
        tenant.post("/_sandbox/clock/step")
        keep(tenant)
        tenant.drain()
        go_back(tenant)
        tenant.drain()
        sent, acknowledged, again, anew = sink.taken
    assert sent.raw == again.raw
    assert sent.headers["webhook-id"] == again.headers["webhook-id"]
    assert acknowledged.kci["sequenceNumber"] == anew.kci["sequenceNumber"] == 2
    assert acknowledged.kci["id"] != anew.kci["id"]


def test_numbers_go_on_and_what_came_after_is_told_to_be_removed(tenant: Tenant) -> None:
    kept, lost = tenant.place(supplier="CEDAR")["id"], None
    tenant.drain()
    (*_, last) = tenant.inbox()
    keep(tenant)
    lost = tenant.place(supplier="CEDAR")["id"]
    tenant.drain()
    (*_, undone) = tenant.inbox()
    go_back(tenant)
    told = f"order {lost} was removed by the reset of 2027-01-15T08:00:00.000Z, or by one before it"
    assert refusal(tenant, "GET", f"/v1/service-orders/{lost}") == (404, [told])
    assert refusal(tenant, "GET", f"/_sandbox/orders/{lost}/timeline") == (410, [told])
    assert tenant.order(kept)["status"] == "COMPLETED"
    new = tenant.place(supplier="CEDAR")["id"]
    assert new == lost + 1
    tenant.drain()
    for cursor in (last["cursor"], undone["cursor"]):  # whoever has read the undone ones misses nothing
        assert [item["kci"]["entity"]["id"] for item in tenant.inbox(cursor)] == [new] * 5


def test_a_slot_that_was_taken_since_is_free_again(tenant: Tenant) -> None:
    """Bookings and reservations are part of the world; a reservation of before can still be used."""
    address = tenant.address()
    held = tenant.reserve(address)
    free = tenant.slots(address)
    keep(tenant)
    while tenant.slots(address)[0] == free[0]:
        tenant.reserve(address)
    go_back(tenant)
    assert tenant.slots(address) == free
    body = tenant.order_body("ALDER", address) | {"appointmentReservationId": held["id"]}
    assert tenant.call("POST", "/v1/service-orders", json=body)[0] == 201


def test_fault_rules_go_back_with_the_world(tenant: Tenant) -> None:
    """One that was there, with what it has still to strike, strikes again."""
    rule = {"match": {"call": "GET /service-orders/{id}"}, "next": 1, "do": {"kind": "answer", "status": 503}}
    tenant.post("/_sandbox/faults", rule)
    keep(tenant)
    order = tenant.place(supplier="CEDAR")["id"]
    assert [tenant.call("GET", f"/v1/service-orders/{order}")[0] for _ in range(2)] == [503, 200]
    tenant.call("DELETE", "/_sandbox/faults")
    go_back(tenant)
    order = tenant.place(supplier="CEDAR")["id"]
    assert [tenant.call("GET", f"/v1/service-orders/{order}")[0] for _ in range(2)] == [503, 200]


def test_what_lies_outside_worlds_does_not_go_back(tenant: Tenant) -> None:
    """The callback that was changed since stays changed, and its secret is not another."""
    secret = tenant.call("PUT", "/_sandbox/callback", json={"url": "http://127.0.0.1:9/old"})[1]["secret"]
    keep(tenant)
    tenant.call("PUT", "/_sandbox/callback", json={"url": "http://127.0.0.1:9/new"})
    go_back(tenant)
    assert tenant.get("/_sandbox/callback")["url"] == "http://127.0.0.1:9/new"
    assert tenant.call("PUT", "/_sandbox/callback", json={"url": None})[1]["secret"] == secret


def test_it_outlives_resets_and_a_reset_may_lead_to_it(tenant: Tenant) -> None:
    order = tenant.place(supplier="CEDAR")["id"]
    tenant.drain()
    at = keep(tenant)["at"]
    tenant.post("/_sandbox/reset")
    assert tenant.call("GET", f"/v1/service-orders/{order}")[0] == 404
    text = "DEMO1 began anew, in epoch 2: nothing of before is left"
    assert tenant.get("/_sandbox/notices")["items"][0]["text"] == text
    done = tenant.post("/_sandbox/reset", {"snapshot": "before"})
    assert (done["epoch"], done["now"]) == (3, at)
    assert tenant.order(order)["status"] == "COMPLETED"
    text = f"DEMO1 went back to {at}, in epoch 3: what came after that is gone"
    assert tenant.get("/_sandbox/notices")["items"][0]["text"] == text
    unknown = "/snapshot: you have no snapshot after: GET /_sandbox/snapshots lists yours"
    assert refusal(tenant, "POST", "/_sandbox/reset", {"snapshot": "after"}) == (422, [unknown])


def test_snapshots_are_listed_and_deleted(sandbox: Sandbox, tenant: Tenant) -> None:
    clock = sandbox.parts.clock
    assert isinstance(clock, ManualClock)
    assert tenant.get("/_sandbox/snapshots") == {"items": []}
    first = keep(tenant, "one")
    assert first.pop("bytes") > 0
    assert first == {
        "name": "one", "at": "2027-01-15T08:00:00.000Z", "taken": "2027-01-15T08:00:00.000Z", "epoch": 1,
    }  # fmt: skip
    clock.at += 1_500
    second = keep(tenant, "two")
    assert second["at"] == "2027-01-15T08:00:01.500Z"
    assert [each["name"] for each in tenant.get("/_sandbox/snapshots")["items"]] == ["one", "two"]
    assert tenant.call("DELETE", "/_sandbox/snapshots/one") == (204, None)
    assert tenant.get("/_sandbox/snapshots")["items"] == [second]
    for method, path in (("DELETE", "one"), ("POST", "one/restore")):
        assert refusal(tenant, method, f"/_sandbox/snapshots/{path}") == (404, ["you have no snapshot one"])
    keep(tenant, "one")


def test_they_are_bounded_in_number_and_in_bytes(tmp_path: Path) -> None:
    sandbox = open_sandbox(tmp_path, snapshots=2, snapshot_bytes=60_000, recording_bytes=0)
    tenant = Tenant(in_process(sandbox)).sign_in()
    keep(tenant, "one")
    status, (told,) = refusal(tenant, "POST", "/_sandbox/snapshots", {"name": "one"})
    assert (status, told) == (409, "you have a snapshot one already: delete it first, or take another name")
    for _ in range(8):
        tenant.place(supplier="CEDAR")
    tenant.drain()
    status, (told,) = refusal(tenant, "POST", "/_sandbox/snapshots", {"name": "two"})
    assert status == 409
    assert told == "the world holds more than the 60000 bytes of a snapshot: take it earlier"
    tenant.post("/_sandbox/reset")
    keep(tenant, "two")
    status, (told,) = refusal(tenant, "POST", "/_sandbox/snapshots", {"name": "three"})
    assert (status, told) == (409, "you have 2 snapshots, as many as are kept: delete one first")
    sandbox.close()


@pytest.mark.parametrize("name", ["", " ", "a b", "ü", "../up", ".hidden", "x" * 65, "a/b"])
def test_a_name_is_a_name(tenant: Tenant, name: str) -> None:
    assert tenant.call("POST", "/_sandbox/snapshots", json={"name": name})[0] == 422


def test_in_a_shared_world_each_sees_its_own_and_goes_back_with_everybody(sandbox: Sandbox) -> None:
    """A snapshot is of the world, so restoring it undoes what the other did since, as a reset would."""
    third, fourth = (Tenant(in_process(sandbox), f"tenant{n}").sign_in() for n in (3, 4))
    assert "bytes" not in keep(third)  # it would tell how much the other has
    keep(fourth)  # the same name, and another snapshot
    assert "bytes" not in third.get("/_sandbox/snapshots")["items"][0]
    assert len(fourth.get("/_sandbox/snapshots")["items"]) == 1
    order = fourth.place(supplier="CEDAR")["id"]
    fourth.drain()
    assert go_back(third)["cancelled"] == 0
    assert fourth.call("GET", f"/v1/service-orders/{order}")[0] == 404
    fourth.call("DELETE", "/_sandbox/snapshots/before")
    assert len(third.get("/_sandbox/snapshots")["items"]) == 1
    stranger = Tenant(in_process(sandbox), "tenant1").sign_in()
    assert refusal(stranger, "POST", "/_sandbox/snapshots/before/restore")[0] == 404
    assert stranger.get("/_sandbox/clock")["epoch"] == 1
