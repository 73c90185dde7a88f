import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.app import Sandbox
from tests.support.ethernet import PLACES, item, order_for, quote
from tests.support.sandboxes import Json, Tenant, in_process
from tests.support.spies import body_of, spied

PATH = "/v1/ethernet/service-orders"


def ordered(tenant: Tenant, supplier: str = "BIRCH", scenario: str | None = None) -> Json:
    """A placed Ethernet order."""
    [quoted] = quote(tenant, item(tenant, supplier))
    return tenant.post(PATH, order_for(quoted), {} if scenario is None else {"X-Scenario": scenario})


def read(tenant: Tenant, order_id: int) -> Json:
    return tenant.get(f"{PATH}/{order_id}")


def refused(tenant: Tenant, body: Json, **headers: str) -> list[str]:
    status, answer = tenant.call("POST", PATH, json=body, headers=headers)
    assert (status, answer["code"]) == (422, "INVALID_REQUEST")
    messages: list[str] = answer["messages"]
    return messages


SUCCESS = [
    ("UPDATE", "SENT_TO_SUPPLIER"),
    ("ACKNOWLEDGED", "ACKNOWLEDGED"),
    ("COMMITTED", "IN_PROGRESS"),
    ("ADDITIONAL", "IN_PROGRESS"),
    ("COMPLETED", "COMPLETED"),
]


@pytest.mark.parametrize(
    ("supplier", "completion"),  # 30 and 45 working days after Friday 15 January
    [("BIRCH", "2027-02-26T12:00:00.000Z"), ("CEDAR", "2027-03-19T12:00:00.000Z")],
)
def test_an_order_by_quote_is_played_to_its_end(tenant: Tenant, supplier: str, completion: str) -> None:
    [quoted] = quote(tenant, item(tenant, supplier))
    placed = tenant.post(PATH, order_for(quoted))
    assert {name: placed[name] for name in order_for(quoted)} == order_for(quoted)
    assert (placed["status"], placed["orderType"]) == ("RECEIVED_BY_GATEWAY", "NEW")
    tenant.drain()
    assert tenant.told(placed["id"]) == SUCCESS
    order = read(tenant, placed["id"])
    assert (order["status"], order["supplierQuoteId"]) == ("COMPLETED", quoted["supplierQuoteId"])
    assert (order["committedDate"], order["targetDate"]) == (completion, completion)
    assert order["siteInformation"] == placed["siteInformation"]
    assert [each["name"] for each in order["orderItems"][0]["serviceCharacteristics"]] == ["SERVICE_ID"]
    assert [each["information"]["type"] for each in order["updates"]] == [kind for kind, _ in SUCCESS]


def test_its_kcis_say_that_they_are_of_an_ethernet_order(tenant: Tenant) -> None:
    order = ordered(tenant)
    tenant.drain()
    kcis = [each["kci"] for each in tenant.inbox()]
    assert {each["entityType"] for each in kcis} == {"PROVIDE_ETHERNET_ORDER"}
    assert all(len(each["entity"]["siteInformation"]) == 2 for each in kcis)
    assert {each["entity"]["id"] for each in kcis} == {order["id"]}


def test_its_supplier_speaks_of_it_as_an_ethernet_order(sandbox: Sandbox, tenant: Tenant) -> None:
    order = ordered(tenant, "CEDAR")
    seen = spied(sandbox, lambda _environ: None, "gateway")
    tenant.drain()
    kcis = [body_of(environ) for environ in seen]
    assert [each["reasonCode"] for each in kcis] == ["ACKNOWLEDGED", "COMMITTED", "ADDITIONAL", "COMPLETED"]
    assert {each["ethernetServiceOrder"]["supplierQuoteId"] for each in kcis} == {order["supplierQuoteId"]}
    assert not any(name in each for each in kcis for name in ("provideServiceOrder", "modifyServiceOrder"))


@pytest.mark.parametrize(
    ("scenario", "supplier", "last"),
    [
        ("ORDER_REJECTED", "BIRCH", ("TERMINATED", "REJECTED")),
        ("ORDER_REJECTED", "CEDAR", ("TERMINATED", "REJECTED")),
        ("ORDER_CANCELLED", "CEDAR", ("CANCELLED", "CANCELLED")),
        ("ORDER_PENDING", "BIRCH", ("INFORMATION_REQUIRED", "PENDING")),
        ("ORDER_DELAYED", "BIRCH", ("COMPLETED", "COMPLETED")),
    ],
)
def test_the_scenarios_of_orders_are_played_too(
    tenant: Tenant, scenario: str, supplier: str, last: tuple[str, str]
) -> None:
    order = ordered(tenant, supplier, scenario)
    tenant.drain()
    assert tenant.told(order["id"])[-1] == last


