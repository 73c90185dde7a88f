"""Every character that a supplier's file can give, as a tenant meets it: data, and no supplier's name in the code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from sandbox.spec.library import load_library
from tests.places.visits import availability, place, reason, story, with_characteristics
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox

LIBRARY = load_library()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    opened = open_sandbox(tmp_path_factory.mktemp("characters"))
    yield opened
    opened.close()


@pytest.fixture
def tenant(sandbox: Sandbox) -> Tenant:
    """A tenant that orders from all of them."""
    found = Tenant(in_process(sandbox), "tenant2").sign_in()
    assert found.call("POST", "/_sandbox/reset")[0] == 200
    return found


def first(tenant: Tenant, supplier: str) -> Json:
    """An address that the supplier's network reaches, by all of its keys."""
    network = LIBRARY.suppliers[supplier].network
    items = tenant.get("/_sandbox/addresses")["items"][:20]
    found: Json = next(each["identifier"] for each in items if network in each["suppliers"])
    return found


def test_no_code_knows_a_supplier_by_its_name() -> None:
    named = re.compile(r"['\"](?:" + "|".join(LIBRARY.suppliers) + r")['\"]")
    rooms = [each for name in ("domain", "gateway", "suppliers", "wire") for each in Path("sandbox", name).glob("*.py")]
    assert [str(each) for each in rooms if named.search(each.read_text(encoding="utf-8"))] == []
    assert len(rooms) > 50


def test_coarse_reasons_only(tenant: Tenant) -> None:
    assert reason(tenant, place(tenant, "SERVED_BY_NONE"), "DAMSON") == "OTHER"
    assert reason(tenant, place(tenant, "NO_CAPACITY"), "DAMSON") == "OTHER"
    assert story(tenant, place(tenant, "SILVER"), "DAMSON") == ("REJECTED", ["OTHER"])


def test_lines_of_others_are_hidden_and_an_order_is_refused_all_the_same(tenant: Tenant) -> None:
    address = place(tenant, "LINE_ACTIVE")
    site = availability(tenant, address, "ELDER")["siteInformation"]
    assert (site["existingLines"], "line" in site) == ([], True)
    assert len(availability(tenant, address, "ALDER")["siteInformation"]["existingLines"]) == 1
    assert story(tenant, address, "ELDER")[0] == "REJECTED"
    own = first(tenant, "ELDER")
    assert story(tenant, own, "ELDER")[0] == "COMPLETED"
    assert len(availability(tenant, own, "ELDER")["siteInformation"]["existingLines"]) == 1


def test_lines_are_shown_without_their_terminals(tenant: Tenant) -> None:
    (line,) = availability(tenant, place(tenant, "LINE_STOPPED"), "FIR")["siteInformation"]["existingLines"]
    assert line.keys() == {"lineType", "lineId"}


def test_a_supplier_that_is_asked_by_nad_needs_it_with_its_district(tenant: Tenant) -> None:
    known = first(tenant, "GORSE")
    uprn = {"id": known["id"], "type": "UPRN"}
    assert reason(tenant, uprn, "GORSE") == "ADDRESS_KEY_NEEDED"
    nad, district = known["additionalIdentifiers"][:2]
    assert reason(tenant, nad, "GORSE") == "ADDRESS_KEY_NEEDED"
    for address in (known, {**nad, "additionalIdentifiers": [district]}):
        assert "siteInformation" in availability(tenant, address, "GORSE")
    body = tenant.order_body("GORSE", known)
    status, answer = tenant.call("POST", "/v1/service-orders", json={**body, "address": uprn})
    assert (status, "asked by NAD and DistrictCode" in answer["messages"][0]) == (422, True)
    assert story(tenant, known, "GORSE") == ("COMPLETED", [])


def test_the_installation_type_is_never_told_and_an_engineer_has_to_come(tenant: Tenant) -> None:
    address = first(tenant, "HAZEL")
    assert "installationType" not in availability(tenant, address, "HAZEL")["siteInformation"]["line"]
    assert "installationType" in availability(tenant, address, "ALDER")["siteInformation"]["line"]
    body = tenant.order_body("HAZEL", address)
    without = tenant.post("/v1/service-orders", {k: v for k, v in body.items() if k != "appointmentReservationId"})
    tenant.drain()
    assert tenant.order(without["id"])["status"] == "REJECTED"
    assert story(tenant, address, "HAZEL")[0] == "COMPLETED"


