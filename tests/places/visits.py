"""What a tenant sees of a place with a published behaviour."""

import json

from tests.support.sandboxes import Json, Tenant


def places(tenant: Tenant, behaviour: str) -> list[Json]:
    """The premises of the address book that behave so."""
    items = tenant.get("/_sandbox/addresses")["items"]
    return [each for each in items if each.get("behaviour") == behaviour]


def place(tenant: Tenant, behaviour: str, number: int = 0) -> Json:
    """The address identifier of one of them, by its UPRN."""
    identifier = places(tenant, behaviour)[number]["identifier"]
    return {"id": identifier["id"], "type": identifier["type"]}


def availability(tenant: Tenant, address: Json, supplier: str = "ALDER") -> Json:
    """What this supplier offers there."""
    query = {"address": json.dumps(address), "suppliers": supplier}
    (found,) = tenant.get("/v1/service-availability", query)
    return found


def reason(tenant: Tenant, address: Json, supplier: str = "ALDER") -> str:
    """The code of why nothing can be had there."""
    (only,) = availability(tenant, address, supplier)["unavailabilityReasons"]
    return str(only["code"])


def order(tenant: Tenant, address: Json, supplier: str = "ALDER", **more: Json) -> Json:
    """A placed order for a new line there."""
    return tenant.post("/v1/service-orders", tenant.order_body(supplier, address) | more)


def story(tenant: Tenant, address: Json, supplier: str = "ALDER", **more: Json) -> tuple[str, list[str]]:
    """The status in which an order ends, and the codes of the problems that it had."""
    placed = order(tenant, address, supplier, **more)
    tenant.drain()
    ended = tenant.order(placed["id"])
    contents = [each.get("information") or each.get("action") or each.get("error") for each in ended["updates"]]
    return ended["status"], [each["code"] for each in contents if "code" in each]


def with_characteristics(tenant: Tenant, supplier: str, **values: str) -> Json:
    """The service characteristics of a correct order, and these."""
    known = {each["code"]: each for each in tenant.get("/_sandbox/suppliers")["items"]}[supplier]
    profile = {"name": "LINE_PROFILE", "value": known["specifications"][0]["lineProfiles"][0]}
    return [profile, *({"name": name, "value": value} for name, value in values.items())]


def amend(tenant: Tenant, order_id: int, **changes: Json) -> list[str]:
    """Ask for an amendment and let time pass: the types of the KCIs that tell of it."""
    before = len(tenant.inbox())
    tenant.post("/v1/service-order-amendments", {"orderId": order_id, **changes})
    tenant.drain()
    kcis = [item["kci"] for item in tenant.inbox()[before:]]
    contents = (kci.get("information") or kci.get("action") or kci.get("error") for kci in kcis)
    return [each.get("type") or each["code"] for each in contents]
