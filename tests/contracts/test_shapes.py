"""What the shapes let in and what they refuse: the rules that the published pages state in words."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.contracts.reading import bundled, example, nodes, refusals, resolved, without

ORDER = example("tenant", "/service-orders", "post", "withAppointment")
RESERVATION = example("tenant", "/appointments", "post", "morning")
SENT = example("tenant-updates", "/kcis", "post", "sent")
SPOKEN = example("supplier-updates", "/kcis", "post", "acknowledged")


@pytest.mark.parametrize(
    "place",
    ["", "address", "serviceOrderItem", "serviceOrderItem.serviceSpecification", "primaryContact", "secondaryContact"],
)
def test_a_tenants_typing_error_shows_wherever_it_stands(place: str) -> None:
    order = deepcopy(ORDER)
    target = order
    for part in filter(None, place.split(".")):
        target = target[part]
    target["nmae"] = "typing error"
    assert any("nmae" in message for message in refusals("tenant", "CreateProvideOrder", order))


def test_a_tenants_typing_error_shows_inside_lists() -> None:
    order = deepcopy(ORDER)
    order["serviceOrderItem"]["serviceCharacteristics"][0]["vlaue"] = "500/100"
    assert refusals("tenant", "CreateProvideOrder", order)
    order = deepcopy(ORDER)
    order["address"]["additionalIdentifiers"] = [{"id": "LS", "type": "DistrictCode"}]
    assert refusals("tenant", "CreateProvideOrder", order) == []
    order["address"]["additionalIdentifiers"][0]["tpye"] = "NAD"
    assert refusals("tenant", "CreateProvideOrder", order)


@pytest.mark.parametrize("name", ["tenant", "control"])
def test_closed_shapes_let_in_every_member_of_the_open_shape_they_close(name: str) -> None:
    document = bundled(name)
    closed = [(where, node) for where, node in nodes(document) if node.get("additionalProperties") is False]
    assert closed
    for where, node in closed:
        bases = [resolved(document, base) for base in [*node.get("allOf", ()), node] if "$ref" in base]
        known = {key for base in bases for shape in ancestry(document, base) for key in shape.get("properties", ())}
        assert known <= node["properties"].keys(), where


def ancestry(document: dict[str, Any], shape: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The shape and those that it is built on."""
    yield shape
    for base in shape.get("allOf", ()):
        yield from ancestry(document, resolved(document, base))


def test_a_typing_error_is_told_by_itself() -> None:
    told = refusals("tenant", "CreateProvideOrder", {**ORDER, "orderTpye": "NEW", "notes": ""})
    assert len([message for message in told if "unexpected" in message]) == 1
    assert any("'orderTpye' was unexpected" in message for message in told)


def test_a_request_does_not_take_what_only_answers_have() -> None:
    reservation = deepcopy(RESERVATION)
    reservation["timeslot"]["classification"] = "WEEKDAY_AM"
    assert refusals("tenant", "ReserveAppointment", reservation)
    reservation = deepcopy(RESERVATION)
    reservation["serviceSpecification"]["name"] = "Fibre to the premises"
    assert refusals("tenant", "ReserveAppointment", reservation)


def test_suppliers_and_receivers_stay_open() -> None:
    assert refusals("supplier-updates", "SupplierKci", {**SPOKEN, "news": 1}) == []
    assert refusals("tenant-updates", "Kci", {**SENT, "news": 1, "entity": {**SENT["entity"], "news": 1}}) == []
    request = example("supplier", "/service-orders", "post", "withAppointment")
    request["address"]["news"] = request["primaryContact"]["news"] = 1
    assert refusals("supplier", "CreateProvideServiceOrder", request) == []


def test_only_the_address_of_tenants_has_further_identifiers() -> None:
    order = {**ORDER, "address": {"id": "A99900000001", "type": "NAD", "additionalIdentifiers": [{"id": "LS"}]}}
    assert refusals("tenant", "CreateProvideOrder", order)
    supplier_side = bundled("supplier")["components"]["schemas"]
    assert "additionalIdentifiers" not in supplier_side["SupplierAddressIdentifier"]["properties"]
    assert "AddressIdentifier" not in supplier_side


@pytest.mark.parametrize("member", ["orderType", "supplier", "address", "serviceOrderItem", "primaryContact"])
def test_mandatory_members_of_an_order(member: str) -> None:
    assert refusals("tenant", "CreateProvideOrder", without(ORDER, member))


