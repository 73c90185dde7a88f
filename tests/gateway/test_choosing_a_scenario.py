"""The X- headers of an order: whatever is wrong with them is a 422 that says what is allowed, and nothing is stored."""

from urllib.parse import quote

import pytest

from sandbox.app import Sandbox
from tests.support.sandboxes import Tenant, in_process

SCENARIOS = "ORDER_ACKNOWLEDGED, ORDER_ADDRESS_UNKNOWN, ORDER_CANCELLED"
WRONG: dict[str, tuple[dict[str, str], list[str]]] = {
    "an unknown scenario": ({"X-Scenario": "ORDER_LOST"}, ["no scenario 'ORDER_LOST'; allowed: LESSON_", SCENARIOS]),
    "another case": ({"X-Scenario": "order_delayed"}, ["there is no scenario 'order_delayed'; allowed: "]),
    "an unknown parameter": (
        {"X-Scenario": "ORDER_REAPPOINTED?offset=3"},
        ["ORDER_REAPPOINTED has no parameter 'offset'; allowed: targetDateOffset"],
    ),
    "a parameter where there is none": (
        {"X-Scenario": "ORDER_DELAYED?targetDateOffset=3"},
        ["ORDER_DELAYED has no parameter 'targetDateOffset'; allowed: disorder"],
    ),
    "a parameter twice": (
        {"X-Scenario": "ORDER_REAPPOINTED?targetDateOffset=3&targetDateOffset=3"},
        ["targetDateOffset is given 2 times; allowed: once"],
    ),
    "a parameter out of range": (
        {"X-Scenario": "ORDER_REAPPOINTED?targetDateOffset=91"},
        ["targetDateOffset cannot be '91'; allowed: a whole number from 1 to 90"],
    ),
    "a parameter that is no number": (
        {"X-Scenario": "ORDER_REAPPOINTED?targetDateOffset=" + quote("\N{ARABIC-INDIC DIGIT THREE}")},
        ["targetDateOffset cannot be", "allowed: a whole number from 1 to 90"],
    ),
    "a parameter without a value": (
        {"X-Scenario": "ORDER_REAPPOINTED?targetDateOffset"},
        ["targetDateOffset cannot be ''; allowed: a whole number from 1 to 90"],
    ),
    "an unknown problem code": (
        {"X-Scenario": "ORDER_DELAYED", "X-Problem-Code": "BAD_LUCK"},
        ["header X-Problem-Code: the value is not one of", "NETWORK_ISSUE", "WAYLEAVE_ISSUE"],
    ),
    "a code that a delay cannot have": (
        {"X-Scenario": "ORDER_DELAYED", "X-Problem-Code": "COST_ISSUE"},
        ["a DELAY cannot carry COST_ISSUE; allowed: ", "NETWORK_ISSUE"],
    ),
    "a code that a cancellation cannot have": (
        {"X-Scenario": "ORDER_CANCELLED", "X-Problem-Code": "APPOINTMENT_NOT_REQUIRED"},
        ["a CANCELLED cannot carry APPOINTMENT_NOT_REQUIRED; allowed: ", "CAPACITY_ISSUE"],
    ),
    "a code that a new appointment cannot have": (
        {"X-Scenario": "ORDER_REAPPOINT", "X-Problem-Code": "CAPACITY_ISSUE"},
        ["a REAPPOINT cannot carry CAPACITY_ISSUE; allowed: ", "ACCESS_ISSUE"],
    ),
    "a code that a question cannot have": (
        {"X-Scenario": "ORDER_PENDING", "X-Problem-Code": "ACCESS_ISSUE"},
        ["a INFORMATION_REQUIRED cannot carry ACCESS_ISSUE; allowed: ", "COST_ISSUE"],
    ),
    "a code where none is used": (
        {"X-Scenario": "ORDER_SUCCESSFUL", "X-Problem-Code": "NETWORK_ISSUE"},
        ["ORDER_SUCCESSFUL uses no problem code; allowed: none"],
    ),
    "a code and no scenario": ({"X-Problem-Code": "NETWORK_ISSUE"}, ["uses no problem code; allowed: none"]),
    "a delay below nothing": ({"X-Kci-Delay": "-1"}, ["header X-Kci-Delay: "]),
    "a delay of more than a year": ({"X-Kci-Delay": "31536001"}, ["header X-Kci-Delay: "]),
    "a delay with a fraction": ({"X-Kci-Delay": "1.5"}, ["header X-Kci-Delay: "]),
    "a delay in words": ({"X-Kci-Delay": "soon"}, ["header X-Kci-Delay: "]),
    "a delay as a duration": ({"X-Kci-Delay": "PT5M"}, ["header X-Kci-Delay: "]),
    "several at once": (
        {"X-Scenario": "ORDER_REAPPOINTED?targetDateOffset=0&pace=2", "X-Problem-Code": "NETWORK_ISSUE"},
        ["cannot be '0'; allowed", "no parameter 'pace'; allowed", "uses no problem code; allowed: none"],
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_choice_is_refused_with_what_is_allowed_and_nothing_is_stored(
    sandbox: Sandbox, tenant: Tenant, what: str
) -> None:
    headers, parts = WRONG[what]
    body = tenant.order_body()
    status, answer = tenant.call("POST", "/v1/service-orders", json=body, headers=headers)
    assert (status, answer["code"]) == (422, "INVALID_REQUEST")
    told = " | ".join(answer["messages"])
    for part in parts:
        assert part in told
    assert tenant.drain()["fired"] == []
    assert tenant.inbox() == []
    order = tenant.post("/v1/service-orders", body)  # the reservation is still there to be used
    assert tenant.call("GET", f"/v1/service-orders/{order['id'] - 1}")[0] == 404


@pytest.mark.parametrize(
    ("headers", "codes"),
    [
        ({"X-Scenario": "ORDER_DELAYED"}, ["UNKNOWN_FAULT"]),
        ({"X-Scenario": "ORDER_DELAYED", "X-Problem-Code": "NETWORK_ISSUE"}, ["NETWORK_ISSUE"]),
        ({"X-Scenario": "ORDER_CANCELLED", "X-Problem-Code": "COST_ISSUE"}, ["COST_ISSUE"]),
        ({"X-Scenario": "ORDER_REAPPOINT", "X-Problem-Code": "ACCESS_ISSUE"}, ["ACCESS_ISSUE"]),
        ({"X-Scenario": "ORDER_PENDING"}, []),
        ({"X-Scenario": "ORDER_PENDING", "X-Problem-Code": "COST_ISSUE"}, ["COST_ISSUE"]),
        ({"X-Scenario": "ORDER_SUCCESSFUL"}, []),
    ],
)
def test_a_code_comes_with_the_kci_that_it_explains(tenant: Tenant, headers: dict[str, str], codes: list[str]) -> None:
    tenant.post("/v1/service-orders", tenant.order_body(), headers)
    tenant.drain()
    contents = [item["kci"].get("information") or item["kci"]["action"] for item in tenant.inbox()]
    assert [each["code"] for each in contents if "code" in each] == codes


def test_a_wrong_choice_is_refused_by_the_supplier_too(sandbox: Sandbox) -> None:
    """Whoever calls a fake supplier directly is told the same."""
    send = in_process(sandbox)
    form = {"grant_type": "client_credentials", "client_id": "gateway", "client_secret": "gateway-secret"}
    token = send("POST", "/v1/auth/supplier/access-token", form=form)[1]["access_token"]
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "1", "X-Conversation-ID": "1", "Tenant": "TENANT1"}
    body = {
        "id": 1,
        "orderType": "NEW",
        "tenant": "TENANT1",
        "address": {"id": "999000000001", "type": "UPRN"},
        "serviceOrderItem": {"serviceSpecification": {"id": "FTTB"}},
        "primaryContact": {"name": "Morgan Ellery"},
    }
    path = "/suppliers/CEDAR/service-orders"
    status, answer = send("POST", path, headers={**headers, "X-Scenario": "ORDER_LOST"}, json=body)
    assert (status, answer["code"]) == (422, "INVALID_REQUEST")
    assert SCENARIOS in answer["messages"][0]
    assert send("POST", path, headers={**headers, "X-Scenario": "ORDER_DELAYED"}, json=body)[0] == 202


def test_everything_wrong_with_an_order_is_told_at_once(tenant: Tenant) -> None:
    """Supplier, address, scenario headers and reservation: four people have not to be asked in turn."""
    body = {
        **tenant.order_body("CEDAR"),
        "supplier": "ZZZ",
        "address": {"id": "999999999999", "type": "UPRN"},
        "appointmentReservationId": 404,
    }
    headers = {"X-Scenario": "ORDER_UNHEARD_OF"}
    status, answer = tenant.call("POST", "/v1/service-orders", json=body, headers=headers)
    told = " ".join(answer["messages"])
    assert (status, answer["code"]) == (422, "INVALID_REQUEST")
    assert all(word in told for word in ("/supplier: ZZZ", "/address", "X-Scenario", "404"))
