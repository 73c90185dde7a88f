"""A tenant's life that leaves an id of every kind, and the ids that it left."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, insert

from sandbox.spec.documents import load_document
from sandbox.store.schema import counters
from tests.support.ethernet import item, quote
from tests.support.sandboxes import Json, Tenant

# From here on the victim's numbers count, so that none of them is anybody else's.
FAR = 700_000
NUMBERED = ("order", "reservation", "test", "problem", "amendment", "cancellation", "resolution", "cursor", "fault")


def far_numbers(connection: Connection, world: str, tenant: str) -> None:
    """Let the tenant's numbers begin far from others', each kind in a range of its own."""
    rows = [
        {"world": world, "owner": tenant, "kind": kind, "value": FAR + 1000 * place}
        for place, kind in enumerate(NUMBERED)
    ]
    connection.execute(insert(counters), rows)


def live(tenant: Tenant) -> None:
    """Orders open and completed, a reservation, an amendment, a test, a quote, a supplier, a fault, a snapshot …"""
    tenant.call("PUT", "/_sandbox/callback", json={"url": f"http://127.0.0.1:9/{tenant.code}-callback"})
    done = tenant.place(supplier="ALDER")["id"]
    tenant.place("ORDER_REAPPOINTED", supplier="ALDER")
    tenant.drain()
    tenant.order(done)
    open_order = tenant.place("ORDER_ACKNOWLEDGED", supplier="CEDAR")["id"]
    tenant.reserve(tenant.address_served_by("ALDER"))
    tenant.drain()
    tenant.post("/v1/service-order-amendments", {"orderId": open_order, "supplier": "CEDAR", "notes": "The side door."})
    tenant.drain()
    service = tenant.get("/_sandbox/services")["items"][0]
    about = {name: service[name] for name in ("serviceId", "supplier", "serviceSpecification")}
    worked = [{"name": "SERVICE_HAS_WORKED", "value": "true"}]
    tenant.call("POST", "/v1/service-tests", json={**about, "problemType": "OUTAGE", "characteristics": worked})
    tenant.drain()
    quote(tenant, item(tenant))
    own = own_supplier(tenant)
    tenant.post("/_sandbox/suppliers", {"code": own, "title": "Own", "baseUrl": f"http://127.0.0.1:9/{own}"})
    tenant.post("/_sandbox/faults", {"match": {"call": "POST /service-orders"}, "nth": 100_000, "do": {"kind": "drop"}})
    tenant.post("/_sandbox/snapshots", {"name": f"of-{tenant.code}"})
    tenant.call("POST", f"/_sandbox/tenants/{tenant.code}/credentials", json={"kind": "tenant"})
    nobody = {"suite": "tenant", "name": tenant.code, "url": f"http://127.0.0.1:9/{tenant.code}-callback"}
    tenant.post("/_sandbox/conformance", {"profile": nobody})
    while tenant.get("/_sandbox/conformance")["items"][0]["state"] == "running":
        pass  # nobody is there, so it ends at once


def own_supplier(tenant: Tenant) -> str:
    """The code of the supplier that the tenant brought, which does not say whose: its whole world orders there."""
    return f"OWN{tenant.code[::-1]}"


def shown(tenant: Tenant) -> dict[str, Json]:
    """Everything that the tenant is shown without naming anything, and all about its orders."""
    paths = [
        f"/_sandbox{operation.path}"
        for operation in load_document("control").operations.values()
        if operation.method == "GET" and "{" not in operation.path and "tenant" in operation.callers
    ]
    paths += [f"/_sandbox/tenants/{tenant.code}{more}" for more in ("", "/credentials")]
    found = {path: tenant.call("GET", path)[1] for path in paths}
    items = found["/_sandbox/inbox"]["items"]
    orders = sorted({each["kci"]["entity"]["id"] for each in items})
    for order in orders:
        for path in (f"/v1/service-orders/{order}", f"/_sandbox/orders/{order}/timeline"):
            found[path] = tenant.call("GET", path)[1]
    return found


def leaves(value: Json, name: str = "") -> Iterator[tuple[str, str | int]]:
    """(member, value) of every text and whole number of a JSON value."""
    if isinstance(value, Mapping):
        for key, item_ in value.items():
            yield from leaves(item_, key)
    elif isinstance(value, list):
        for item_ in value:
            yield from leaves(item_, name)
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield name, value
