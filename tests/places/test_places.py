"""Every behaviour that the address book publishes, as a tenant meets it."""

import json

import pytest

from sandbox.spec.library import load_library
from tests.places.visits import (
    amend,
    availability,
    place,
    places,
    reason,
    story,
    with_characteristics,
)
from tests.support.sandboxes import Json, Tenant

LIBRARY = load_library()
EVERY = ("ALDER", "BIRCH", "CEDAR")
every_supplier = pytest.mark.parametrize("supplier", EVERY)


def test_every_behaviour_has_a_place_and_the_first_twenty_have_none() -> None:
    used = {each.behaviour.name for each in LIBRARY.premises.premises if each.behaviour.name != "PLAIN"}
    assert used == set(LIBRARY.behaviours)
    assert {each.behaviour.name for each in LIBRARY.premises.premises[:20]} == {"PLAIN"}


def test_served_by_none_one_or_all(tenant: Tenant) -> None:
    none, one, every = (place(tenant, f"SERVED_BY_{many}") for many in ("NONE", "ONE", "ALL"))
    assert [reason(tenant, none, supplier) for supplier in EVERY] == ["ADDRESS_NOT_SERVED"] * 3
    assert "siteInformation" in availability(tenant, one, "CEDAR")
    assert reason(tenant, one, "ALDER") == "ADDRESS_NOT_SERVED"
    assert all("line" in availability(tenant, every, supplier)["siteInformation"] for supplier in EVERY)
    assert story(tenant, every) == ("COMPLETED", [])
    body = tenant.order_body("CEDAR", none)
    refused = tenant.post("/v1/service-orders", body)
    tenant.drain()
    assert tenant.order(refused["id"])["status"] == "REJECTED"


@every_supplier
def test_a_silver_address_is_found_and_not_built_to(tenant: Tenant, supplier: str) -> None:
    (entry,) = places(tenant, "SILVER")
    (found,) = tenant.get("/v1/addresses", {"uprn": entry["identifier"]["id"], "supplier": supplier})
    assert found["qualifier"] == "Silver"
    assert "line" in availability(tenant, place(tenant, "SILVER"), supplier)["siteInformation"]
    status, codes = story(tenant, place(tenant, "SILVER"), supplier)
    # An answer of 422 has no place for a code but in its words.
    assert (status, codes) == ("REJECTED", [] if supplier == "BIRCH" else ["INVALID_REQUEST"])


def test_of_two_gold_keys_for_one_door_one_has_the_fibre(tenant: Tenant) -> None:
    (right,), (wrong,) = places(tenant, "TWO_KEYS"), places(tenant, "TWO_KEYS_WRONG")
    assert right["identifier"] != wrong["identifier"]
    found = tenant.get("/v1/addresses", {"postalCode": right["postcode"]})
    assert [(each["qualifier"], each["streetNumber"]) for each in found] == [("Gold", "7")] * 2
    assert story(tenant, place(tenant, "TWO_KEYS_WRONG")) == ("REJECTED", ["PLANNING_ISSUE"])
    assert story(tenant, place(tenant, "TWO_KEYS")) == ("COMPLETED", [])


@every_supplier
def test_of_three_floors_one_does_not_exist(tenant: Tenant, supplier: str) -> None:
    floors = places(tenant, "THREE_KEYS") + places(tenant, "NO_SUCH_FLOOR")
    found = tenant.get("/v1/addresses", {"postalCode": floors[0]["postcode"]})
    assert [each["subAddress"]["unitNumber"] for each in found] == ["Floor 1", "Floor 2", "Floor 3"]
    assert story(tenant, place(tenant, "THREE_KEYS", 1), supplier) == ("COMPLETED", [])
    assert story(tenant, place(tenant, "NO_SUCH_FLOOR"), supplier) == ("CANCELLED", ["PLANNING_ISSUE"])


