"""Many orders of a client that is right, where three of ten calls go wrong on every leg: all are delivered."""

from pathlib import Path

import pytest

from tests.faults.buyer import Buyer
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox

# Everything that may go wrong with three of ten calls, and never more than twice running with one request.
DEEDS: list[Json] = [
    {"do": {"kind": "answer", "status": 503, "retryAfter": 1}},
    {"do": {"kind": "answer", "status": 500}, "when": "after"},
    {"do": {"kind": "drop"}},
    {"do": {"kind": "drop"}, "when": "after"},
    {"do": {"kind": "malformed"}},
    {"do": {"kind": "missing", "fields": ["/id"]}},
    {"do": {"kind": "expired_token"}},
    {"do": {"kind": "delay", "milliseconds": 3_100}},
]
LEGS: list[Json] = [
    {"match": {"leg": "updates"}, "do": {"kind": "answer", "status": 500}, "when": "after"},
    {"match": {"leg": "supplier", "call": "POST /service-orders"}, "do": {"kind": "answer", "status": 503}},
]
PERCENT = 30
ORDERS_A_WORLD = 25


def check_journeys(folder: Path, journeys: int) -> None:
    """A world begins anew for every few of them, each time with other chances."""
    sandbox = open_sandbox(folder, check_responses=False)
    tenant = Tenant(in_process(sandbox)).sign_in()
    struck = 0
    for world in range(-(-journeys // ORDERS_A_WORLD)):
        tenant.post("/_sandbox/reset")
        tenant.sign_in()
        bodies = [tenant.order_body("CEDAR") for _ in range(8)]
        set_faults(tenant, f"world {world}")
        buyer = Buyer(sandbox).sign_in()
        count = min(ORDERS_A_WORLD, journeys - world * ORDERS_A_WORLD)
        for number in range(count):
            buyer.order(f"journey-{number}", bodies[number % len(bodies)])
        buyer.drain()
        told = {kci["entity"]["id"]: kci["entity"]["status"] for kci in buyer.kcis()}
        delivered = [number for number, status in told.items() if status == "COMPLETED"]
        assert sorted(delivered) == sorted(buyer.mine.values()), f"world {world}"
        assert len(buyer.mine) == count
        struck += sum(rule["done"] for rule in tenant.get("/_sandbox/faults")["items"])
    assert struck > journeys / 2
    sandbox.close()


def set_faults(tenant: Tenant, seed: str) -> None:
    """Of each deed its share of the percentage, so that together three of ten calls are struck."""
    share = PERCENT / len(DEEDS)
    for number, deed in enumerate(DEEDS):
        rule = {**deed, "percent": share, "seed": f"{seed} {number}", "times": 1_000_000}
        if deed["do"]["kind"] in ("missing", "expired_token"):
            rule["match"] = {"call": "POST /service-orders"}
        tenant.post("/_sandbox/faults", rule)
    for leg in LEGS:
        tenant.post("/_sandbox/faults", {**leg, "percent": PERCENT, "seed": seed, "times": 1_000_000})


def test_all_of_some_journeys_end_right(tmp_path: Path) -> None:
    check_journeys(tmp_path, 50)


@pytest.mark.prove
def test_all_of_ten_thousand_journeys_end_right(tmp_path: Path) -> None:
    check_journeys(tmp_path, 10_000)
