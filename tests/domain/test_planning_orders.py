import pytest

from sandbox.domain.durations import to_text
from sandbox.domain.planning import plan
from sandbox.domain.scenarios import choose
from sandbox.domain.suppliers import Supplier
from tests.support.scores import ALDER, BIRCH, CEDAR, GAP, LIBRARY, NOW, characteristics, order_for, own, planned


def test_the_service_id_is_the_suppliers_own_and_differs_from_its_order_reference() -> None:
    made = planned("ORDER_SUCCESSFUL")
    service_id = characteristics(made.beats[2])["SERVICE_ID"]
    assert service_id.startswith("ALD")
    assert service_id != made.reference


ORDERS = [name for name, scenario in LIBRARY.scenarios.items() if scenario.kind == "order"]


@pytest.mark.parametrize(
    ("supplier", "names"),
    [(ALDER, {"SERVICE_ID", "ONT_REFERENCE", "ONT_PORT"}), (CEDAR, {"SERVICE_ID", "LINE_ID"})],
)
@pytest.mark.parametrize("name", ["ORDER_SUCCESSFUL", "ORDER_DELAYED"])
def test_whoever_completes_a_new_service_has_told_its_id_and_its_line(
    name: str, supplier: Supplier, names: set[str]
) -> None:
    (telling,) = (beat for beat in planned(name, supplier).beats if "serviceCharacteristics" in beat.changes)
    assert set(characteristics(telling)) == names
    line = dict.fromkeys(names, "999")
    choice = choose(LIBRARY.scenarios, name, None, None, supplier)
    made = plan(
        LIBRARY.scenarios[name], choice, supplier, order_for(supplier), NOW, GAP, "demo1", 1, line=line
    )  # the supplier knows already which line it is
    (telling,) = (beat for beat in made.beats if "serviceCharacteristics" in beat.changes)
    assert set(characteristics(telling).values()) == {"999"}


def test_what_the_order_says_of_its_line_is_not_told_again() -> None:
    given = [{"name": name, "value": "ONT1"} for name in ("LINE_PROFILE", "ONT_REFERENCE", "ONT_PORT")]
    order = order_for(ALDER, orderType="START", serviceOrderItem={"serviceCharacteristics": given})
    assert set(characteristics(planned("ORDER_SUCCESSFUL", order=order).beats[2])) == {"SERVICE_ID"}


@pytest.mark.parametrize("order_type", ["MODIFY", "CEASE"])
@pytest.mark.parametrize("name", sorted(ORDERS))
def test_an_order_that_makes_no_service_tells_of_none(order_type: str, name: str) -> None:
    made = planned(name, order=order_for(ALDER, orderType=order_type, serviceId="ALD1"))
    assert [beat.reason_code for beat in made.beats] == [
        beat.kci
        for beat in LIBRARY.scenarios[name].opening.beats
        if beat.kci != "ADDITIONAL" and (not beat.order_types or order_type in beat.order_types)
    ]
    assert not any("serviceCharacteristics" in beat.changes for beat in made.beats)


def test_a_cease_is_committed_for_the_day_that_it_asks_for() -> None:
    order = {"id": 1, "tenant": "TENANT1", "orderType": "CEASE", "requestedCompletionDate": "2026-04-20"}
    made = planned("ORDER_SUCCESSFUL", order=order)
    assert made.beats[1].changes["committedDate"] == "2026-04-20T11:00:00.000Z"
    assert to_text(made.beats[2].due_at) == "2026-04-20T13:00:00.000Z"


def test_an_answer_at_once_stands_for_a_commitment_too_and_brings_its_dates() -> None:
    beats = [
        {"at": "PT5M", "kci": "COMMITTED", "set": {"committedDate": "agreed", "targetDate": "agreed"}},
        {"at": "PT2H", "from": "target", "kci": "COMPLETED"},
    ]
    scenario = own({"beats": beats})
    order = order_for(BIRCH)
    made = plan(scenario, choose({"A": scenario}, None, None, None), BIRCH, order, NOW, GAP, "demo1", 1)
    assert (made.status, made.entity_status) == (201, "IN_PROGRESS")
    start = order["appointmentTimeslot"]["timeslotStartDateTime"]
    assert made.changes == {"committedDate": start, "targetDate": start}
    assert [(beat.reason_code, beat.due_at, beat.place) for beat in made.beats] == [("COMPLETED", NOW + GAP, 1)]


def test_what_is_wrong_on_purpose_is_never_given_in_the_answer() -> None:
    scenario = own({"beats": [{"at": "PT5M", "kci": "ACKNOWLEDGED", "wrong": True}]})
    made = plan(scenario, choose({"A": scenario}, None, None, None), BIRCH, order_for(BIRCH), NOW, GAP, "demo1", 1)
    assert (made.status, len(made.beats)) == (202, 1)


def test_an_ethernet_order_has_its_own_lead_time_and_no_line() -> None:
    order = {"id": 1, "tenant": "TENANT1", "supplierQuoteId": "Q1", "siteInformation": [{}, {}]}
    made = planned("ORDER_SUCCESSFUL", CEDAR, order=order)
    assert set(characteristics(made.beats[2])) == {"SERVICE_ID"}
    assert CEDAR.ethernet
    assert made.beats[1].changes["committedDate"] == "2026-05-21T11:00:00.000Z"  # 45 working days and three holidays
