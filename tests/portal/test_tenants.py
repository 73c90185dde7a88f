"""Partners sign up by themselves, see and steer their own tenants, and nobody else's."""

from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.app import Sandbox
from sandbox.store.tables import metadata
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox, sign_up

SECRET = "the-operators-own-secret"


def operator(sandbox: Sandbox) -> Tenant:
    """Who runs a sandbox that was opened with SECRET."""
    send = in_process(sandbox)
    form = {"grant_type": "client_credentials", "client_id": "operator", "client_secret": SECRET}
    status, body = send("POST", "/v1/auth/tenant/access-token", form=form)
    assert status == 200, body
    return Tenant(send, token=body["access_token"])


def test_whoever_signs_up_orders_at_once(sandbox: Sandbox) -> None:
    """In a world of its own, with all suppliers, thirty seconds between KCIs, and nothing of anybody else's."""
    neighbour = Tenant(in_process(sandbox)).sign_in()
    neighbour.place(supplier="CEDAR")
    tenant = sign_up(in_process(sandbox))
    order = tenant.place(supplier="ALDER")
    tenant.drain()
    assert order["id"] == 1
    assert tenant.order(1)["status"] == "COMPLETED"
    assert len(tenant.inbox()) == 5
    clock = tenant.get("/_sandbox/clock")
    assert (clock["tempo"], clock["gap"], clock["epoch"]) == ("compressed", 30, 1)
    assert clock["world"] not in ("DEMO1", "DEMO2", "SHARED")
    assert neighbour.inbox() == []


def test_a_world_is_shaped_on_signing_up(sandbox: Sandbox) -> None:
    """Tempo, gap, suppliers; the same seed gives the same slots."""
    send = in_process(sandbox)
    realistic = sign_up(send, tempo="realistic", suppliers=["CEDAR"])
    assert realistic.get("/_sandbox/clock")["tempo"] == "realistic"
    body = {**realistic.order_body("CEDAR"), "supplier": "ALDER"}
    status, refused = realistic.call("POST", "/v1/service-orders", json=body)
    assert (status, refused["messages"][0]) == (422, "/supplier: ALDER is not one of yours: they are CEDAR")
    assert sign_up(send, gap=5).get("/_sandbox/clock")["gap"] == 5
    first, same, other = (sign_up(send, seed=seed) for seed in ("spring", "spring", "autumn"))
    areas = [address["identifier"] for address in first.free_addresses if "ALDER" in address["suppliers"]]
    wanted = [{name: each[name] for name in ("id", "type")} for each in areas]
    slots = [[tenant.slots(address) for address in wanted] for tenant in (first, same, other)]
    assert slots[0] == slots[1] != slots[2]


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"suppliers": ["NOBODY"]}, "/suppliers: there is no fake NOBODY"),
        ({"world": "DEMO1"}, "/world: you have no world of this name"),
        ({"world": "NOWHERE", "seed": "x"}, "/seed: belongs to a new world"),
        ({"tempo": "realistic", "gap": 3}, "/gap: belongs to the compressed tempo"),
        ({"allowedFrom": ["198.51.100.7/24"]}, "/allowedFrom/0: send a network"),
        ({"allowedFrom": ["::1", "1/2/3"]}, "/allowedFrom/1: send a network"),
        ({"code": "MINE"}, ""),
        ({"title": ""}, ""),
    ],
)
def test_signing_up_for_what_there_is_not_is_refused(sandbox: Sandbox, about: Json, told: str) -> None:
    """By what is to be sent instead; and nothing of it is kept."""
    send = in_process(sandbox)
    status, body = send("POST", "/_sandbox/tenants", json={"title": "x", **about})
    assert (status, body["code"]) == (422, "INVALID_REQUEST")
    assert body["messages"][0].startswith(told)


def test_a_partner_has_several_tenants_and_worlds(sandbox: Sandbox) -> None:
    """Those in one world meet there; each partner is shown its own and no others."""
    send = in_process(sandbox)
    first = sign_up(send, title="First")
    world = first.get("/_sandbox/clock")["world"]
    second = sign_up(send, by=first, title="Second", world=world)
    third = sign_up(send, by=second, title="Third")
    stranger = sign_up(send)
    assert second.get("/_sandbox/clock")["world"] == world != third.get("/_sandbox/clock")["world"]
    first.place(supplier="CEDAR")
    first.drain()
    assert second.get("/_sandbox/clock")["now"] == first.get("/_sandbox/clock")["now"]
    for each in (first, second, third):
        listed = each.get("/_sandbox/tenants")
        assert {item["code"] for item in listed["items"]} == {first.code, second.code, third.code}
        assert len({item["partner"] for item in listed["items"]}) == 1
    assert [item["code"] for item in stranger.get("/_sandbox/tenants")["items"]] == [stranger.code]
    status, body = stranger.call("POST", "/_sandbox/tenants", json={"title": "x", "world": world})
    assert (status, body["messages"][0][:31]) == (422, "/world: you have no world of th")


