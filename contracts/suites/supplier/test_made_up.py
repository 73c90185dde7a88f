"""The property-based phase: requests that a machine made up from the document, some right and some wrong."""

import json

import pytest

from contracts.suites.supplier.asking import Story

requirement = pytest.mark.requirement

ORDERS = {"handleCreateOrder": None, "handleCreateEthernetOrder": "ETHERNET", "handleCreateProblem": "PROBLEM"}
PARTS = {
    "handleQuote": "ETHERNET",
    "handleCreateEthernetOrder": "ETHERNET",
    "handleServiceTest": "TESTS",
    "handleCreateProblem": "PROBLEMS",
    "handleAmendProblem": "PROBLEMS",
    "handleCancelProblem": "PROBLEMS",
    "handleServiceProblemResolution": "PROBLEMS",
    "handleReserveAppointment": "APPOINTMENTS",
    "handleAppointmentAvailability": "APPOINTMENTS",
    "handleAmendOrder": "AMENDMENTS",
    "handleCancelOrder": "CANCELLATIONS",
}
NOBODYS = 999_999_999_999  # what a made-up request is about must be nobody's


@pytest.fixture(scope="session")
def made_up(party, gateway, made_up_requests):
    """{right or wrong: the exchanges of requests made up so}."""
    return {
        "right": [say(party, gateway, *each) for each in made_up_requests("right", PARTS)],
        "wrong": [say(party, gateway, *each) for each in made_up_requests("wrong", PARTS)],
    }


def say(party, gateway, operation, method, path, params, headers, content):
    """Send a made-up request: numbers are the suite's own, so that nothing of anybody else's is touched."""
    try:
        body = json.loads(content) if content else None
    except ValueError:
        body = None
    if isinstance(body, dict):
        body |= {"id": gateway.number()} if isinstance(body.get("id"), int) else {}
        body |= {name: NOBODYS for name in ("orderId", "serviceProblemId") if isinstance(body.get(name), int)}
        content = json.dumps(body)
    token = party.token()
    sent = {**headers, "Authorization": token} if token else headers
    sent = {name: value for name, value in sent.items() if value.isascii() and value.isprintable()}
    exchange = party.send(operation, method, party.url + path, params, sent, content, body)
    if operation in ORDERS and exchange.status in (201, 202) and isinstance(body, dict):
        kind = ORDERS[operation] or body.get("orderType", "NEW")
        tenant = headers.get("Tenant") or body.get("tenant")
        gateway.stories.append(Story(kind, body.get("id"), tenant, body, exchange, gateway))
    return exchange


@requirement("SUP-140")
def test_a_made_up_request_gets_a_documented_status(made_up, documented, expect):
    for each in expect.given(made_up["right"], "the profile leaves this phase out"):
        known = documented(each.operation, each.status)
        expect(known, each, expected=f"a documented status of {each.operation}", got=each.status)


@requirement("SUP-141")
def test_no_made_up_request_makes_it_fail(made_up, expect):
    for each in expect.given([*made_up["right"], *made_up["wrong"]], "the profile leaves this phase out"):
        failed = each.status >= 500 and each.status != 501
        expect(not failed, each, expected="no failure, whatever is sent", got=each.status)
