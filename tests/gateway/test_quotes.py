import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sandbox.app import Sandbox
from tests.support.ethernet import PLACES, item, quote, sites
from tests.support.sandboxes import Json, Tenant, in_process
from tests.support.spies import body_of, spied


def monthly(quoted: Json) -> Decimal:
    return next(Decimal(each["amount"]) for each in quoted["charges"] if each["type"] == "RECURRING")


def once(quoted: Json) -> Decimal:
    return next(Decimal(each["amount"]) for each in quoted["charges"] if each["type"] == "ONE_OFF")


def reasons(quoted: Json) -> list[tuple[str, str]]:
    assert "supplierQuoteId" not in quoted
    assert "charges" not in quoted
    return [(each["code"], each["text"]) for each in quoted["unavailabilityReasons"]]


def test_a_quote_has_its_own_id_and_every_item_with_its_suppliers_price(tenant: Tenant) -> None:
    asked = [item(tenant, "BIRCH", 7), item(tenant, "CEDAR", 3)]
    answer = tenant.post("/v1/quote", {"externalIdentifier": "QUO-1", "quoteItems": asked})
    assert answer["externalId"] == "QUO-1"  # published: asked as externalIdentifier, answered as externalId
    assert "externalIdentifier" not in answer
    assert answer["created"] == "2027-01-15T08:00:00.000Z"
    birch, cedar = answer["quoteItems"]
    assert [(each["id"], each["supplier"], each["sites"]) for each in (birch, cedar)] == [
        (each["id"], each["supplier"], each["sites"]) for each in asked
    ]
    assert birch["contractDetails"] == asked[0]["contractDetails"]
    assert birch["service"] == [{"serviceSpecification": {"id": "EOF1G", "name": "Ethernet over fibre"}}]
    assert (birch["expiryDateTime"], cedar["expiryDateTime"]) == (
        "2027-02-14T08:00:00.000Z",
        "2027-01-29T08:00:00.000Z",
    )
    assert len({answer["id"], birch["supplierQuoteId"], cedar["supplierQuoteId"]}) == 3
    assert {each["currency"] for each in birch["charges"] + cedar["charges"]} == {"GBP"}
    assert min(monthly(birch), monthly(cedar), once(birch), once(cedar)) > 0


def test_the_same_question_has_the_same_price_and_another_name(tenant: Tenant) -> None:
    [first] = quote(tenant, item(tenant))
    tenant.advance("P3D")
    by_nad = item(tenant)
    by_nad["sites"][1]["address"] = {"id": "A99900000005", "type": "NAD"}
    [second] = quote(tenant, by_nad)
    assert second["charges"] == first["charges"]
    assert second["supplierQuoteId"] != first["supplierQuoteId"]
    assert second["expiryDateTime"] > first["expiryDateTime"]


def test_a_price_depends_on_service_sites_and_contract(tenant: Tenant) -> None:
    longer, larger = item(tenant, number=2, months=60), item(tenant, number=3)
    larger["service"] = [{"serviceSpecification": {"id": "EOF10G"}}]
    more = item(tenant, number=4, sites=sites(tenant, *PLACES))
    one, two, three, four = quote(tenant, item(tenant), longer, larger, more)
    assert once(two) == once(one)
    assert monthly(two) < monthly(one) < monthly(three)
    assert once(four) > once(one)


def test_two_services_in_one_item_are_charged_apart(tenant: Tenant) -> None:
    services = [{"serviceSpecification": {"id": each}} for each in ("EOF1G", "EOF10G")]
    [both] = quote(tenant, item(tenant, service=services))
    assert [each["type"] for each in both["charges"]] == ["ONE_OFF", "RECURRING"] * 2
    assert len({each["name"] for each in both["charges"]}) == 4


def test_a_supplier_without_ethernet_says_so_and_spoils_nobody_elses_quote(tenant: Tenant) -> None:
    alder, birch = quote(tenant, item(tenant, "ALDER", 1), item(tenant, "BIRCH", 2))
    assert reasons(alder) == [("NOT_QUOTED", "ALDER sells no Ethernet")]
    assert birch["supplierQuoteId"]


def spoil_site(number: int, **changes: Any) -> Callable[[Json], None]:
    return lambda asked: asked["sites"][number].update(changes)


def spoil_contract(**changes: Any) -> Callable[[Json], None]:
    return lambda asked: asked["contractDetails"].update(changes)


def spoil_services(*names: str) -> Callable[[Json], None]:
    return lambda asked: asked.update(service=[{"serviceSpecification": {"id": each}} for each in names])


@pytest.mark.parametrize(
    ("spoil", "places"),
    [
        (spoil_site(0, address={"id": "999000009999", "type": "UPRN"}), ["/sites/0/address"]),
        (spoil_site(1, address={"id": "999000000002", "type": "UPRN"}), ["/sites/1/address"]),
        (spoil_site(1, postcode="ZZ99 9ZZ"), ["/sites/1/postcode"]),
        (spoil_site(1, address={"id": "A99900000001", "type": "NAD"}, postcode="ZZ75 4VO"), ["/sites"]),
        (spoil_services("FTTP"), ["/service/0/serviceSpecification"]),
        (spoil_services("EOF1G", "EOF1G"), ["/service/1/serviceSpecification"]),
        (spoil_contract(contractLength={"value": 35, "unit": "MONTH"}), ["/contractDetails/contractLength"]),
        (spoil_contract(contractLength={"value": 36, "unit": "YEAR"}), ["/contractDetails/contractLength"]),
        (
            spoil_contract(contractLength={"value": 1}, billingFrequency="DAILY"),
            ["/contractDetails/contractLength", "/contractDetails/billingFrequency"],
        ),
    ],
)
def test_a_supplier_lists_everything_that_it_cannot_price(
    tenant: Tenant, spoil: Callable[[Json], None], places: list[str]
) -> None:
    asked = item(tenant)
    spoil(asked)
    [told] = quote(tenant, asked)
    assert [(code, text.partition(":")[0]) for code, text in reasons(told)] == [("NOT_QUOTED", each) for each in places]


