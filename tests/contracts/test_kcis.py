"""What KCIs must say: to the tenant by kind of entity, from the supplier by reason code."""

from typing import Any

import pytest

from tests.contracts.reading import bundled, example, refusals, without

SENT = example("tenant-updates", "/kcis", "post", "sent")
SPOKEN = example("supplier-updates", "/kcis", "post", "acknowledged")
ENTITIES = {
    "provideServiceOrder": "supplierOrderReference",
    "modifyServiceOrder": "supplierOrderReference",
    "ceaseServiceOrder": "supplierOrderReference",
    "ethernetServiceOrder": "supplierOrderReference",
    "serviceTest": "supplierReference",
    "serviceProblem": "supplierReference",
}
ORDERS = [name for name in ENTITIES if name.endswith("Order")]
NAMED = {"tenant": "TENANT1", "status": "IN_PROGRESS", "id": 1001}


def spoken(entity: str, reason: str, **more: Any) -> dict[str, Any]:
    """A supplier's KCI of this reason about the entity, which is called by the gateway's id."""
    return {**without(SPOKEN, "provideServiceOrder"), "reasonCode": reason, entity: NAMED, **more}


# ---- to the tenant ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "entity_type"),
    [
        ("sent", "PROVIDE_ORDER"),
        ("modify", "MODIFY_ORDER"),
        ("cease", "CEASE_ORDER"),
        ("unsolicitedCease", "UNSOLICITED_CEASE_ORDER"),
        ("ethernet", "PROVIDE_ETHERNET_ORDER"),
        ("testCompleted", "SERVICE_TEST"),
        ("confirm", "SERVICE_PROBLEM"),
    ],
)
def test_the_entity_is_whole_and_of_its_type(key: str, entity_type: str) -> None:
    kci = example("tenant-updates", "/kcis", "post", key)
    assert kci["entityType"] == entity_type
    assert refusals("tenant-updates", "Kci", {**kci, "entity": {"id": 1001}})
    for other in bundled("tenant-updates")["components"]["schemas"]["Kci"]["properties"]["entityType"]["enum"]:
        told = refusals("tenant-updates", "Kci", {**kci, "entityType": other})
        assert (told == []) is (other == entity_type), other


def test_the_entity_has_the_request_that_is_reported() -> None:
    kci = example("tenant-updates", "/kcis", "post", "resubmit")
    kci["entity"]["serviceOrderAmendment"]["status"] = "SENT_TO_SUPPLIER"
    assert refusals("tenant-updates", "Kci", kci)
    kci = example("tenant-updates", "/kcis", "post", "confirm")
    kci["entity"]["serviceProblemResolution"]["resolutionDetails"] = {}
    assert refusals("tenant-updates", "Kci", kci)


@pytest.mark.parametrize("action", ["INFORMATION_REQUIRED", "REAPPOINT", "RESUBMIT", "CONFIRM", "PANIC"])
def test_actions(action: str) -> None:
    kci = {**without(SENT, "information"), "updateType": "ACTION_REQUIRED", "action": {"type": action}}
    assert (refusals("tenant-updates", "Kci", kci) == []) is (action != "PANIC")


@pytest.mark.parametrize("result", ["GREEN", "AMBER", "RED", "FAILED", "UNAVAILABLE", "PURPLE"])
def test_results_of_a_service_test(result: str) -> None:
    told = refusals("tenant", "ServiceTestResult", {"testOutcome": {"testResult": result}})
    assert (told == []) is (result != "PURPLE")


# ---- from the supplier -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("entity", "reference"), ENTITIES.items())
def test_a_suppliers_kci_is_about_exactly_one_thing_that_can_be_found(entity: str, reference: str) -> None:
    kci = spoken(entity, "UPDATE")
    assert refusals("supplier-updates", "SupplierKci", kci) == []
    assert refusals("supplier-updates", "SupplierKci", without(kci, entity))
    for other in ENTITIES.keys() - {entity}:
        assert refusals("supplier-updates", "SupplierKci", {**kci, other: NAMED}), other
    by_reference = {**without(NAMED, "id"), reference: "ALD7M2K0QX94TZB"}
    assert refusals("supplier-updates", "SupplierKci", {**kci, entity: by_reference}) == []
    for missing in NAMED:
        assert refusals("supplier-updates", "SupplierKci", {**kci, entity: without(NAMED, missing)}), missing


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("reason", ["WARNING", "DELAY", "REAPPOINT", "CANCELLED"])
def test_reasons_that_need_a_problem_code(reason: str, entity: str) -> None:
    kci = spoken(entity, reason, text="It snowed.")
    assert refusals("supplier-updates", "SupplierKci", kci)
    assert refusals("supplier-updates", "SupplierKci", {**kci, "problemCode": "SNOW"})
    assert refusals("supplier-updates", "SupplierKci", {**kci, "problemCode": "UNABLE_TO_ATTEND"}) == []


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("reason", ["INFORMATION_REQUIRED", "ORDER_REJECTED"])
def test_reasons_that_need_a_text(reason: str, entity: str) -> None:
    kci = spoken(entity, reason, problemCode="ACCESS_ISSUE")
    assert refusals("supplier-updates", "SupplierKci", kci)
    assert refusals("supplier-updates", "SupplierKci", {**kci, "text": "Which flat is it?"}) == []


