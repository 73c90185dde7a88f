"""Questions for quotes, and orders for what was quoted."""

from typing import Any

from tests.support.sandboxes import Json, Tenant

# Premises that BIRCH and CEDAR both serve, in areas of their own.
PLACES = ("999000000001", "999000000005", "999000000009")
SOLD = {"BIRCH": "EOF1G", "CEDAR": "ETH1000"}


def sites(tenant: Tenant, *uprns: str) -> list[Json]:
    """Sites at these premises: the first is the A-END, the others B-ENDs."""
    found = {each["identifier"]["id"]: each for each in tenant.get("/_sandbox/addresses")["items"]}
    return [
        {
            "name": f"Site {number}",
            "address": {"id": uprn, "type": "UPRN"},
            "postcode": found[uprn]["postcode"],
            "role": "B-END" if number else "A-END",
        }
        for number, uprn in enumerate(uprns)
    ]


def item(tenant: Tenant, supplier: str = "BIRCH", number: int = 1, months: int = 36, **changes: Any) -> Json:
    """One item of a question: a service of this supplier's between the first two places."""
    return {
        "id": number,
        "supplier": supplier,
        "sites": sites(tenant, *PLACES[:2]),
        "contractDetails": {"contractLength": {"value": months, "unit": "MONTH"}, "billingFrequency": "MONTHLY"},
        "service": [{"serviceSpecification": {"id": SOLD.get(supplier, "EOF1G")}}],
        **changes,
    }


def quote(tenant: Tenant, *items: Json) -> list[Json]:
    """The answered items."""
    answer: Json = tenant.post("/v1/quote", {"externalIdentifier": "QUO-1", "quoteItems": list(items)})
    answered: list[Json] = answer["quoteItems"]
    return answered


def order_for(quoted: Json) -> Json:
    """The order for a quoted item, as it was quoted."""
    contact = {"name": "Morgan Ellery", "phoneNumber": "01632 960123"}
    return {
        "supplier": quoted["supplier"],
        "supplierQuoteId": quoted["supplierQuoteId"],
        "siteInformation": [{**site, "primaryContact": contact} for site in quoted["sites"]],
        "orderItems": [
            {"serviceSpecification": {"id": each["serviceSpecification"]["id"]}} for each in quoted["service"]
        ],
    }