@pytest.mark.parametrize(
    "change",
    [
        {"orderType": "NWE"},
        {"supplier": "A-SUPPLIER"},
        {"supplier": "A" * 21},
        {"supplier": "ALDER\n"},
        {"appointmentReservationId": 0},
        {"appointmentReservationId": 1.5},
        {"appointmentReservationId": "501"},
        {"requestedCompletionDate": "2027-02-29"},
        {"requestedCompletionDate": "2027-06-21T00:00:00Z"},
        {"hazards": ""},
        {"notes": "x" * 1001},
        {"primaryContact": {"email": "morgan.ellery@home.example"}},
        {"primaryContact": {"name": "Morgan Ellery", "email": "not an address"}},
    ],
)
def test_wrong_values_of_an_order(change: dict[str, Any]) -> None:
    assert refusals("tenant", "CreateProvideOrder", {**ORDER, **change})


@pytest.mark.parametrize(
    ("moment", "good"),
    [
        ("2027-06-14T07:00:00Z", True),
        ("2027-06-14T08:00:00.000+01:00", True),
        ("2027-06-14T08:00:00", False),
        ("2027-06-14 08:00:00Z", False),
        ("2027-06-31T08:00:00Z", False),
        ("2027-06-14T25:00:00Z", False),
        ("2027-06-14T23:59:60Z", False),
        ("2027-06-14", False),
        ("0000-06-14T08:00:00Z", False),
        (1812358800, False),
    ],
)
def test_a_moment_has_its_zone(moment: Any, good: bool) -> None:
    assert (refusals("tenant", "DateTime", moment) == []) is good


def test_a_repair_names_its_service() -> None:
    repair = {**RESERVATION, "purpose": "REPAIR"}
    assert refusals("tenant", "ReserveAppointment", repair)
    assert refusals("tenant", "ReserveAppointment", {**repair, "serviceId": "S99912345"}) == []


@pytest.mark.parametrize(
    ("update_type", "member", "said"),
    [
        ("INFORMATIONAL", "information", {"type": "UPDATE"}),
        ("ACTION_REQUIRED", "action", {"type": "REAPPOINT"}),
        ("ERROR", "error", {"uuid": SENT["id"], "code": "SUPPLIER_FAULT", "messages": ["It failed."]}),
    ],
)
def test_a_kci_says_what_its_type_promises(update_type: str, member: str, said: dict[str, Any]) -> None:
    kci = {**without(SENT, "information"), "updateType": update_type}
    assert refusals("tenant-updates", "Kci", kci)
    assert refusals("tenant-updates", "Kci", {**kci, member: said}) == []


@pytest.mark.parametrize(
    ("answer", "good"),
    [
        ({"supplierOrderReference": "BIR-1", "status": "ACKNOWLEDGED"}, True),
        ({"supplierOrderReference": "BIR-1", "status": "IN_PROGRESS"}, False),
        ({"supplierOrderReference": "BIR-1", "status": "COMPLETED"}, False),
        ({"status": "ACKNOWLEDGED"}, False),
    ],
)
def test_what_a_supplier_may_answer_at_once(answer: dict[str, Any], good: bool) -> None:
    assert (refusals("supplier", "AcknowledgedServiceOrder", answer) == []) is good


@pytest.mark.parametrize(
    ("jump", "good"),
    [
        ({"by": "P1D"}, True),
        ({"by": "P1DT2H30M"}, True),
        ({"by": "PT45S"}, True),
        ({"by": "P2W"}, True),
        ({"to": "2027-06-14T08:00:00+01:00"}, True),
        ({}, False),
        ({"by": "P1D", "to": "2027-06-14T08:00:00Z"}, False),
        ({"for": "P1D"}, False),
        ({"by": "P"}, False),
        ({"by": "PT"}, False),
        ({"by": "P1M"}, False),
        ({"by": "-P1D"}, False),
        ({"by": "P1DT"}, False),
        ({"by": 86400}, False),
        ({"to": "2027-06-14T08:00:00"}, False),
    ],
)
def test_a_jump_is_by_a_duration_or_to_a_moment(jump: dict[str, Any], good: bool) -> None:
    assert (refusals("control", "AdvanceClock", jump) == []) is good


@pytest.mark.parametrize(("value", "good"), [("a b", True), ("", False), (" a", False), ("a\n", False), ("é", False)])
def test_header_values_can_be_sent(value: str, good: bool) -> None:
    assert (refusals("tenant", "HeaderText", value) == []) is good
