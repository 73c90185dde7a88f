"""The main job: an order becomes exactly the KCIs that its scenario promises."""

import pytest

from tests.support.sandboxes import Tenant

AFTER_UPDATE = {
    "ORDER_SUCCESSFUL": [
        ("ACKNOWLEDGED", "ACKNOWLEDGED"),
        ("COMMITTED", "IN_PROGRESS"),
        ("ADDITIONAL", "IN_PROGRESS"),
        ("COMPLETED", "COMPLETED"),
    ],
    "ORDER_ACKNOWLEDGED": [("ACKNOWLEDGED", "ACKNOWLEDGED")],
    "ORDER_IN_PROGRESS": [("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS")],
    "ORDER_PENDING": [
        ("ACKNOWLEDGED", "ACKNOWLEDGED"),
        ("COMMITTED", "IN_PROGRESS"),
        ("INFORMATION_REQUIRED", "PENDING"),
    ],
    "ORDER_REAPPOINT": [("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("REAPPOINT", "PENDING")],
    "ORDER_REAPPOINTED": [
        ("ACKNOWLEDGED", "ACKNOWLEDGED"),
        ("COMMITTED", "IN_PROGRESS"),
        ("REAPPOINTED", "IN_PROGRESS"),
        ("COMPLETED", "COMPLETED"),
    ],
    "ORDER_DELAYED": [
        ("ACKNOWLEDGED", "ACKNOWLEDGED"),
        ("COMMITTED", "IN_PROGRESS"),
        ("DELAY", "HELD"),
        ("RESUMED", "IN_PROGRESS"),
        ("COMPLETED", "COMPLETED"),
    ],
    "ORDER_CANCELLED": [
        ("ACKNOWLEDGED", "ACKNOWLEDGED"),
        ("COMMITTED", "IN_PROGRESS"),
        ("CANCELLED", "CANCELLED"),
    ],
    "ORDER_REJECTED": [("TERMINATED", "REJECTED")],
}
NEEDS_A_DIARY = {"ORDER_REAPPOINT", "ORDER_REAPPOINTED"}


@pytest.mark.parametrize("supplier", ["ALDER", "BIRCH", "CEDAR"])
@pytest.mark.parametrize("scenario", sorted(AFTER_UPDATE))
def test_a_scenario_gives_exactly_its_sequence(tenant: Tenant, scenario: str, supplier: str) -> None:
    """Whatever the supplier's character; a scenario about appointments needs a supplier that makes them."""
    if supplier == "CEDAR" and scenario in NEEDS_A_DIARY:
        status, body = tenant.call(
            "POST", "/v1/service-orders", json=tenant.order_body(supplier), headers={"X-Scenario": scenario}
        )
        assert (status, body["code"]) == (422, "INVALID_REQUEST")
        assert "ORDER_SUCCESSFUL" in body["messages"][0]
        return
    order = tenant.place(scenario, supplier)
    tenant.drain()
    assert tenant.told(order["id"]) == [("UPDATE", "SENT_TO_SUPPLIER"), *AFTER_UPDATE[scenario]]
    sequence = [update["sequenceNumber"] for update in tenant.order(order["id"])["updates"]]
    assert sequence == list(range(1, len(AFTER_UPDATE[scenario]) + 2))
