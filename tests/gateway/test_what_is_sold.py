"""An order for what the supplier does not sell, or cannot bring there, is rejected in the supplier's own words."""

from typing import Any

import pytest

from tests.support.sandboxes import Json, Tenant


def with_profile(value: str) -> Json:
    characteristics = [{"name": "LINE_PROFILE", "value": value}]
    return {"serviceSpecification": {"id": "FTTB"}, "serviceCharacteristics": characteristics}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"serviceOrderItem": {"serviceSpecification": {"id": "FTTP"}}},
            "/serviceOrderItem/serviceSpecification: CEDAR sells FTTB",
        ),
        (
            {"serviceOrderItem": with_profile("9")},
            "/serviceOrderItem/serviceCharacteristics: LINE_PROFILE of FTTB is one of 1, 2, 3, 4",
        ),
    ],
)
def test_the_refusal_of_the_supplier_ends_the_order(tenant: Tenant, change: dict[str, Any], text: str) -> None:
    order = tenant.post("/v1/service-orders", {**tenant.order_body("CEDAR"), **change})
    tenant.drain()
    assert tenant.told(order["id"]) == [("UPDATE", "SENT_TO_SUPPLIER"), ("TERMINATED", "REJECTED")]
    assert tenant.inbox()[-1]["kci"]["information"]["text"] == text


def test_an_address_that_the_supplier_does_not_serve_is_rejected(tenant: Tenant) -> None:
    far = next(each for each in tenant.get("/_sandbox/addresses")["items"] if "CEDAR" not in each["suppliers"])
    address = {name: far["identifier"][name] for name in ("id", "type")}
    order = tenant.post("/v1/service-orders", {**tenant.order_body("CEDAR"), "address": address})
    tenant.drain()
    assert tenant.told(order["id"])[-1] == ("TERMINATED", "REJECTED")
    assert "CEDAR does not serve these premises" in tenant.inbox()[-1]["kci"]["information"]["text"]


def test_a_characteristic_that_nobody_knows_is_kept_and_returned(tenant: Tenant) -> None:
    item = with_profile("2")
    item["serviceCharacteristics"].append({"name": "FAVOURITE_COLOUR", "value": "puce"})
    order = tenant.post("/v1/service-orders", {**tenant.order_body("CEDAR"), "serviceOrderItem": item})
    tenant.drain()
    kept = tenant.order(order["id"])["serviceOrderItem"]["serviceCharacteristics"]
    assert {"name": "FAVOURITE_COLOUR", "value": "puce"} in kept
