"""A partner's own supplier lives in real time: while work with it is open, nobody jumps."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.owning import Own, open_own, wait_for
from tests.support.partner import Asked, Reaction
from tests.support.sandboxes import Tenant

JUMPS = (
    ("POST", "/_sandbox/clock/advance", {"by": "PT1M"}),
    ("POST", "/_sandbox/clock/step", None),
    ("POST", "/_sandbox/clock/drain", None),
    ("PUT", "/_sandbox/clock", {"rate": 60}),
)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    with open_own(tmp_path) as (_, opened):
        opened.register()
        yield opened


def jumps(tenant: Tenant) -> list[tuple[int, list[str]]]:
    """(status, messages) of each kind of jump."""
    answers = (tenant.call(method, path, json=body) for method, path, body in JUMPS)
    return [(status, body.get("messages", [])) for status, body in answers]


def test_every_jump_is_refused_until_the_work_is_final(own: Own) -> None:
    tenant = own.tenant
    assert [status for status, _ in jumps(tenant)] == [200] * 4
    assert tenant.call("PUT", "/_sandbox/clock", json={"rate": 1})[0] == 200
    order = own.place()["id"]
    own.wait_for_status(order, "SENT_TO_SUPPLIER")
    for status, messages in jumps(tenant):
        assert status == 409
        assert messages[1:] == [f"OWNFIBRE has open work (order {order} is SENT_TO_SUPPLIER)"]
    assert tenant.call("PUT", "/_sandbox/clock", json={"rate": 1})[0] == 200
    own.complete(order)
    assert [status for status, _ in jumps(tenant)] == [200] * 4


def test_removing_the_supplier_sets_the_clock_free(own: Own) -> None:
    own.place()
    assert own.tenant.call("POST", "/_sandbox/clock/drain")[0] == 409
    assert own.tenant.call("DELETE", "/_sandbox/suppliers/OWNFIBRE")[0] == 204
    assert own.tenant.call("POST", "/_sandbox/clock/drain")[0] == 200


def test_work_at_a_fake_or_in_another_world_is_in_nobodys_way(own: Own) -> None:
    own.place()
    other = Tenant(own.send, "tenant2").sign_in()
    other.place(supplier="CEDAR")
    assert other.call("POST", "/_sandbox/clock/drain")[0] == 200


def test_the_work_of_others_in_a_shared_world_is_counted_but_not_told(tmp_path: Path) -> None:
    with open_own(tmp_path, "tenant3") as (_, own):
        own.register()
        own.place()
        other = Tenant(own.send, "tenant4").sign_in()
        for status, messages in jumps(other):
            assert status == 409
            assert messages[1:] == ["1 more are open, 1 of them of other tenants"]


def test_a_run_ends_when_such_work_begins_within_it(own: Own) -> None:
    """The tenant orders at the partner's supplier from inside its own KCI handler."""
    placed: list[int] = []

    def take(asked: Asked) -> Reaction:
        if asked.body["sequenceNumber"] == 2 and not placed:
            placed.append(own.place()["id"])
        return Reaction(204)

    own.system.answers["/kcis"] = take
    tenant = own.tenant
    tenant.call("PUT", "/_sandbox/callback", json={"url": f"{own.system.url}/kcis"})
    fake = tenant.place(supplier="CEDAR")["id"]
    wait_for(lambda: tenant.order(fake)["status"] == "SENT_TO_SUPPLIER")
    run = tenant.post("/_sandbox/clock/advance", {"by": "P30D"})
    assert run["more"]
    assert run["now"] < "2027-01-16"
    assert tenant.order(fake)["status"] == "ACKNOWLEDGED"
    own.wait_for_status(placed[0], "SENT_TO_SUPPLIER")
    own.complete(placed[0])
    assert not tenant.post("/_sandbox/clock/advance", {"by": "P30D"})["more"]
    assert tenant.order(fake)["status"] == "COMPLETED"


def test_kcis_are_pushed_with_the_tenants_own_way_of_signing_in(own: Own) -> None:
    tenant, system = own.tenant, own.system
    system.give_tokens()
    system.answers["/kcis"] = lambda _asked: Reaction(204)
    auth = {
        "kind": "oauth2",
        "tokenUrl": f"{system.url}/token",
        "clientId": "gateway",
        "clientSecret": "never told again",
        "scope": "kcis.write",
    }
    body = {"url": f"{system.url}/kcis", "auth": auth}
    status, registered = tenant.call("PUT", "/_sandbox/callback", json=body)
    assert status == 200
    told = {name: value for name, value in auth.items() if name != "clientSecret"}
    assert registered["auth"] == told
    assert tenant.get("/_sandbox/callback") == {"url": body["url"], "auth": told, "state": "verified"}
    tenant.place(supplier="CEDAR")
    first = wait_for(lambda: system.at("/kcis"))[0]
    assert first.headers["authorization"] == "Bearer token-1"
    assert first.headers["webhook-signature"].startswith("v1,")

    tenant.call("PUT", "/_sandbox/callback", json={"url": body["url"]})
    assert tenant.get("/_sandbox/callback")["auth"] == {"kind": "none"}
    tenant.place(supplier="CEDAR")
    second = wait_for(lambda: [each for each in system.at("/kcis") if each.body["entity"]["id"] == 2])[0]
    assert "authorization" not in second.headers
    assert "never told again" not in json.dumps([registered, tenant.get("/_sandbox/suppliers")])