@every_supplier
def test_staff_find_a_place_that_no_database_knows(tenant: Tenant, supplier: str) -> None:
    address = place(tenant, "UNKNOWN_ADDRESS")
    assert tenant.get("/v1/addresses", {"uprn": address["id"]}) == []
    assert reason(tenant, address, supplier) == "ADDRESS_UNKNOWN"
    body = tenant.order_body("CEDAR", address) | {"supplier": supplier}
    sold = {"serviceSpecification": {"id": LIBRARY.suppliers[supplier].specifications[0].id}}
    told = with_characteristics(tenant, supplier)
    placed = tenant.post("/v1/service-orders", body | {"serviceOrderItem": sold | {"serviceCharacteristics": told}})
    tenant.drain()
    assert tenant.told(placed["id"])[-1] == ("INFORMATION_REQUIRED", "PENDING")
    wrong = with_characteristics(tenant, supplier, NAD="A99900000001")
    assert amend(tenant, placed["id"], serviceCharacteristics=wrong)[-1] == "RESUBMIT"
    assert tenant.order(placed["id"])["status"] == "PENDING"
    right = with_characteristics(tenant, supplier, NAD="A99990000001")
    assert amend(tenant, placed["id"], serviceCharacteristics=right)[-2:] == ["COMMITTED", "COMPLETED"]


def test_an_appointment_at_an_unknown_address_is_refused(tenant: Tenant) -> None:
    query = {"supplier": "ALDER", "address": json.dumps(place(tenant, "UNKNOWN_ADDRESS")),
             "serviceSpecification": '{"id": "FTTP"}', "appointmentPurpose": "PROVIDE"}  # fmt: skip
    status, answer = tenant.call("GET", "/v1/available-appointments", query=query)
    assert (status, "no database knows" in answer["messages"][0]) == (422, True)


def names_of(tenant: Tenant, address: Json, supplier: str) -> dict[str, str]:
    """The characteristics that name the line which is there."""
    (line,) = availability(tenant, address, supplier)["siteInformation"]["existingLines"]
    if supplier == "CEDAR":
        return {"LINE_ID": line["lineId"]}
    ont = line["ont"]
    return {"ONT_REFERENCE": ont["ontReference"], "ONT_PORT": str(ont["ports"][0]["portNumber"])}


def take_line(tenant: Tenant, address: Json, supplier: str, kind: str) -> tuple[str, list[str]]:
    sold = {"serviceSpecification": {"id": LIBRARY.suppliers[supplier].specifications[0].id}}
    told = with_characteristics(tenant, supplier, **names_of(tenant, address, supplier))
    return story(tenant, address, supplier, orderType=kind, serviceOrderItem=sold | {"serviceCharacteristics": told})


@every_supplier
@pytest.mark.parametrize(
    ("behaviour", "state", "takes", "refuses"),
    [("LINE_STOPPED", "STOPPED", "START", "TRANSFER"), ("LINE_ACTIVE", "ACTIVE", "TRANSFER", "START"),
     ("LINE_ACTIVE", "ACTIVE", "TAKEOVER", "START")],
)  # fmt: skip
def test_a_line_that_was_there_is_taken_over(
    tenant: Tenant, supplier: str, behaviour: str, state: str, takes: str, refuses: str
) -> None:
    address = place(tenant, behaviour)
    site = availability(tenant, address, supplier)["siteInformation"]
    ((line,), offers) = site["existingLines"], "line" in site
    assert (line["ont"]["ports"][0]["status"], line["ont"]["ports"][0]["tenantActive"]) == (state, False)
    identifier = places(tenant, behaviour)[0]["identifier"]
    assert {"id": line["lineId"], "type": "LINE_ID"} in identifier["additionalIdentifiers"]
    assert offers == (supplier == "BIRCH")  # which gives several services to an address
    assert take_line(tenant, address, supplier, refuses)[0] == "REJECTED"
    assert take_line(tenant, address, supplier, takes) == ("COMPLETED", [])
    (line,) = availability(tenant, address, supplier)["siteInformation"]["existingLines"]
    assert (line["ont"]["ports"][0]["status"], line["ont"]["ports"][0]["tenantActive"]) == ("ACTIVE", True)