def test_a_scenario_about_an_appointment_is_refused_at_once(tenant: Tenant) -> None:
    [quoted] = quote(tenant, item(tenant))
    [message] = refused(tenant, order_for(quoted), **{"X-Scenario": "ORDER_REAPPOINT"})
    assert "needs an appointment" in message


def test_an_order_is_read_by_the_path_of_its_kind_alone(sandbox: Sandbox, tenant: Tenant) -> None:
    ethernet, broadband = ordered(tenant), tenant.place(supplier="CEDAR")
    assert broadband["id"] == ethernet["id"] + 1
    assert read(tenant, ethernet["id"])["id"] == ethernet["id"]
    assert tenant.order(broadband["id"])["id"] == broadband["id"]
    other = Tenant(in_process(sandbox), "tenant2").sign_in()
    for who, path in (
        (tenant, f"{PATH}/{broadband['id']}"),
        (tenant, f"/v1/service-orders/{ethernet['id']}"),
        (tenant, f"{PATH}/{broadband['id'] + 1}"),
        (tenant, f"{PATH}/first"),
        (other, f"{PATH}/{ethernet['id']}"),
    ):
        status, body = who.call("GET", path)
        assert (status, body["code"]) == (404, "NOT_FOUND")


def test_a_quote_that_was_never_given_is_unknown(tenant: Tenant) -> None:
    [quoted] = quote(tenant, item(tenant))
    for changes in ({"supplierQuoteId": "QUO-2"}, {"supplier": "CEDAR"}):
        [message] = refused(tenant, order_for(quoted) | changes)
        assert message.startswith("/supplierQuoteId")
        assert "no such quote" in message


def test_another_tenants_quote_answers_as_an_unknown_one(sandbox: Sandbox) -> None:
    third, fourth = (Tenant(in_process(sandbox), f"tenant{number}").sign_in() for number in (3, 4))
    [quoted] = quote(third, item(third))
    unknown = order_for(quoted) | {"supplierQuoteId": "QUO-2"}
    assert refused(fourth, order_for(quoted)) == refused(fourth, unknown)
    assert third.post(PATH, order_for(quoted))["status"] == "RECEIVED_BY_GATEWAY"


def test_a_quote_can_be_ordered_until_it_expires(tenant: Tenant) -> None:
    [quoted] = quote(tenant, item(tenant, "CEDAR"))
    tenant.advance("P13DT23H59M")
    order = tenant.post(PATH, order_for(quoted))
    tenant.advance("PT1M")
    [message] = refused(tenant, order_for(quoted))
    assert "expired at 2027-01-29T08:00:00.000Z" in message
    tenant.drain()
    assert read(tenant, order["id"])["status"] == "COMPLETED"


def swap_roles(order: Json) -> None:
    first, second = order["siteInformation"]
    first["role"], second["role"] = second["role"], first["role"]


def another_site(order: Json) -> None:
    order["siteInformation"][1]["address"] = {"id": PLACES[2], "type": "UPRN"}


def one_more_site(order: Json) -> None:
    order["siteInformation"].append(order["siteInformation"][1] | {"address": {"id": PLACES[2], "type": "UPRN"}})


def another_service(order: Json) -> None:
    order["orderItems"] = [{"serviceSpecification": {"id": "EOF10G"}}]


def the_service_twice(order: Json) -> None:
    order["orderItems"] *= 2


@pytest.mark.parametrize(
    ("change", "places"),
    [
        (swap_roles, ["/siteInformation/0", "/siteInformation/1", "/siteInformation"]),
        (another_site, ["/siteInformation/1", "/siteInformation"]),
        (one_more_site, ["/siteInformation/2"]),
        (another_service, ["/orderItems/0/serviceSpecification", "/orderItems"]),
        (the_service_twice, ["/orderItems/1/serviceSpecification"]),
    ],
)
def test_an_order_for_something_else_than_was_quoted_is_refused(
    tenant: Tenant, change: Callable[[Json], None], places: list[str]
) -> None:
    [quoted] = quote(tenant, item(tenant))
    order = order_for(quoted)
    change(order)
    assert [message.partition(":")[0] for message in refused(tenant, order)] == places
    assert tenant.inbox() == []


def test_one_site_is_not_an_order(tenant: Tenant) -> None:
    [quoted] = quote(tenant, item(tenant))
    order = order_for(quoted)
    del order["siteInformation"][1]
    assert refused(tenant, order)[0].startswith("/siteInformation")


@pytest.mark.parametrize("missing", ["supplier", "supplierQuoteId", "siteInformation", "orderItems"])
def test_a_mandatory_part_that_is_missing_is_malformed(tenant: Tenant, missing: str) -> None:
    [quoted] = quote(tenant, item(tenant))
    order = order_for(quoted)
    del order[missing]
    status, answer = tenant.call("POST", PATH, json=order)
    assert (status, answer["messages"]) == (400, [f"/{missing}: is missing"])


