"""What comes after an order has completed: services, orders about them, tests and problems."""

import json
from typing import Any

from tests.support.sandboxes import Json, Tenant, kind_of

LINES = ("ONT_REFERENCE", "ONT_PORT", "LINE_ID")
CONTACT = {"name": "Morgan Ellery", "phoneNumber": "01632 960123"}
SPECIFICATIONS = {"ALDER": "FTTP", "BIRCH": "ftthl2r", "CEDAR": "FTTB"}
PROFILES = {"ALDER": "900/200", "BIRCH": "150M150M", "CEDAR": "4"}  # others than a new line gets here
HAS_WORKED = [{"name": "SERVICE_HAS_WORKED", "value": "false"}]


def go_live(tenant: Tenant, supplier: str) -> Json:
    """A completed order for a new line."""
    order = tenant.place(None, supplier)
    tenant.drain()
    return tenant.order(order["id"])


def characteristics(order: Json) -> dict[str, str]:
    """The characteristics of a provide order, by name."""
    return {each["name"]: each["value"] for each in order["serviceOrderItem"]["serviceCharacteristics"]}


def service_of(order: Json) -> str:
    """The id of the service that it made."""
    return characteristics(order)["SERVICE_ID"]


def taking_up(order: Json, kind: str) -> Json:
    """The body of an order of this kind for the line that another order made."""
    line = [{"name": name, "value": value} for name, value in characteristics(order).items() if name in LINES]
    specification = {"id": order["serviceOrderItem"]["serviceSpecification"]["id"]}
    return {
        "orderType": kind,
        "supplier": order["supplier"],
        "address": order["address"],
        "serviceOrderItem": {"serviceSpecification": specification, "serviceCharacteristics": line},
        "primaryContact": CONTACT,
    }


def modify(order: Json, profile: str | None = None) -> Json:
    """The body of an order for another profile."""
    value = profile or PROFILES[order["supplier"]]
    about = {"supplier": order["supplier"], "serviceId": service_of(order)}
    return {"orderType": "MODIFY", **about, "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": value}]}


def cease(order: Json, day: str = "2027-02-01") -> Json:
    """The body of an order to end the service."""
    about = {"supplier": order["supplier"], "serviceId": service_of(order)}
    return {"orderType": "CEASE", **about, "requestedCompletionDate": day}


def site(tenant: Tenant, order: Json) -> Json:
    """What availability shows where this order's line is."""
    query = {"address": json.dumps(order["address"]), "suppliers": [order["supplier"]]}
    return tenant.get("/v1/service-availability", query)[0]["siteInformation"]


def port(tenant: Tenant, order: Json) -> Json:
    """The port of this order's line, as availability shows it."""
    (line,) = site(tenant, order)["existingLines"]
    return line["ont"]["ports"][0]


def services(tenant: Tenant) -> list[str]:
    """The ids of what the tenant has live."""
    return [each["serviceId"] for each in tenant.get("/_sandbox/services")["items"]]


def kcis(tenant: Tenant, entity_type: str, number: int | None = None) -> list[Json]:
    """The KCIs about things of this type, or about one of them."""
    found = [item["kci"] for item in tenant.inbox() if item["kci"]["entityType"] == entity_type]
    return [kci for kci in found if number in (None, kci["entity"]["id"])]


def told(tenant: Tenant, entity_type: str, number: int | None = None) -> list[tuple[str, str]]:
    """(type, status) of each KCI about things of this type, or about one of them."""
    return [kind_of(kci) for kci in kcis(tenant, entity_type, number)]


def body_of_test(order: Json, **more: Any) -> Json:
    """A request for a test of the service that the order made."""
    supplier = order["supplier"]
    about = {"serviceId": service_of(order), "serviceSpecification": {"id": SPECIFICATIONS[supplier]}}
    return {"supplier": supplier, "problemType": "OUTAGE", "characteristics": HAS_WORKED, **about, **more}


def have_tested(tenant: Tenant, order: Json, scenario: str = "SERVICE_TEST_RED", **more: Any) -> Json:
    """A test that has come to its end."""
    test = tenant.post("/v1/service-tests", body_of_test(order, **more), {"X-Scenario": scenario})
    tenant.drain()
    return tenant.get(f"/v1/service-tests/{test['id']}")


def body_of_problem(supplier: str, test: int, **more: Any) -> Json:
    """A service problem after this test."""
    return {
        "problemType": "OUTAGE",
        "problemText": "No light on the router since the morning",
        "supplier": supplier,
        "serviceTestId": test,
        "characteristics": HAS_WORKED,
        "primaryContact": CONTACT,
        **more,
    }