def test_acknowledging_takes_two_days(tenant: Tenant) -> None:
    placed = tenant.place(supplier="IVY")
    tenant.advance("P2D")
    assert tenant.order(placed["id"])["status"] == "SENT_TO_SUPPLIER"
    tenant.advance("PT30S")
    assert tenant.order(placed["id"])["status"] == "ACKNOWLEDGED"


def test_no_appointments_synchronous_and_one_amendment_at_a_time(tenant: Tenant) -> None:
    status, _ = tenant.call("GET", "/v1/available-appointments", query={
        "supplier": "CEDAR", "address": '{"id": "999000000001", "type": "UPRN"}',
        "serviceSpecification": '{"id": "FTTB"}', "appointmentPurpose": "PROVIDE"})  # fmt: skip
    assert status == 422
    placed = tenant.place("ORDER_IN_PROGRESS", "BIRCH")
    tenant.advance("PT0S")
    assert tenant.order(placed["id"])["status"] == "ACKNOWLEDGED"  # by the answer itself
    tenant.drain()
    for notes in ("One.", "Two."):
        headers = {"X-Scenario": "AMENDMENT_PENDING"}
        tenant.post("/v1/service-order-amendments", {"orderId": placed["id"], "notes": notes}, headers)
    tenant.drain()
    assert [kind for kind, _ in tenant.told(placed["id"])].count("RESUBMIT") == 1


@pytest.mark.parametrize(
    ("rule", "code"),
    [("profile", "INVALID_REQUEST"), ("date", "PLANNING_ISSUE"), ("duplicate", "LINKED_ORDER_ISSUE")],
)
def test_a_strict_supplier_rejects_by_its_rules(tenant: Tenant, rule: str, code: str) -> None:
    address = first(tenant, "JUNIPER")
    body = tenant.order_body("JUNIPER", address)
    if rule == "profile":
        profile = [{"name": "LINE_PROFILE", "value": "none"}]
        body["serviceOrderItem"] |= {"serviceCharacteristics": profile}
    if rule == "date":
        body["requestedCompletionDate"] = "2027-01-20"
    if rule == "duplicate":
        tenant.post("/v1/service-orders", body, {"X-Scenario": "ORDER_IN_PROGRESS"})
        tenant.drain()
    placed = tenant.post("/v1/service-orders", body)
    tenant.drain()
    ended = tenant.order(placed["id"])
    told = ended["updates"][-1]["information"]
    texts = {each.problem_code: each.text for each in LIBRARY.suppliers["JUNIPER"].rules}
    assert (ended["status"], told["type"], told["code"]) == ("REJECTED", "TERMINATED", code)
    assert rule != "duplicate" or told["text"] == texts[code]


def test_what_breaks_no_rule_is_taken(tenant: Tenant) -> None:
    address = first(tenant, "JUNIPER")
    told = with_characteristics(tenant, "JUNIPER")
    item = {"serviceSpecification": {"id": "FTTB"}, "serviceCharacteristics": told}
    more = {"serviceOrderItem": item, "requestedCompletionDate": "2027-01-21"}
    assert story(tenant, address, "JUNIPER", **more) == ("COMPLETED", [])


def test_engineers_come_by_night_and_on_sundays(tenant: Tenant) -> None:
    slots = tenant.slots(first(tenant, "LARCH"), "LARCH")
    assert {"SUNDAY_EARLY", "SATURDAY_EVENING", "WEEKDAY_PM"} <= {each["classification"] for each in slots}
    assert slots[0]["timeslotStartDateTime"] > "2027-01-18"  # it is Friday morning, and the next working day is Monday
    tenant.post("/_sandbox/clock/advance", {"to": "2027-01-15T15:00:00Z"})
    assert tenant.slots(first(tenant, "LARCH"), "LARCH")[0]["timeslotStartDateTime"] > "2027-01-19"
