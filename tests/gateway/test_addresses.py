from dataclasses import replace
from typing import Any

import pytest

from sandbox.app import Sandbox
from sandbox.domain.errors import Problem
from sandbox.gateway import addresses
from sandbox.wire.calls import Call, Caller
from tests.support.sandboxes import Json, Tenant

FIRST = {"id": "999000000001", "postcode": "ZZ75 4VO"}
BIRCH_ONLY = "999000000022"  # with a name, and served by nobody else


def found(tenant: Tenant, **query: str) -> list[Json]:
    listed: list[Json] = tenant.get("/v1/addresses", query)
    return listed


def uprns(tenant: Tenant, **query: str) -> list[str]:
    return [each["identifier"]["id"] for each in found(tenant, **query)]


@pytest.mark.parametrize("postcode", ["ZZ75 4VO", "zz75 4vo", "ZZ754VO", " zz7 54Vo "])
def test_a_postcode_is_found_without_regard_to_blanks_and_case(tenant: Tenant, postcode: str) -> None:
    assert uprns(tenant, postalCode=postcode) == [FIRST["id"]]


@pytest.mark.parametrize("uprn", ["999000000001", "0999000000001"])
def test_a_uprn_is_found_padded_or_not(tenant: Tenant, uprn: str) -> None:
    assert uprns(tenant, uprn=uprn) == [FIRST["id"]]


def test_an_address_is_that_of_the_address_book_with_its_further_keys_and_its_origin(tenant: Tenant) -> None:
    listed = {each["identifier"]["id"]: each for each in tenant.get("/_sandbox/addresses")["items"]}
    [address] = found(tenant, uprn=FIRST["id"])
    of_the_book = {name: value for name, value in listed[FIRST["id"]].items() if name != "suppliers"}
    assert address == {**of_the_book, "qualifier": "Gold", "source": "SANDBOX"}
    assert {each["type"] for each in address["identifier"]["additionalIdentifiers"]} >= {"NAD", "DistrictCode"}


def test_every_premises_that_a_supplier_serves_is_found_by_all_that_is_known_of_it(tenant: Tenant) -> None:
    every = tenant.get("/_sandbox/addresses")["items"]
    served = [each for each in every if "CEDAR" in each["suppliers"] and "qualifier" in each]
    members = ("name", "streetNumber", "streetName")
    for each in served:
        query = {name: each[name].upper() for name in members if name in each}
        query |= {"postalCode": each["postcode"], "uprn": each["identifier"]["id"], "supplier": "CEDAR"}
        assert uprns(tenant, **query) == [each["identifier"]["id"]]


@pytest.mark.parametrize("member", ["name", "streetNumber", "streetName"])
def test_each_further_member_narrows_the_search(tenant: Tenant, member: str) -> None:
    [address] = found(tenant, uprn=BIRCH_ONLY, supplier="BIRCH")
    where = {"postalCode": address["postcode"], "supplier": "BIRCH"}
    assert uprns(tenant, **where, **{member: address[member].lower()}) == [BIRCH_ONLY]
    assert uprns(tenant, **where, **{member: address[member] + "x"}) == []


def test_a_member_that_an_address_does_not_have_is_no_match(tenant: Tenant) -> None:
    assert "name" not in found(tenant, uprn=FIRST["id"])[0]
    assert uprns(tenant, uprn=FIRST["id"], name=" ") == []


@pytest.mark.parametrize("query", [{"postalCode": "ZZ98 9CC"}, {"uprn": "999000009999"}, {"uprn": "x"}, {"uprn": "0"}])
def test_nothing_found_is_an_empty_list(tenant: Tenant, query: dict[str, str]) -> None:
    assert found(tenant, **query) == []


def test_postcode_and_uprn_given_together_must_both_be_right(tenant: Tenant) -> None:
    assert uprns(tenant, uprn=FIRST["id"], postalCode=FIRST["postcode"]) == [FIRST["id"]]
    assert uprns(tenant, uprn=FIRST["id"], postalCode="ZZ98 9CC") == []


def test_without_postcode_and_uprn_the_request_is_malformed(tenant: Tenant) -> None:
    status, body = tenant.call("GET", "/v1/addresses", query={"streetName": "Placeholder Grove"})
    assert (status, body["code"]) == (400, "MALFORMED_REQUEST")
    assert "postalCode" in body["messages"][0]
    assert "uprn" in body["messages"][0]


def test_the_first_of_the_tenants_suppliers_is_asked_unless_another_is_named(tenant: Tenant) -> None:
    assert uprns(tenant, uprn=BIRCH_ONLY) == []
    assert uprns(tenant, uprn=BIRCH_ONLY, supplier="ALDER") == []
    assert uprns(tenant, uprn=BIRCH_ONLY, supplier="BIRCH") == [BIRCH_ONLY]


def test_somebody_elses_supplier_is_refused(tenant: Tenant) -> None:
    status, body = tenant.call("GET", "/v1/addresses", query={"uprn": FIRST["id"], "supplier": "OTHER"})
    assert (status, body["code"]) == (422, "INVALID_REQUEST")
    assert "ALDER, BIRCH, CEDAR" in body["messages"][0]


@pytest.mark.parametrize("query", [{"uprn": FIRST["id"]}, {"uprn": FIRST["id"], "supplier": "BIRCH"}])
def test_a_supplier_that_brings_no_addresses_has_none_implemented(sandbox: Sandbox, query: dict[str, Any]) -> None:
    parts = replace(sandbox.parts, library=replace(sandbox.parts.library, suppliers={}))
    call = Call("handleAddressLookup", Caller("tenant", "TENANT1", "DEMO1"), query=query)
    with pytest.raises(Problem) as refused:
        addresses.look_up(parts, call)
    assert refused.value.code == "NOT_IMPLEMENTED"


def test_a_partners_own_supplier_has_no_source_of_addresses(tenant: Tenant) -> None:
    own = {"code": "OWNFIBRE", "title": "Our own", "baseUrl": "http://127.0.0.1:9"}
    tenant.post("/_sandbox/suppliers", own)
    status, body = tenant.call("GET", "/v1/addresses", query={"uprn": FIRST["id"], "supplier": "OWNFIBRE"})
    assert (status, body["code"]) == (501, "NOT_IMPLEMENTED")