def test_what_the_supplier_alone_can_see_is_wrong_ends_as_its_rejection(tenant: Tenant) -> None:
    [quoted] = quote(tenant, item(tenant))
    order = order_for(quoted)
    order["siteInformation"][1]["postcode"] = "ZZ99 9ZZ"
    placed = tenant.post(PATH, order)
    tenant.drain()
    assert tenant.told(placed["id"]) == [("UPDATE", "SENT_TO_SUPPLIER"), ("TERMINATED", "REJECTED")]
    text = read(tenant, placed["id"])["updates"][-1]["information"]["text"]
    assert text.startswith("/siteInformation/1/postcode")


def test_the_supplier_is_sent_the_published_body_and_no_tenant_header(sandbox: Sandbox, tenant: Tenant) -> None:
    asked = item(tenant)
    asked["sites"][1]["address"]["additionalIdentifiers"] = [{"id": "ZY", "type": "DistrictCode"}]
    [quoted] = quote(tenant, asked)
    seen = spied(sandbox, lambda _environ: None)
    order = tenant.post(PATH, order_for(quoted))
    tenant.drain()
    [environ] = seen
    body = body_of(environ)
    assert environ["PATH_INFO"] == "/BIRCH/ethernet/service-orders"
    assert "HTTP_TENANT" not in environ
    assert set(body) == {"id", "tenant", "supplierQuoteId", "siteInformation", "orderItems"}
    assert (body["id"], body["tenant"]) == (order["id"], "TENANT1")
    assert [set(site["address"]) for site in body["siteInformation"]] == [{"id", "type"}, {"id", "type"}]


def test_a_supplier_that_fails_is_told_by_an_error_kci(sandbox: Sandbox, tenant: Tenant) -> None:
    [quoted] = quote(tenant, item(tenant))
    spied(sandbox, lambda _environ: ("503 Service Unavailable", b'{"messages": ["later"]}'))
    order = tenant.post(PATH, order_for(quoted))
    tenant.drain()
    assert tenant.told(order["id"]) == [("SUPPLIER_FAULT", "FAILED_TO_SEND")]


def test_availability_shows_ethernet_where_it_is_asked_for(tenant: Tenant) -> None:
    address = json.dumps({"id": PLACES[0], "type": "UPRN"})

    def offered(*types: str) -> dict[str, Any]:
        found = tenant.get("/v1/service-availability", {"address": address, "serviceTypes": list(types)})
        return {each["supplier"]: each for each in found}

    def ids(each: Json) -> list[str]:
        return [specification["id"] for specification in each["serviceSpecifications"]]

    ethernet = offered("ETHERNET")
    assert [ids(ethernet[code]) for code in ("BIRCH", "CEDAR")] == [["EOF1G", "EOF10G"], ["ETH1000"]]
    assert "installationType" not in ethernet["BIRCH"]["siteInformation"]["line"]
    assert [each["code"] for each in ethernet["ALDER"]["unavailabilityReasons"]] == ["SERVICE_TYPE_NOT_SOLD"]
    both = offered("BROADBAND", "ETHERNET")
    assert ids(both["ALDER"]) == ["FTTP"]
    assert ids(both["BIRCH"]) == ["ftthl2r", "ftthl2r-business", "EOF1G", "EOF10G"]
    assert both["BIRCH"]["siteInformation"]["line"]["installationType"] == "STANDARD"
    assert ids(offered("BROADBAND")["BIRCH"]) == ["ftthl2r", "ftthl2r-business"]


def test_a_suppliers_own_kci_moves_an_ethernet_order(sandbox: Sandbox, tenant: Tenant) -> None:
    order = ordered(tenant, scenario="ORDER_ACKNOWLEDGED")
    tenant.drain()
    send = in_process(sandbox)
    form = {"grant_type": "client_credentials", "client_id": "birch1", "client_secret": "birch1-secret"}
    token = send("POST", "/v1/auth/supplier/access-token", form=form)[1]["access_token"]
    kci: Json = {
        "id": "5251cf7d-0000-4000-8000-000000000001",
        "sequenceNumber": 1,
        "issuedOn": "2027-01-15T09:00:00Z",
        "reasonCode": "COMMITTED",
        "ethernetServiceOrder": {"tenant": "TENANT1", "id": order["id"], "status": "IN_PROGRESS"},
    }
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "r"}
    dates = dict.fromkeys(("committedDate", "targetDate"), "2027-03-01T12:00:00Z")
    status, body = send("POST", "/v1/kcis", headers=headers, json=kci)
    assert (status, body["code"]) == (400, "MALFORMED_REQUEST")  # a commitment without its dates
    kci["ethernetServiceOrder"] |= dates
    assert send("POST", "/v1/kcis", headers=headers, json=kci)[0] == 204
    found = read(tenant, order["id"])
    assert (found["status"], found["committedDate"]) == ("IN_PROGRESS", "2027-03-01T12:00:00Z")
