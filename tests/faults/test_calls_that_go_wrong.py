"""Faults on a tenant's own calls: the client that is right ends right, the one with exactly that bug does not."""

from collections.abc import Callable

import pytest

from tests.faults.buyer import BUGS, Buyer
from tests.faults.conftest import Rule
from tests.support.sandboxes import Json, Tenant

PLACING = {"call": "POST /service-orders"}
UNSENT = {"leg": "supplier", "call": "POST /service-orders"}

# What is done to the calls, and the mistake that it finds.
FAULTS = [
    ({"match": PLACING, "next": 2, "do": {"kind": "answer", "status": 503, "retryAfter": 3}}, "gives_up"),
    ({"match": PLACING, "do": {"kind": "answer", "status": 500}, "when": "after"}, "repeats_blindly"),
    ({"match": PLACING, "do": {"kind": "drop"}, "when": "after"}, "repeats_blindly"),
    ({"match": PLACING, "do": {"kind": "delay", "milliseconds": 2_900}}, "impatient"),
    ({"match": PLACING, "do": {"kind": "delay", "milliseconds": 3_100}}, "repeats_blindly"),
    ({"match": PLACING, "do": {"kind": "malformed"}}, "trusts_the_wire"),
    ({"match": PLACING, "do": {"kind": "missing", "fields": ["/id"]}}, "trusts_the_fields"),
    ({"match": PLACING, "do": {"kind": "empty", "fields": ["/id"]}}, "trusts_the_fields"),
    ({"match": PLACING, "do": {"kind": "expired_token"}}, "keeps_its_token"),
    ({"match": UNSENT, "do": {"kind": "answer", "status": 500}}, "never_orders_again"),
    ({"match": UNSENT, "do": {"kind": "drop"}}, "never_orders_again"),
    ({"match": UNSENT, "do": {"kind": "delay", "limit": "over"}}, "never_orders_again"),
    ({"match": UNSENT, "do": {"kind": "expired_token"}}, "never_orders_again"),
]


def names(value: object) -> str | None:
    return f"{value['match'].get('leg', 'tenant')} {value['do']['kind']}" if isinstance(value, dict) else None


def ended_right(buyer: Buyer) -> bool:
    """One order was delivered, and the client knows which."""
    completed = {kci["entity"]["id"] for kci in buyer.kcis() if kci["entity"]["status"] == "COMPLETED"}
    return completed == {buyer.mine["line"]} and buyer.status("line") == "COMPLETED"


@pytest.mark.parametrize("bugged", [False, True], ids=["right", "wrong"])
@pytest.mark.parametrize(("fault", "bug"), FAULTS, ids=names)
def test_only_the_client_with_that_bug_ends_wrong(
    buyer: Callable[[str], Buyer], tenant: Tenant, rule: Rule, fault: Json, bug: str, bugged: bool
) -> None:
    name = rule(**fault)
    client = buyer(bug if bugged else "")
    client.order("line", tenant.order_body("CEDAR"))
    client.drain()
    assert ended_right(client) is not bugged
    (kept,) = tenant.get("/_sandbox/faults")["items"]
    assert kept["id"] == name
    assert kept["done"] == (1 if bugged else fault.get("next", 1))


def test_every_bug_is_found_by_a_fault() -> None:
    assert {bug for _, bug in FAULTS} == set(BUGS)