@pytest.mark.parametrize(
    "explained", [{"text": "It snowed."}, {"supplierCodes": ["SNOW-1"]}, {"supplierCode": "SNOW-1"}]
)
def test_the_problem_code_other_is_explained(explained: dict[str, Any]) -> None:
    kci = spoken("provideServiceOrder", "DELAY", problemCode="OTHER")
    assert refusals("supplier-updates", "SupplierKci", kci)
    assert refusals("supplier-updates", "SupplierKci", {**kci, **explained}) == []


@pytest.mark.parametrize("date", ["committedDate", "targetDate"])
@pytest.mark.parametrize("entity", ORDERS)
def test_a_commitment_has_both_dates(entity: str, date: str) -> None:
    dates = {"committedDate": "2027-06-14T07:00:00Z", "targetDate": "2027-06-14T07:00:00Z"}
    kci = spoken(entity, "COMMITTED")
    assert refusals("supplier-updates", "SupplierKci", {**kci, entity: {**NAMED, **dates}}) == []
    assert refusals("supplier-updates", "SupplierKci", {**kci, entity: {**NAMED, **without(dates, date)}})


@pytest.mark.parametrize(
    ("reason", "request_name", "entity"),
    [
        (reason, f"service{thing}{kind}", entity)
        for thing, entities in (("Order", ORDERS), ("Problem", ["serviceProblem"]))
        for reason, kind in (
            ("AMENDED", "Amendment"),
            ("AMENDMENT_REJECTED", "Amendment"),
            ("CANCELLATION_REJECTED", "Cancellation"),
        )
        for entity in entities
    ],
)
def test_an_answer_names_what_it_answers(reason: str, request_name: str, entity: str) -> None:
    kci = spoken(entity, reason)
    assert refusals("supplier-updates", "SupplierKci", kci)
    for name in ({f"{request_name}Id": 2001}, {f"{request_name}Reference": "ALD0C5W9TQ3H7ME"}):
        assert refusals("supplier-updates", "SupplierKci", {**kci, **name}) == [], "beside the entity"
        assert refusals("supplier-updates", "SupplierKci", {**kci, entity: {**NAMED, **name}}) == [], "inside it"
    assert refusals("supplier-updates", "SupplierKci", {**kci, f"{request_name}Id": "2001"})


def test_only_an_unsolicited_cease_is_created() -> None:
    kci = example("supplier-updates", "/kcis", "post", "created")
    assert refusals("supplier-updates", "SupplierKci", kci) == []
    for member in ("supplierOrderReference", "serviceId", "tenant", "status"):
        cease = without(kci["ceaseServiceOrder"], member)
        assert refusals("supplier-updates", "SupplierKci", {**kci, "ceaseServiceOrder": cease}), member
    assert refusals("supplier-updates", "SupplierKci", spoken("provideServiceOrder", "CREATED"))


def test_a_completed_test_has_its_result() -> None:
    kci = example("supplier-updates", "/kcis", "post", "testCompleted")
    assert refusals("supplier-updates", "SupplierKci", kci) == []
    kci["serviceTest"] = without(kci["serviceTest"], "result")
    assert refusals("supplier-updates", "SupplierKci", kci)
    kci["serviceTest"]["status"] = "FAILED"
    assert refusals("supplier-updates", "SupplierKci", kci) == []


@pytest.mark.parametrize("member", ["supplierReference", "resolvedDate", "resolutionDetails"])
def test_a_resolved_problem_has_its_resolution(member: str) -> None:
    kci = example("supplier-updates", "/kcis", "post", "resolved")
    assert refusals("supplier-updates", "SupplierKci", kci) == []
    problem = kci["serviceProblem"]
    problem["serviceProblemResolution"] = without(problem["serviceProblemResolution"], member)
    assert refusals("supplier-updates", "SupplierKci", kci)
    kci["serviceProblem"] = without(problem, "serviceProblemResolution")
    assert refusals("supplier-updates", "SupplierKci", kci)


@pytest.mark.parametrize(
    ("entity", "status"),
    [("serviceTest", "HELD"), ("serviceProblem", "PARTIAL"), ("provideServiceOrder", "RESOLVED")],
)
def test_each_kind_of_thing_has_states_of_its_own(entity: str, status: str) -> None:
    assert refusals("supplier-updates", "SupplierKci", spoken(entity, "UPDATE") | {entity: {**NAMED, "status": status}})
