"""The control API of faults: rules set, shown, taken away, and nobody else's business."""

import pytest
from werkzeug.test import Client, TestResponse

from sandbox.app import Sandbox
from sandbox.domain.wirefaults import DEEDS
from sandbox.spec.documents import load_document
from tests.faults.conftest import Rule
from tests.support.sandboxes import Json, Tenant, in_process

BUSY = {"kind": "answer", "status": 503, "retryAfter": 3}


def test_a_rule_is_shown_as_it_was_set_with_how_far_it_has_come(tenant: Tenant, rule: Rule) -> None:
    name = rule(match={"call": "GET /service-orders/{id}"}, every=2, do=BUSY)
    answers = [tenant.call("GET", "/v1/service-orders/1")[0] for _ in range(5)]
    assert answers == [404, 503, 404, 503, 404]
    assert tenant.get("/_sandbox/faults")["items"] == [
        {
            "id": name,
            "match": {"leg": "tenant", "call": "GET /service-orders/{id}"},
            "every": 2,
            "do": BUSY,
            "matched": 5,
            "done": 2,
            "ended": False,
        }
    ]


def struck_or_not(sandbox: Sandbox, tenant: Tenant, times: int) -> list[TestResponse]:
    headers = {"Authorization": f"Bearer {tenant.token}", "X-Request-ID": "1", "X-Conversation-ID": "1"}
    return [Client(sandbox.app).get("/v1/service-orders/1", headers=headers) for _ in range(times)]


def test_what_is_struck_says_by_which_rule(sandbox: Sandbox, tenant: Tenant, rule: Rule) -> None:
    name = rule(do=BUSY)
    seen = struck_or_not(sandbox, tenant, 2)
    assert [response.headers.get("X-Sandbox-Fault") for response in seen] == [name, None]
    assert seen[0].headers["Retry-After"] == "3"
    assert seen[0].get_json()["code"] == "GATEWAY_FAULT"


def test_a_rule_taken_away_strikes_no_more(tenant: Tenant, rule: Rule) -> None:
    name, other = rule(next=5, do=BUSY), rule(match={"leg": "supplier"}, do=BUSY)
    assert tenant.call("DELETE", f"/_sandbox/faults/{name}") == (204, None)
    assert tenant.call("GET", "/v1/service-orders/1")[0] == 404
    assert [each["id"] for each in tenant.get("/_sandbox/faults")["items"]] == [other]
    assert tenant.call("DELETE", f"/_sandbox/faults/{name}")[0] == 404
    assert tenant.call("DELETE", "/_sandbox/faults") == (204, None)
    assert tenant.get("/_sandbox/faults") == {"items": []}


def test_nobodys_rule_strikes_another(sandbox: Sandbox) -> None:
    """Not even of two tenants that share a world, nor is it seen or taken away."""
    one, other = (Tenant(in_process(sandbox), f"tenant{number}").sign_in() for number in (3, 4))
    name = one.post("/_sandbox/faults", {"every": 1, "do": BUSY})["id"]
    assert one.call("GET", "/v1/service-orders/1")[0] == 503
    assert other.call("GET", "/v1/service-orders/1")[0] == 404
    assert other.get("/_sandbox/faults") == {"items": []}
    assert other.call("DELETE", f"/_sandbox/faults/{name}")[0] == 404
    other.call("DELETE", "/_sandbox/faults")
    assert one.call("GET", "/v1/service-orders/1")[0] == 503


def test_the_control_api_is_never_struck(tenant: Tenant, rule: Rule) -> None:
    rule(every=1, do=BUSY)
    assert tenant.call("GET", "/_sandbox/clock")[0] == 200


def test_a_reset_ends_all_rules(tenant: Tenant, rule: Rule) -> None:
    rule(every=1, do=BUSY)
    tenant.post("/_sandbox/reset")
    assert tenant.get("/_sandbox/faults") == {"items": []}
    assert tenant.call("GET", "/v1/service-orders/1")[0] == 404


def test_rules_end_with_the_worlds_time(tenant: Tenant, rule: Rule) -> None:
    rule(every=1, do=BUSY, until="2027-01-15T09:00:00Z")
    assert tenant.call("GET", "/v1/service-orders/1")[0] == 503
    tenant.advance("PT1H")
    assert tenant.call("GET", "/v1/service-orders/1")[0] == 404
    status, answer = tenant.call("POST", "/_sandbox/faults", json={"do": BUSY, "until": "2027-01-15T08:30:00Z"})
    assert (status, answer["messages"]) == (422, ["/until: send a later moment: the world's time has passed it"])


def test_only_so_many_rules_may_be(tenant: Tenant, rule: Rule) -> None:
    for _ in range(50):
        rule(do=BUSY)
    assert tenant.call("POST", "/_sandbox/faults", json={"do": BUSY})[0] == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"do": {"kind": "answer"}},
        {"do": {"kind": "answer", "status": 200}},
        {"do": {"kind": "drop", "status": 500}},
        {"do": {"kind": "delay"}},
        {"do": {"kind": "delay", "milliseconds": 10, "limit": "over"}, "match": {"leg": "supplier"}},
        {"do": {"kind": "missing"}},
        {"do": {"kind": "missing", "fields": ["status"]}},
        {"do": BUSY, "percent": 0},
        {"do": BUSY, "next": 1, "nth": 1},
        {"do": BUSY, "match": {"call": "GET /nowhere"}},
        {"do": BUSY, "match": {"call": "POST /kcis"}},
        {"do": BUSY, "match": {"leg": "callback", "call": "POST /service-orders"}},
        {"do": BUSY, "match": {"path": "/service-orders"}},
        {"do": BUSY, "evry": 2},
    ],
)
def test_a_rule_that_cannot_be_is_refused(tenant: Tenant, body: Json) -> None:
    status, answer = tenant.call("POST", "/_sandbox/faults", json=body)
    assert status in (400, 422)
    assert answer["messages"]
    assert tenant.get("/_sandbox/faults") == {"items": []}


def test_the_document_names_the_deeds_that_there_are() -> None:
    deed = load_document("control").data["components"]["schemas"]["FaultDeed"]
    assert deed["properties"]["kind"]["enum"] == list(DEEDS)
