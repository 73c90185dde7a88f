"""What the control API lets in and refuses: callbacks and how the sandbox shows itself, suppliers, events."""

from typing import Any

import pytest

from tests.contracts.reading import bundled, example, refusals, without

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTm90IG9uZQ==\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nTm90IG9uZQ==\n-----END PRIVATE KEY-----\n"
CREDENTIALS = {
    "kind": "oauth2",
    "tokenUrl": "https://tenant.example/token",
    "clientId": "gateway",
    "clientSecret": "not-a-secret",
}
EVENT = {"reasonCode": "UPDATE", "orderId": 1001}


@pytest.mark.parametrize(
    ("callback", "good"),
    [
        ({"url": "http://127.0.0.1:9000/kcis"}, True),
        ({"url": None}, True),
        ({}, False),
        ({"url": "ftp://tenant.test/kcis"}, False),
        ({"url": "/kcis"}, False),
        ({"url": "https://tenant.test/kcis", "secret": "mine"}, False),
        ({"url": "https://tenant.test/kcis", "auth": {"kind": "none"}}, True),
        ({"url": "https://tenant.test/kcis", "auth": {}}, False),
    ],
)
def test_a_callback_is_a_web_address_or_null(callback: dict[str, Any], good: bool) -> None:
    assert (refusals("control", "SetCallback", callback) == []) is good


@pytest.mark.parametrize(
    ("auth", "good"),
    [
        ({"kind": "none"}, True),
        ({"kind": "none", "password": "x"}, False),
        ({"kind": "basic", "username": "gateway", "password": "not-a-secret"}, True),
        ({"kind": "basic", "username": "gate:way", "password": "not-a-secret"}, False),
        ({"kind": "basic", "username": "gateway"}, False),
        (CREDENTIALS, True),
        ({**CREDENTIALS, "scope": "kcis.write kcis.read"}, True),
        ({**CREDENTIALS, "tokenUrl": "token"}, False),
        (without(CREDENTIALS, "clientSecret"), False),
        ({"kind": "mtls", "certificate": CERTIFICATE, "key": KEY}, True),
        ({"kind": "mtls", "certificate": CERTIFICATE, "key": KEY, "authority": CERTIFICATE}, True),
        ({"kind": "mtls", "certificate": KEY, "key": CERTIFICATE}, False),
        ({"kind": "mtls", "certificate": CERTIFICATE}, False),
        ({"kind": "bearer", "token": "x"}, False),
    ],
)
def test_how_the_sandbox_shows_itself(auth: dict[str, Any], good: bool) -> None:
    assert (refusals("control", "OutboundAuth", auth) == []) is good


def test_no_answer_has_room_for_a_secret() -> None:
    shown = bundled("control")["components"]["schemas"]["ShownAuth"]["properties"]
    assert not shown.keys() & {"password", "clientSecret", "key"}


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"code": "OWN-FIBRE"}, False),
        ({"baseUrl": "supplier.example"}, False),
        ({"capabilities": []}, True),
        ({"capabilities": ["ORDERS", "ORDERS"]}, False),
        ({"capabilities": ["TELEPATHY"]}, False),
        ({"timeouts": {"answer": 20}}, True),
        ({"timeouts": {"answer": 0}}, False),
        ({"timeouts": {"anwser": 20}}, False),
        ({"credentials": CREDENTIALS}, True),
        ({"credentials": {"kind": "basic"}}, False),
        ({"specifications": [{"name": "No id"}]}, False),
        ({"title": ""}, False),
        ({"url": "https://supplier.example"}, False),
    ],
)
def test_a_supplier_of_ones_own(change: dict[str, Any], good: bool) -> None:
    supplier = example("control", "/suppliers", "post", "local")
    assert (refusals("control", "RegisterSupplier", {**supplier, **change}) == []) is good


@pytest.mark.parametrize("member", ["code", "title", "baseUrl"])
def test_mandatory_members_of_a_supplier(member: str) -> None:
    supplier = example("control", "/suppliers", "post", "local")
    assert refusals("control", "RegisterSupplier", without(supplier, member))


@pytest.mark.parametrize(
    ("event", "good"),
    [
        (EVENT, True),
        (without(EVENT, "orderId"), False),
        (without(EVENT, "reasonCode"), False),
        ({**EVENT, "serviceTestId": 701}, False),
        ({"reasonCode": "UPDATE", "serviceTestId": 701}, True),
        ({"reasonCode": "UPDATE", "serviceProblemId": 801}, True),
        ({"reasonCode": "UPDATE", "serviceId": "CED9990000123"}, False),
        ({**EVENT, "serviceId": "CED9990000123"}, False),
        ({**EVENT, "reasonCode": "DELAY"}, False),
        ({**EVENT, "reasonCode": "DELAY", "problemCode": "OTHER"}, False),
        ({**EVENT, "reasonCode": "DELAY", "problemCode": "OTHER", "text": "It snowed."}, True),
        ({**EVENT, "reasonCode": "INFORMATION_REQUIRED"}, False),
        ({**EVENT, "reasonCode": "SHRUG"}, False),
        ({**EVENT, "after": "PT1H"}, True),
        ({**EVENT, "after": "soon"}, False),
        ({**EVENT, "scenario": "ORDER_SUCCESSFUL"}, False),
        ({**EVENT, "txet": "typing error"}, False),
        ({"reasonCode": "CREATED", "serviceId": "CED9990000123"}, True),
        ({"reasonCode": "CREATED", "serviceId": "CED9990000123", "scenario": "ORDER_ACKNOWLEDGED"}, True),
        ({"reasonCode": "CREATED", "serviceId": "CED9990000123", "reason": "SPITE"}, False),
        ({"reasonCode": "CREATED", "orderId": 1001}, False),
        ({"reasonCode": "CREATED", "serviceId": "CED9990000123", "orderId": 1001}, False),
    ],
)
def test_what_a_fake_can_be_made_to_say(event: dict[str, Any], good: bool) -> None:
    assert (refusals("control", "SupplierEvent", event) == []) is good