def test_other_partners_tenants_are_as_if_there_were_none(sandbox: Sandbox) -> None:
    """To look at, to change, to close, and all about their credentials."""
    send = in_process(sandbox)
    one, other = sign_up(send), sign_up(send)
    calls: list[tuple[str, str, Json]] = [
        ("GET", "", None), ("PATCH", "", {"title": "mine"}), ("DELETE", "", None), ("GET", "/credentials", None),
        ("POST", "/credentials", {}), ("DELETE", f"/credentials/{one.client_id}", None),
        ("POST", f"/credentials/{one.client_id}/rotate", None),
    ]  # fmt: skip
    for method, path, body in calls:
        for code in (one.code, "TNOBODY", "TENANT1"):
            status, refusal = other.call(method, f"/_sandbox/tenants/{code}{path}", json=body)
            assert (status, refusal["messages"]) == (404, [f"you have no tenant {code}"]), (method, path)
    assert one.get(f"/_sandbox/tenants/{one.code}")["title"] == "A partner's"


def test_a_tenant_is_changed_by_its_partner(sandbox: Sandbox) -> None:
    """What is left out stays."""
    one = sign_up(in_process(sandbox))
    two = sign_up(in_process(sandbox), by=one)
    status, changed = two.call("PATCH", f"/_sandbox/tenants/{one.code}", json={"title": "New", "suppliers": ["BIRCH"]})
    assert status == 200
    assert changed == one.get(f"/_sandbox/tenants/{one.code}")
    assert (changed["title"], changed["suppliers"], changed["allowedFrom"]) == ("New", ["BIRCH"], [])
    availability = one.get("/v1/service-availability", {"address": '{"id": "999000000001", "type": "UPRN"}'})
    assert [each["supplier"] for each in availability] == ["BIRCH"]


def test_a_demo_tenant_is_everybodys(sandbox: Sandbox, tenant: Tenant) -> None:
    """It is shown to itself, changed and closed by nobody, and brings no tenants."""
    shown = tenant.get("/_sandbox/tenants/TENANT1")
    assert ("partner" in shown, shown["world"]) == (False, "DEMO1")
    assert tenant.get("/_sandbox/tenants")["items"] == [shown]
    for method, path, body in (
        ("PATCH", "", {"title": "Mine"}),
        ("DELETE", "", None),
        ("POST", "/credentials", {}),
        ("DELETE", "/credentials/tenant1", None),
        ("POST", "/credentials/tenant1/rotate", None),
    ):
        status, refusal = tenant.call(method, f"/_sandbox/tenants/TENANT1{path}", json=body)
        assert (status, refusal["code"]) == (403, "NOT_AUTHORISED"), path
        assert "everybody's" in refusal["messages"][0]
    status, _ = tenant.call("POST", "/_sandbox/tenants", json={"title": "x"})
    assert status == 403
    tenant.sign_in()


def test_a_closed_tenant_is_gone_with_all_that_was_its(sandbox: Sandbox) -> None:
    """Its token, its secret, its supplier's; and its world, once it is swept, with every row of it."""
    send = in_process(sandbox)
    stays = sign_up(send)
    goes = sign_up(send, by=stays)
    world = goes.get("/_sandbox/clock")["world"]
    body = {"code": "OWN", "title": "Own", "baseUrl": "http://127.0.0.1:9/own"}
    client = goes.post("/_sandbox/suppliers", body)["client"]
    goes.place(supplier="CEDAR")
    assert stays.call("DELETE", f"/_sandbox/tenants/{goes.code}")[0] == 204
    assert goes.call("GET", "/_sandbox/clock")[0] == 401
    for kind, client_id, secret in (
        ("tenant", goes.client_id, goes.secret),
        ("supplier", client["id"], client["secret"]),
    ):
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        assert send("POST", f"/v1/auth/{kind}/access-token", form=form)[0] == 400
    assert stays.call("GET", f"/_sandbox/tenants/{goes.code}")[0] == 404
    sandbox.schedule.tick()
    assert rows_about(sandbox, world, goes.code) == []
    assert stays.get("/_sandbox/clock")["epoch"] == 1