def test_unit_and_billing_frequency_may_be_left_out(tenant: Tenant) -> None:
    whole, short = item(tenant), item(tenant, number=2, contractDetails={"contractLength": {"value": 36}})
    first, second = quote(tenant, whole, short)
    assert first["charges"] == second["charges"]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        ("500 Internal Server Error", b'{"messages": ["broken"]}', "SUPPLIER_FAULT"),
        ("501 Not Implemented", b'{"messages": ["no quotes here"]}', "NOT_IMPLEMENTED"),
        ("400 Bad Request", b'{"messages": ["what?"]}', "GATEWAY_FAULT"),
        ("201 Created", b"{", "SUPPLIER_FAULT"),
        ("201 Created", b'{"charges": []}', "SUPPLIER_FAULT"),
    ],
)
def test_a_supplier_that_fails_spoils_nobody_elses_quote(
    sandbox: Sandbox, tenant: Tenant, status: str, body: bytes, code: str
) -> None:
    spied(sandbox, lambda environ: (status, body) if "CEDAR" in environ["PATH_INFO"] else None)
    birch, cedar = quote(tenant, item(tenant, "BIRCH", 1), item(tenant, "CEDAR", 2))
    assert {each[0] for each in reasons(cedar)} == {code}
    assert birch["supplierQuoteId"]


def test_a_quote_without_prices_and_expiry_can_be_taken_over_from_a_supplier(sandbox: Sandbox, tenant: Tenant) -> None:
    spied(sandbox, lambda _environ: ("201 Created", b'{"id": "SUPP-1"}'))
    asked = item(tenant)
    assert quote(tenant, asked) == [{**asked, "supplierQuoteId": "SUPP-1"}]


def test_each_item_is_one_question_under_a_number_of_its_own_and_names_no_tenant(
    sandbox: Sandbox, tenant: Tenant
) -> None:
    bodies: list[Json] = []

    seen = spied(sandbox, lambda environ: bodies.append(body_of(environ)))
    asked = item(tenant, number=5)
    asked["sites"][0]["address"]["additionalIdentifiers"] = [{"id": "ZY", "type": "DistrictCode"}]
    quote(tenant, asked, item(tenant, number=6))
    assert sorted(each["id"] for each in bodies) == [1, 2]
    assert [each["externalIdentifier"] for each in bodies] == ["QUO-1", "QUO-1"]
    assert {frozenset(site["address"]) for each in bodies for site in each["sites"]} == {frozenset({"id", "type"})}
    assert ["HTTP_TENANT" in environ for environ in seen] == [False, False]
    assert {environ["HTTP_X_CONVERSATION_ID"] for environ in seen} == {"conversation-1"}
    assert len({environ["HTTP_X_REQUEST_ID"] for environ in seen}) == 2
    assert not any("TENANT1" in json.dumps(each) for each in bodies)


def test_tenants_of_one_world_get_quotes_of_their_own(sandbox: Sandbox) -> None:
    third, fourth = (Tenant(in_process(sandbox), f"tenant{number}").sign_in() for number in (3, 4))
    [of_third], [of_fourth] = quote(third, item(third)), quote(fourth, item(fourth, months=60))
    assert of_third["supplierQuoteId"] != of_fourth["supplierQuoteId"]
    assert of_third["charges"] != of_fourth["charges"]


def test_an_id_twice_or_somebody_elses_supplier_is_refused_whole(sandbox: Sandbox, tenant: Tenant) -> None:
    seen = spied(sandbox, lambda _environ: None)
    wrong = (
        ([item(tenant, number=4), item(tenant, "CEDAR", 4)], "/quoteItems"),
        ([item(tenant, number=1), item(tenant, "OTHER", 2)], "/quoteItems/1/supplier: OTHER"),
    )
    for items, place in wrong:
        status, body = tenant.call("POST", "/v1/quote", json={"externalIdentifier": "QUO-1", "quoteItems": items})
        assert (status, body["code"]) == (422, "INVALID_REQUEST")
        assert body["messages"][0].startswith(place)
    assert seen == []


@pytest.mark.parametrize("missing", ["externalIdentifier", "quoteItems"])
def test_a_mandatory_part_that_is_missing_is_malformed(tenant: Tenant, missing: str) -> None:
    body = {"externalIdentifier": "QUO-1", "quoteItems": [item(tenant)]}
    del body[missing]
    status, answer = tenant.call("POST", "/v1/quote", json=body)
    assert (status, answer["code"], answer["messages"]) == (400, "MALFORMED_REQUEST", [f"/{missing}: is missing"])


def test_one_site_is_no_connection(tenant: Tenant) -> None:
    asked = item(tenant)
    del asked["sites"][1]
    status, answer = tenant.call("POST", "/v1/quote", json={"externalIdentifier": "QUO-1", "quoteItems": [asked]})
    assert (status, answer["code"]) == (422, "INVALID_REQUEST")
    assert answer["messages"][0].startswith("/quoteItems/0/sites")