@pytest.mark.parametrize("kind", ["TRANSFER", "TAKEOVER"])
def test_another_providers_line_is_not_let_go(tenant: Tenant, kind: str) -> None:
    address = place(tenant, "LINE_KEPT")
    assert take_line(tenant, address, "ALDER", kind) == ("CANCELLED", ["LINKED_ORDER_ISSUE"])
    (line,) = availability(tenant, address)["siteInformation"]["existingLines"]
    assert (line["ont"]["ports"][0]["status"], line["ont"]["ports"][0]["tenantActive"]) == ("ACTIVE", False)


@every_supplier
@pytest.mark.parametrize(
    ("behaviour", "constraint", "code"),
    [("WAYLEAVE", "WAYLEAVE_SHARED", "WAYLEAVE_ISSUE"), ("SURVEY", "SURVEY_REQUIRED", "SURVEY_REQUIRED"),
     ("UNINHABITED", None, "PROPERTY_UNOCCUPIED")],
)  # fmt: skip
def test_an_order_is_held_up(tenant: Tenant, supplier: str, behaviour: str, constraint: str | None, code: str) -> None:
    address = place(tenant, behaviour)
    site = availability(tenant, address, supplier)["siteInformation"]
    assert [each["code"] for each in site["line"].get("constraints", [])] == ([constraint] if constraint else [])
    assert story(tenant, address, supplier) == ("COMPLETED", [code])


def test_nobody_lives_there(tenant: Tenant) -> None:
    (entry,) = places(tenant, "UNINHABITED")
    (found,) = tenant.get("/v1/addresses", {"uprn": entry["identifier"]["id"]})
    assert found["additionalAttributes"] == [{"name": "UNINHABITED", "value": "true"}]


@every_supplier
def test_nothing_is_left_there(tenant: Tenant, supplier: str) -> None:
    address = place(tenant, "NO_CAPACITY")
    assert reason(tenant, address, supplier) == "CAPACITY_ISSUE"
    status, codes = story(tenant, address, supplier)
    assert (status, codes) == ("REJECTED", [] if supplier == "BIRCH" else ["CAPACITY_ISSUE"])


def test_a_speed_can_be_told_once_there_is_a_line(tenant: Tenant) -> None:
    address = place(tenant, "NO_FORECAST")
    site = availability(tenant, address)["siteInformation"]
    assert [each["code"] for each in site["line"]["constraints"]] == ["FORECAST_NOT_POSSIBLE"]
    assert story(tenant, address) == ("COMPLETED", [])
    (line,) = availability(tenant, address)["siteInformation"]["existingLines"]
    assert {each["name"]: each["value"] for each in line["lineCharacteristics"]}["MAX_DOWNSTREAM_MBPS"] == "900"


@every_supplier
def test_the_charge_band_has_to_pay_for_the_works(tenant: Tenant, supplier: str) -> None:
    address = place(tenant, "EXCESS_CHARGE")
    assert story(tenant, address, supplier) == ("PENDING", ["COST_ISSUE"])
    placed = next(item["kci"]["entity"]["id"] for item in reversed(tenant.inbox()))
    low, high = (with_characteristics(tenant, supplier, ECC_CHARGEBAND=band) for band in ("1", "2"))
    assert amend(tenant, placed, serviceCharacteristics=low)[-1] == "RESUBMIT"
    assert amend(tenant, placed, serviceCharacteristics=high)[-1] == "COMPLETED"


def test_a_band_that_is_high_enough_from_the_beginning_asks_nothing(tenant: Tenant) -> None:
    told = with_characteristics(tenant, "CEDAR", ECC_CHARGEBAND="3")
    item = {"serviceSpecification": {"id": "FTTB"}, "serviceCharacteristics": told}
    assert story(tenant, place(tenant, "EXCESS_CHARGE"), "CEDAR", serviceOrderItem=item) == ("COMPLETED", [])


# ---- slots -----------------------------------------------------------------------------------------------------------