def rows_about(sandbox: Sandbox, *names: str) -> list[str]:
    """Tables in which a row still names one of these."""

    def look(connection: Json) -> list[str]:
        return [
            table.name
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
            if any(value in names for value in row)
        ]

    return sandbox.parts.store.query(look)


def test_a_world_lives_until_its_last_tenant_is_closed(sandbox: Sandbox) -> None:
    send = in_process(sandbox)
    first = sign_up(send)
    second = sign_up(send, by=first, world=first.get("/_sandbox/clock")["world"])
    order = second.place(supplier="CEDAR")["id"]
    assert first.call("DELETE", f"/_sandbox/tenants/{first.code}")[0] == 204
    sandbox.schedule.tick()
    second.drain()
    assert second.order(order)["status"] == "COMPLETED"


def test_without_demo_clients_a_partner_still_reaches_everything(tmp_path: Path) -> None:
    """It signs up, orders, speaks as a fake in its own world, and plays the gateway at the fakes' own API."""
    opened = open_sandbox(tmp_path, demo_clients=False)
    send = in_process(opened)
    tenant = sign_up(send)
    order = tenant.place("ORDER_ACKNOWLEDGED", supplier="CEDAR")
    tenant.drain()
    for kind, more in (("supplier", {"supplier": "CEDAR"}), ("gateway", {})):
        made = tenant.post(f"/_sandbox/tenants/{tenant.code}/credentials", {"kind": kind, **more})
        form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": made["secret"]}
        status, body = send("POST", "/v1/auth/supplier/access-token", form=form)
        assert status == 200
        headers = {"Authorization": f"Bearer {body['access_token']}", "X-Request-ID": "r", "X-Conversation-ID": "c"}
        headers["Tenant"] = "TENANT1"
        if kind == "supplier":
            kci = {
                "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "sequenceNumber": 2, "reasonCode": "UPDATE",
                "issuedOn": "2027-01-15T08:00:30Z", "text": "It goes on.",
                "provideServiceOrder": {"tenant": tenant.code, "id": order["id"], "status": "ACKNOWLEDGED"},
            }  # fmt: skip
            assert send("POST", "/v1/kcis", headers=headers, json=kci) == (204, None)
            assert tenant.told(order["id"])[-1] == ("UPDATE", "ACKNOWLEDGED")
        else:
            query = {"address": '{"id": "999000000001", "type": "UPRN"}'}
            answer = send(
                "GET", "/suppliers/CEDAR/service-availability", headers=headers | {"Tenant": "T"}, query=query
            )
            assert answer[0] == 200
            assert send("GET", "/_sandbox/clock", headers=headers)[1]["world"] == made["world"]
    opened.close()


def test_the_operator_reaches_every_tenant_and_no_world(tmp_path: Path) -> None:
    """It lists, changes, and closes; what needs a world is not for it."""
    opened = open_sandbox(tmp_path, operator_secret=SECRET)
    send, boss = in_process(opened), operator(opened)
    tenant = sign_up(send)
    listed = boss.get("/_sandbox/tenants")["items"]
    assert [each["code"] for each in listed] == sorted(["TENANT1", "TENANT2", "TENANT3", "TENANT4", tenant.code])
    after = boss.get("/_sandbox/tenants", {"after": "TENANT3"})
    assert "TENANT3" not in [each["code"] for each in after["items"]]
    assert (
        boss.call("PATCH", "/_sandbox/tenants/TENANT1", json={"quotas": {"requests": 9}})[1]["quotas"]["requests"] == 9
    )
    status, body = tenant.call("PATCH", f"/_sandbox/tenants/{tenant.code}", json={"quotas": {"requests": 9}})
    assert (status, body["messages"]) == (403, ["quotas are set by the operator"])
    assert boss.call("DELETE", "/_sandbox/tenants/TENANT1")[0] == 409
    assert boss.call("DELETE", f"/_sandbox/tenants/{tenant.code}")[0] == 204
    assert boss.call("GET", "/_sandbox/clock")[0] == 403
    assert boss.call("GET", "/v1/service-orders/1")[0] == 403
    opened.close()


def test_another_operator_secret_ends_the_tokens_of_the_one_before(tmp_path: Path) -> None:
    """So does none at all."""
    opened = open_sandbox(tmp_path, operator_secret=SECRET)
    boss = operator(opened)
    assert boss.call("GET", "/_sandbox/tenants")[0] == 200
    opened.close()
    for secret in ("another", ""):
        opened = open_sandbox(tmp_path, operator_secret=secret)
        boss.send = in_process(opened)
        assert boss.call("GET", "/_sandbox/tenants")[0] == 401
        opened.close()
