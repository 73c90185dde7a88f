"""A partner's own supplier: registered, asked as published, answered for, and removed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.app import Sandbox
from tests.gateway.owning import SLOT, SPECIFICATION, Own, open_own
from tests.support.partner import Reaction, make_authority, open_partner, server_tls
from tests.support.sandboxes import Json, Tenant

BASIC = {"kind": "basic", "username": "gateway", "password": "never told again"}
AVAILABLE = {
    "address": {"identifier": {"id": "999000000001", "type": "UPRN"}},
    "serviceSpecifications": [{"id": "OWN1", "name": "Our own fibre"}],
    "siteInformation": {"line": {"type": "NEW", "lineType": "FIBRE"}, "existingLines": []},
}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Sandbox, Own]]:
    with open_own(tmp_path) as both:
        yield both


@pytest.fixture
def own(opened: tuple[Sandbox, Own]) -> Own:
    return opened[1]


def refused(own: Own, **more: Any) -> tuple[int, str]:
    """(status, messages) of a registration that is refused."""
    body = {"code": "OWNFIBRE", "title": "Our own", "baseUrl": own.system.url, **more}
    status, answer = own.tenant.call("POST", "/_sandbox/suppliers", json=body)
    return status, " ".join(answer["messages"])


def test_it_is_listed_with_what_it_sells_and_without_secrets(own: Own, tmp_path: Path) -> None:
    registered = own.register(credentials=BASIC, capabilities=["AVAILABILITY", "ORDERS"], timeouts={"answer": 3})
    listed = own.tenant.get("/_sandbox/suppliers")["items"]
    assert [(each["code"], each["kind"]) for each in listed] == [
        ("ALDER", "fake"), ("BIRCH", "fake"), ("CEDAR", "fake"), ("OWNFIBRE", "own"),
    ]  # fmt: skip
    assert listed[-1] == {
        "code": "OWNFIBRE",
        "kind": "own",
        "title": "Our own",
        "specifications": [SPECIFICATION],
        "baseUrl": f"{own.system.url}/api",
        "credentials": {"kind": "basic", "username": "gateway"},
        "capabilities": ["AVAILABILITY", "ORDERS"],
        "timeouts": {"connect": 5, "answer": 3},
    }
    assert {name: value for name, value in registered.items() if name != "client"} == listed[-1]
    assert own.tenant.get("/_sandbox/suppliers/OWNFIBRE") == listed[-1]
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("sandbox.db*"))
    assert b"OWNFIBRE" in kept
    assert b"never told again" not in kept
    assert registered["client"]["secret"].encode() not in kept


def test_an_order_goes_to_it_as_published_and_its_kcis_come_back(own: Own) -> None:
    own.register(credentials=BASIC)
    order = own.place()["id"]
    own.wait_for_status(order, "SENT_TO_SUPPLIER")
    (asked,) = own.asked("/service-orders")
    assert asked.method == "POST"
    assert asked.headers["authorization"].startswith("Basic ")
    assert asked.headers["tenant"] == "TENANT1"
    assert asked.headers["x-conversation-id"] == "conversation-1"
    assert asked.headers["x-request-id"]
    assert not [name for name in asked.headers if name.startswith(("x-scenario", "x-kci", "x-problem"))]
    assert asked.body["id"] == order
    assert asked.body["tenant"] == "TENANT1"
    assert "supplier" not in asked.body
    own.complete(order)
    assert own.told(order) == [
        ("UPDATE", "SENT_TO_SUPPLIER"),
        ("ACKNOWLEDGED", "ACKNOWLEDGED"),
        ("COMMITTED", "IN_PROGRESS"),
        ("COMPLETED", "COMPLETED"),
    ]
    assert own.tenant.order(order)["supplierOrderNumber"] == f"OWN{order}"
    assert own.exchanges() == []


def test_what_waits_for_its_answer_is_asked_at_once(own: Own) -> None:
    own.register()
    address = own.tenant.address()
    own.answer("/service-availability", 200, AVAILABLE)
    query = {"address": json.dumps(address), "serviceTypes": ["BROADBAND", "ETHERNET"]}
    found = {each["supplier"]: each for each in own.tenant.get("/v1/service-availability", query)}
    assert found["OWNFIBRE"] == {"supplier": "OWNFIBRE", **AVAILABLE}
    (asked,) = own.asked("/service-availability")
    assert asked.query["serviceTypes"] == "BROADBAND,ETHERNET"
    assert json.loads(asked.query["address"]) == address

    echoed = {"address": address, "serviceSpecification": {"id": "OWN1"}}
    own.answer("/available-appointments", 200, {**echoed, "availableTimeslots": [{**SLOT, "standard": True}]})
    own.answer(
        "/appointments", 201, {**echoed, "id": 1, "supplierReference": "R1", "purpose": "PROVIDE", "timeslot": SLOT}
    )
    reservation = own.tenant.reserve(address, "OWNFIBRE", "OWN1")
    assert reservation["supplierReference"] == "R1"
    assert own.asked("/appointments")[0].body["id"] == reservation["id"]


def test_it_chooses_its_own_story(own: Own) -> None:
    own.register()
    body = own.tenant.order_body("OWNFIBRE", own.tenant.address())
    for name, value in (("X-Scenario", "ORDER_SUCCESSFUL"), ("X-Kci-Delay", "0"), ("X-Problem-Code", "UNKNOWN_FAULT")):
        status, answer = own.tenant.call("POST", "/v1/service-orders", json=body, headers={name: value})
        assert status == 422
        assert answer["messages"] == [f"{name}: OWNFIBRE is not a fake and chooses its own story: leave the header out"]
    assert own.asked("/service-orders") == []


def test_a_request_about_its_order_goes_to_it_too(own: Own) -> None:
    own.register()
    order = own.place()["id"]
    own.wait_for_status(order, "SENT_TO_SUPPLIER")
    assert own.post_kci(order, "ACKNOWLEDGED", "ACKNOWLEDGED") == 204
    amendment = {"orderId": order, "notes": "The gate is locked."}
    scenario = {"X-Scenario": "AMENDMENT_ACCEPTED"}
    status, answer = own.tenant.call("POST", "/v1/service-order-amendments", json=amendment, headers=scenario)
    assert (status, "chooses its own story" in answer["messages"][0]) == (422, True)
    own.tenant.post("/v1/service-order-amendments", amendment)
    own.wait_for_status(order, "PENDING_AMENDMENT")
    (asked,) = own.asked("/service-order-amendments")
    assert asked.body["orderId"] == order
    assert asked.body["notes"] == "The gate is locked."
    assert own.tenant.call("POST", "/_sandbox/clock/drain")[0] == 409


def test_a_quote_names_no_tenant(own: Own) -> None:
    """Published: the header is not there on quotes."""
    own.register()
    own.answer("/quote", 422, {"uuid": "1", "code": "INVALID_REQUEST", "messages": ["Too far."]})
    site = {"name": "Here", "address": own.tenant.address(), "postcode": "ZZ75 4VO", "role": "A-END"}
    item = {
        "id": 1,
        "supplier": "OWNFIBRE",
        "sites": [site, {**site, "name": "There", "role": "B-END"}],
        "contractDetails": {"contractLength": {"value": 36, "unit": "MONTH"}},
        "service": [{"serviceSpecification": {"id": "OWN1"}, "serviceCharacteristic": []}],
    }
    own.tenant.post("/v1/quote", {"externalIdentifier": "QUO-1", "quoteItems": [item]})
    (asked,) = own.asked("/quote")
    assert "tenant" not in asked.headers
    assert asked.headers["x-conversation-id"] == "conversation-1"


def test_it_answers_in_no_other_name(own: Own) -> None:
    own.register()
    own.answer("/service-availability", 200, {**AVAILABLE, "supplier": "ALDER"})
    query = {"address": json.dumps(own.tenant.address()), "suppliers": ["OWNFIBRE"]}
    assert [each["supplier"] for each in own.tenant.get("/v1/service-availability", query)] == ["OWNFIBRE"]


def test_it_is_reached_with_a_client_certificate(own: Own, tmp_path: Path) -> None:
    authority = make_authority()
    pair = authority.issue("gateway")
    credentials = {"kind": "mtls", "certificate": pair.certificate, "key": pair.key, "authority": authority.pem}
    with open_partner(server_tls(tmp_path, authority)) as behind_tls:
        behind_tls.otherwise = lambda _asked: Reaction(202)
        registered = own.register(baseUrl=f"{behind_tls.url}/", credentials=credentials)
        order = own.place()["id"]
        own.wait_for_status(order, "SENT_TO_SUPPLIER")
    assert [each.path for each in behind_tls.asked] == ["/service-orders"]
    assert registered["credentials"] == {name: value for name, value in credentials.items() if name != "key"}


def test_what_it_cannot_do_is_not_asked(own: Own) -> None:
    own.register(capabilities=["AVAILABILITY"])
    query = {
        "supplier": "OWNFIBRE",
        "address": json.dumps(own.tenant.address()),
        "serviceSpecification": json.dumps({"id": "OWN1"}),
        "appointmentPurpose": "PROVIDE",
    }
    status, answer = own.tenant.call("GET", "/v1/available-appointments", query=query)
    assert (status, answer["code"]) == (501, "NOT_IMPLEMENTED")
    order = own.place()["id"]
    own.wait_for_status(order, "FAILED_TO_SEND")
    assert own.last_error(order)["code"] == "NOT_IMPLEMENTED"
    assert own.system.asked == []


def test_what_cannot_be_registered(own: Own) -> None:
    own.register()
    assert refused(own)[0] == 409
    assert refused(own, code="ALDER")[0] == 409
    assert "credentials in it" in refused(own, code="A", baseUrl="http://me:secret@127.0.0.1")[1]
    assert "without a query" in refused(own, code="A", baseUrl="http://127.0.0.1?a=1")[1]
    assert "less than 30 seconds" in refused(own, code="A", timeouts={"connect": 15, "answer": 15})[1]
    mtls = {"kind": "mtls", "certificate": "-----BEGIN CERTIFICATE-----", "key": "-----BEGIN PRIVATE KEY-----"}
    assert "needs an https URL" in refused(own, code="A", credentials=mtls)[1]
    assert "not a private key" in refused(own, code="A", baseUrl="https://own.example", credentials=mtls)[1]
    for number in range(19):
        own.register(code=f"OWN{number}")
    assert refused(own, code="A") == (422, "a world has at most 20 suppliers of partners: remove one first")
    gateway = Tenant(own.send, "gateway")
    form = {"grant_type": "client_credentials", "client_id": "gateway", "client_secret": "gateway-secret"}
    gateway.token = own.send("POST", "/v1/auth/supplier/access-token", form=form)[1]["access_token"]
    assert (
        gateway.call("POST", "/_sandbox/suppliers", json={"code": "A", "title": "A", "baseUrl": "http://a"})[0] == 403
    )


def test_it_belongs_to_its_world(own: Own) -> None:
    own.register()
    stranger = Tenant(own.send, "tenant2").sign_in()
    assert "OWNFIBRE" not in [each["code"] for each in stranger.get("/_sandbox/suppliers")["items"]]
    body = {**stranger.order_body("CEDAR"), "supplier": "OWNFIBRE"}
    assert stranger.call("POST", "/v1/service-orders", json=body)[0] == 422
    assert stranger.call("DELETE", "/_sandbox/suppliers/OWNFIBRE")[0] == 404
    assert stranger.call("GET", "/_sandbox/suppliers/OWNFIBRE/exchanges")[0] == 404
    theirs = stranger.place(supplier="CEDAR")["id"]
    assert own.post_kci(theirs, "ACKNOWLEDGED", "ACKNOWLEDGED") == 422


def test_tenants_of_one_world_share_it_but_not_what_it_answered(tmp_path: Path) -> None:
    with open_own(tmp_path, "tenant3") as (_, own):
        own.register()
        other = Tenant(own.send, "tenant4").sign_in()
        own.answer("/service-orders", 201, {"nonsense": True})
        order = other.post("/v1/service-orders", other.order_body("OWNFIBRE", other.address()))["id"]
        Own(own.system, own.send, other).wait_for_status(order, "FAILED_TO_SEND")
        assert own.exchanges() == []
        assert len(other.get("/_sandbox/suppliers/OWNFIBRE/exchanges")["items"]) == 1
        assert other.call("DELETE", "/_sandbox/suppliers/OWNFIBRE")[0] == 403
        assert own.tenant.call("DELETE", "/_sandbox/suppliers/OWNFIBRE")[0] == 204


def test_removing_it_ends_its_credentials_and_registering_it_again_takes_up_its_orders(own: Own) -> None:
    own.register()
    order = own.place()["id"]
    own.wait_for_status(order, "SENT_TO_SUPPLIER")
    token = own.token()
    assert own.tenant.call("DELETE", "/_sandbox/suppliers/OWNFIBRE")[0] == 204
    assert own.post_kci(order, "ACKNOWLEDGED", "ACKNOWLEDGED", token) == 401
    assert own.tenant.order(order)["status"] == "SENT_TO_SUPPLIER"
    assert own.tenant.call("DELETE", "/_sandbox/suppliers/OWNFIBRE")[0] == 404
    assert own.tenant.call("DELETE", "/_sandbox/suppliers/ALDER")[0] == 409
    own.register(title="Somewhere else")
    assert own.post_kci(order, "ACKNOWLEDGED", "ACKNOWLEDGED", token) == 401
    own.kcis.clear()
    own.complete(order)
    assert own.tenant.order(order)["status"] == "COMPLETED"


def test_an_order_that_was_not_sent_before_the_removal_fails(opened: tuple[Sandbox, Own]) -> None:
    sandbox, own = opened
    own.register()
    sandbox.player.stop()
    order = own.place()["id"]
    assert own.tenant.call("DELETE", "/_sandbox/suppliers/OWNFIBRE")[0] == 204
    own.tenant.drain()
    assert own.last_error(order)["messages"] == ["OWNFIBRE could not be reached: it was removed"]


def test_a_fake_has_answered_nothing_wrongly(own: Own) -> None:
    shown: Json = own.tenant.get("/_sandbox/suppliers/ALDER/exchanges")
    assert shown == {"items": [], "next": "0"}