def wish(tenant: Tenant, address: Json, slot: Json) -> int:
    """The status that the wish for this slot is answered with."""
    ends = ("timeslotStartDateTime", "timeslotEndDateTime")
    body = {"supplier": "ALDER", "address": address, "serviceSpecification": {"id": "FTTP"}, "purpose": "PROVIDE",
            "timeslot": {name: slot[name] for name in ends}}  # fmt: skip
    return tenant.call("POST", "/v1/appointments", json=body)[0]


def test_no_slot_is_ever_free(tenant: Tenant) -> None:
    slot = tenant.slots(place(tenant, "SERVED_BY_ALL"))[0]
    address = place(tenant, "NO_SLOTS")
    assert tenant.slots(address) == []
    assert wish(tenant, address, slot) == 422


def test_two_tenants_race_for_the_only_place_of_the_only_slot(tenant: Tenant, other: Tenant) -> None:
    address = place(tenant, "ONE_SLOT")
    ((mine,), (theirs,)) = tenant.slots(address), other.slots(address)
    assert mine == theirs
    assert [wish(other, address, theirs), wish(tenant, address, mine)] == [201, 422]
    assert (tenant.slots(address), other.slots(address)) == ([], [])
    tenant.advance("PT31M")  # nobody ordered: the reservation has expired
    assert wish(tenant, address, mine) == 201


def test_a_slot_vanishes_between_list_and_reservation(tenant: Tenant) -> None:
    address = place(tenant, "SLOT_VANISHES")
    first, second, third, *_ = tenant.slots(address)
    assert wish(tenant, address, first) == 422
    assert tenant.slots(address)[0] == second
    assert wish(tenant, address, second) == 201
    assert wish(tenant, address, third) == 422
    assert story(tenant, address)[0] == "COMPLETED"


def test_a_reserved_slot_is_given_away(tenant: Tenant) -> None:
    address = place(tenant, "SLOT_GIVEN_AWAY")
    assert story(tenant, address) == ("REJECTED", ["PLANNING_ISSUE"])
    assert story(tenant, address, "BIRCH") == ("REJECTED", [])


# ---- always the same -------------------------------------------------------------------------------------------------


def test_an_address_behaves_the_same_for_everybody_and_again_after_a_reset(tenant: Tenant, other: Tenant) -> None:
    address = place(tenant, "WAYLEAVE")
    first = story(tenant, address)
    assert tenant.call("POST", "/_sandbox/reset")[0] == 200
    assert story(other, address) == first == ("COMPLETED", ["WAYLEAVE_ISSUE"])


def test_a_scenario_that_is_asked_for_plays_there_too(tenant: Tenant) -> None:
    placed = tenant.post(
        "/v1/service-orders",
        tenant.order_body("CEDAR", place(tenant, "WAYLEAVE")),
        {"X-Scenario": "ORDER_CANCELLED", "X-Kci-Delay": "5"},
    )
    tenant.drain()
    assert tenant.order(placed["id"])["status"] == "CANCELLED"


def test_an_order_at_a_place_keeps_its_tempo(tenant: Tenant) -> None:
    body = tenant.order_body("CEDAR", place(tenant, "SURVEY"))
    placed = tenant.post("/v1/service-orders", body, {"X-Kci-Delay": "3600"})
    tenant.advance("PT59M")
    assert tenant.order(placed["id"])["status"] == "SENT_TO_SUPPLIER"
    tenant.advance("PT1M")
    assert tenant.order(placed["id"])["status"] == "ACKNOWLEDGED"


def test_whatever_is_ordered_wherever_ends_or_waits(tenant: Tenant) -> None:
    """At every address of the book: an answer of every supplier, and no failure."""
    placed = []
    for entry in tenant.get("/_sandbox/addresses")["items"]:
        address = {name: entry["identifier"][name] for name in ("id", "type")}
        found = tenant.get("/v1/service-availability", {"address": json.dumps(address)})
        assert [("unavailabilityReasons" in each) != ("siteInformation" in each) for each in found] == [True] * 3
        placed.append(tenant.post("/v1/service-orders", tenant.order_body("CEDAR", address)))
    tenant.drain()
    ends = {tenant.order(each["id"])["status"] for each in placed}
    assert ends == {"COMPLETED", "CANCELLED", "REJECTED", "PENDING"}
