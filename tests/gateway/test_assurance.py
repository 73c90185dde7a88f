"""Service tests and service problems, from the request to the end, with every fake."""

from typing import Any

import pytest

from tests.gateway.living import body_of_problem, body_of_test, go_live, have_tested, kcis, service_of, told
from tests.support.sandboxes import Json, Tenant

SUPPLIERS = ("ALDER", "BIRCH", "CEDAR")
SENT = ("UPDATE", "SENT_TO_SUPPLIER")
# Published: what each scenario comes to, and whether a problem may be raised after it.
RESULTS = {
    "SERVICE_TEST_GREEN": ("GREEN", False),
    "SERVICE_TEST_AMBER": ("AMBER", True),
    "SERVICE_TEST_RED": ("RED", True),
    "SERVICE_TEST_FAILED": ("FAILED", False),
    "SERVICE_TEST_UNAVAILABLE": ("UNAVAILABLE", True),
}
TAKEN = [SENT, ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("UPDATE", "IN_PROGRESS")]
CONFIRM = ("CONFIRM", "RESOLVED")
SILENCE = [CONFIRM, ("ADDITIONAL", "RESOLVED"), ("COMPLETED", "COMPLETED")]
STORIES = {
    "SERVICE_PROBLEM_RESOLVED": [*TAKEN, *SILENCE],
    "SERVICE_PROBLEM_ACKNOWLEDGED": TAKEN[:2],
    "SERVICE_PROBLEM_IN_PROGRESS": TAKEN,
    "SERVICE_PROBLEM_PENDING": [*TAKEN, ("INFORMATION_REQUIRED", "PENDING")],
    "SERVICE_PROBLEM_DELAYED": [*TAKEN, ("DELAY", "HELD"), ("RESUMED", "IN_PROGRESS"), *SILENCE],
    "SERVICE_PROBLEM_CANCELLED": [*TAKEN, ("CANCELLED", "CANCELLED")],
    "SERVICE_PROBLEM_REJECTED": [SENT, ("TERMINATED", "REJECTED")],
    "SERVICE_PROBLEM_NETWORK_INCIDENT": [
        SENT, ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("UPDATE", "NETWORK_INCIDENT"), ("RESUMED", "IN_PROGRESS"), *SILENCE,
    ],
}  # fmt: skip


def raise_problem(tenant: Tenant, supplier: str = "ALDER", scenario: str | None = None, **more: Any) -> Json:
    """A problem after a RED test of a new service, with what it needs beside."""
    test = have_tested(tenant, go_live(tenant, supplier), "SERVICE_TEST_RED")
    headers = {} if scenario is None else {"X-Scenario": scenario}
    return tenant.post("/v1/service-problems", body_of_problem(supplier, test["id"], **more), headers)


def problem_of(tenant: Tenant, number: int) -> Json:
    return tenant.get(f"/v1/service-problems/{number}")


def until(tenant: Tenant, number: int, status: str) -> Json:
    """The problem, once it has this status."""
    for _ in range(12):
        if (problem := problem_of(tenant, number))["status"] == status:
            return problem
        tenant.post("/_sandbox/clock/step")
    raise AssertionError(f"never {status}")


def decide(tenant: Tenant, problem: Json, word: str, **more: str) -> tuple[int, Json]:
    """Answer the resolution."""
    path = f"/v1/service-problem-resolutions/{problem['serviceProblemResolution']['id']}"
    return tenant.call("PATCH", path, json={"status": word, **more})


# ---- service tests ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("supplier", SUPPLIERS)
@pytest.mark.parametrize("scenario", RESULTS)
def test_a_test_is_run_and_its_result_told(tenant: Tenant, scenario: str, supplier: str) -> None:
    """And a problem may be raised after it or not, as published."""
    result, allows = RESULTS[scenario]
    test = have_tested(tenant, go_live(tenant, supplier), scenario)
    assert told(tenant, "SERVICE_TEST") == [SENT, ("UPDATE", "IN_PROGRESS"), ("COMPLETED", "COMPLETED")]
    assert test["result"]["testOutcome"]["testResult"] == result
    assert "supplierReference" in test
    status, answer = tenant.call("POST", "/v1/service-problems", json=body_of_problem(supplier, test["id"]))
    assert status == (201 if allows else 422), answer
    assert allows or result in answer["messages"][0]


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_a_test_that_is_rejected_has_no_result(tenant: Tenant, supplier: str) -> None:
    test = have_tested(tenant, go_live(tenant, supplier), "SERVICE_TEST_REJECTED")
    assert told(tenant, "SERVICE_TEST") == [SENT, ("TERMINATED", "REJECTED")]
    assert "result" not in test
    status, answer = tenant.call("POST", "/v1/service-problems", json=body_of_problem(supplier, test["id"]))
    assert (status, "is REJECTED" in answer["messages"][0]) == (422, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"serviceId": "S1"}, "no live service"),
        ({"supplier": "BIRCH"}, "no live service"),
        ({"supplier": "OAK"}, "OAK is not one of yours"),
        ({"characteristics": [{"name": "TRC_CHARGEBAND", "value": "0"}]}, "SERVICE_HAS_WORKED is missing"),
        ({"characteristics": [{"name": "SERVICE_HAS_WORKED", "value": "true"}]}, "SERVICE_LAST_WORKED is missing"),
        ({"problemType": "CPE"}, "EQUIPMENT_TYPE is missing"),
        ({"problemType": "NOISE"}, "/problemType"),
    ],
)
def test_a_test_that_cannot_be_run_is_refused(tenant: Tenant, change: dict[str, Any], message: str) -> None:
    body = body_of_test(go_live(tenant, "ALDER")) | change
    status, answer = tenant.call("POST", "/v1/service-tests", json=body)
    assert (status, message in answer["messages"][0]) == (422, True), answer


@pytest.mark.parametrize("kind", ["OUTAGE", "PERFORMANCE", "STABILITY", "SYNCHRONISATION", "CUSTOMER", "CPE"])
def test_every_type_of_problem_can_be_tested(tenant: Tenant, kind: str) -> None:
    known = [{"name": "SERVICE_HAS_WORKED", "value": "true"}, {"name": "SERVICE_LAST_WORKED", "value": "2027-01-14"}]
    equipment = [{"name": "EQUIPMENT_TYPE", "value": "ROUTER"}]
    more = {"problemType": kind, "characteristics": known + equipment}
    assert have_tested(tenant, go_live(tenant, "CEDAR"), "SERVICE_TEST_GREEN", **more)["status"] == "COMPLETED"


# ---- when a problem may be raised ------------------------------------------------------------------------------------


def test_a_result_allows_a_problem_for_two_hours(tenant: Tenant) -> None:
    test = have_tested(tenant, go_live(tenant, "ALDER"), "SERVICE_TEST_RED")
    body = body_of_problem("ALDER", test["id"])
    tenant.advance("PT2H")
    assert tenant.call("POST", "/v1/service-problems", json=body)[0] == 201
    tenant.advance("PT1S")
    status, answer = tenant.call("POST", "/v1/service-problems", json=body)
    assert (status, "two hours" in answer["messages"][0]) == (422, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"serviceTestId": 4711}, "no test 4711"),
        ({"serviceId": "S1"}, "is of service"),
        ({"supplier": "BIRCH"}, "at ALDER"),
        ({"appointmentReservationId": 4711}, "4711 is unknown"),
        ({"characteristics": [{"name": "24HR_ACCESS", "value": "true"}]}, "SERVICE_HAS_WORKED is missing"),
    ],
)
def test_a_problem_that_cannot_be_raised_is_refused(tenant: Tenant, change: dict[str, Any], message: str) -> None:
    test = have_tested(tenant, go_live(tenant, "ALDER"), "SERVICE_TEST_AMBER")
    status, answer = tenant.call("POST", "/v1/service-problems", json=body_of_problem("ALDER", test["id"]) | change)
    assert (status, message in answer["messages"][0]) == (422, True), answer


def test_a_test_under_way_allows_no_problem_yet(tenant: Tenant) -> None:
    test = tenant.post("/v1/service-tests", body_of_test(go_live(tenant, "ALDER")))
    status, answer = tenant.call("POST", "/v1/service-problems", json=body_of_problem("ALDER", test["id"]))
    assert (status, "wait for its result" in answer["messages"][0]) == (422, True)


# ---- service problems ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("supplier", SUPPLIERS)
@pytest.mark.parametrize("scenario", STORIES)
def test_a_problem_goes_as_its_scenario_says(tenant: Tenant, scenario: str, supplier: str) -> None:
    problem = raise_problem(tenant, supplier, scenario)
    tenant.drain()
    assert told(tenant, "SERVICE_PROBLEM") == STORIES[scenario]
    shown = problem_of(tenant, problem["id"])
    assert [each["sequenceNumber"] for each in shown["updates"]] == list(range(1, len(STORIES[scenario]) + 1))
    assert "supplierIdentifier" in shown or shown["status"] == "REJECTED"


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_an_accepted_resolution_closes_the_problem(tenant: Tenant, supplier: str) -> None:
    problem = until(tenant, raise_problem(tenant, supplier)["id"], "RESOLVED")
    assert problem["serviceProblemResolution"]["status"] == "PENDING"
    status, resolution = decide(tenant, problem, "ACCEPTED")
    assert (status, resolution["status"], resolution["serviceProblemId"]) == (200, "ACCEPTED", problem["id"])
    assert {"resolvedDate", "closedDate", "resolutionDetails"} <= resolution.keys()
    tenant.drain()
    assert told(tenant, "SERVICE_PROBLEM") == [*TAKEN, CONFIRM, ("COMPLETED", "COMPLETED")]
    shown = problem_of(tenant, problem["id"])
    assert shown["updates"][-1]["serviceProblemResolution"] == resolution
    status, answer = decide(tenant, problem, "REJECTED")
    assert (status, "has been decided" in answer["messages"][0]) == (422, True)


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_a_rejected_resolution_sets_the_problem_going_again(tenant: Tenant, supplier: str) -> None:
    first = until(tenant, raise_problem(tenant, supplier)["id"], "RESOLVED")
    status, resolution = decide(tenant, first, "REJECTED", tenantNotes="It still drops at night.")
    assert (status, resolution["status"], resolution["tenantNotes"]) == (200, "REJECTED", "It still drops at night.")
    assert problem_of(tenant, first["id"])["status"] == "IN_PROGRESS"
    second = until(tenant, first["id"], "RESOLVED")
    assert second["serviceProblemResolution"]["id"] != first["serviceProblemResolution"]["id"]
    assert decide(tenant, first, "ACCEPTED")[0] == 422
    assert decide(tenant, second, "ACCEPTED")[0] == 200
    tenant.drain()
    assert told(tenant, "SERVICE_PROBLEM") == [
        *TAKEN, CONFIRM, ("UPDATE", "IN_PROGRESS"), CONFIRM, ("COMPLETED", "COMPLETED"),
    ]  # fmt: skip


def test_silence_is_warned_of_a_day_before_it_counts_as_a_yes(tenant: Tenant) -> None:
    problem = raise_problem(tenant)
    tenant.drain()
    warning, closed = kcis(tenant, "SERVICE_PROBLEM", problem["id"])[-2:]
    assert (warning["information"]["type"], "24 hours" in warning["information"]["text"]) == ("ADDITIONAL", True)
    assert closed["entity"]["serviceProblemResolution"]["status"] == "ACCEPTED"
    day = [each["issuedOn"][:10] for each in (warning, closed)]
    assert day == ["2027-01-17", "2027-01-18"]


def test_a_resolution_may_be_left_open_with_a_note(tenant: Tenant) -> None:
    problem = until(tenant, raise_problem(tenant)["id"], "RESOLVED")
    status, resolution = decide(tenant, problem, "PENDING", tenantNotes="We ask the customer.")
    assert (status, resolution["status"], resolution["tenantNotes"]) == (200, "PENDING", "We ask the customer.")
    assert problem_of(tenant, problem["id"])["status"] == "RESOLVED"
    assert decide(tenant, problem, "ACCEPTED")[0] == 200


def test_a_problem_is_amended_and_goes_on(tenant: Tenant) -> None:
    problem = raise_problem(tenant, "ALDER", "SERVICE_PROBLEM_PENDING", notes="Ring once.", hazards="A dog.")
    until(tenant, problem["id"], "PENDING")
    body = {"serviceProblemId": problem["id"], "problemText": "It fails every evening at eight", "hazards": ""}
    amendment = tenant.post("/v1/service-problem-amendments", body)
    assert (amendment["status"], amendment["serviceProblemId"]) == ("RECEIVED_BY_GATEWAY", problem["id"])
    tenant.drain()
    shown = problem_of(tenant, problem["id"])
    assert (shown["status"], shown["problemText"], shown["notes"]) == ("COMPLETED", body["problemText"], "Ring once.")
    assert "hazards" not in shown
    assert told(tenant, "SERVICE_PROBLEM")[3:] == [
        ("INFORMATION_REQUIRED", "PENDING"), ("UPDATE", "PENDING_AMENDMENT"), ("AMENDED", "IN_PROGRESS"), *SILENCE,
    ]  # fmt: skip


def test_a_visit_for_a_problem_is_given_up_and_made_anew(tenant: Tenant) -> None:
    test = have_tested(tenant, order := go_live(tenant, "ALDER"), "SERVICE_TEST_RED")
    repair = {"purpose": "REPAIR", "serviceId": service_of(order)}
    slots = tenant.slots(order["address"])
    reservations = [
        tenant.post(
            "/v1/appointments",
            {
                "supplier": "ALDER", "address": order["address"], "serviceSpecification": {"id": "FTTP"}, **repair,
                "timeslot": {name: slot[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")},
            },
        )
        for slot in slots[:2]
    ]  # fmt: skip
    body = body_of_problem("ALDER", test["id"], appointmentReservationId=reservations[0]["id"])
    problem = tenant.post("/v1/service-problems", body, {"X-Scenario": "SERVICE_PROBLEM_REAPPOINT"})
    assert until(tenant, problem["id"], "PENDING")["updates"][-1]["action"]["type"] == "REAPPOINT"
    change = {"serviceProblemId": problem["id"], "appointmentReservationId": reservations[1]["id"]}
    tenant.post("/v1/service-problem-amendments", change)
    tenant.drain()
    shown = problem_of(tenant, problem["id"])
    assert (shown["status"], shown["appointmentTimeslot"]) == ("COMPLETED", reservations[1]["timeslot"])


@pytest.mark.parametrize("reason", ["ISSUE_RESOLVED", "CUSTOMER_NETWORK_ISSUE", "NO_LONGER_REQUIRED", "OTHER"])
def test_a_problem_is_cancelled(tenant: Tenant, reason: str) -> None:
    problem = raise_problem(tenant, "ALDER", "SERVICE_PROBLEM_IN_PROGRESS")
    until(tenant, problem["id"], "IN_PROGRESS")
    body = {"serviceProblemId": problem["id"], "reasonCode": reason, "text": "It came back by itself."}
    cancellation = tenant.post("/v1/service-problem-cancellations", body)
    assert body.items() <= cancellation.items()
    tenant.drain()
    shown = problem_of(tenant, problem["id"])
    assert shown["status"] == "CANCELLED"
    assert shown["updates"][-1]["serviceProblemCancellation"]["status"] == "COMPLETED"


@pytest.mark.parametrize("what", ["amendment", "cancellation"])
@pytest.mark.parametrize("outcome", ["REJECTED", "PENDING"])
def test_a_request_about_a_problem_is_refused_or_left_open(tenant: Tenant, what: str, outcome: str) -> None:
    problem = raise_problem(tenant, "ALDER", "SERVICE_PROBLEM_IN_PROGRESS")
    until(tenant, problem["id"], "IN_PROGRESS")
    wanted = {"notes": "Ring twice."} if what == "amendment" else {"reasonCode": "OTHER"}
    body = {"serviceProblemId": problem["id"], **wanted}
    tenant.post(f"/v1/service-problem-{what}s", body, {"X-Scenario": f"{what.upper()}_{outcome}"})
    tenant.drain()
    decided = [] if outcome == "PENDING" else [("RESUBMIT", "IN_PROGRESS")]
    assert told(tenant, "SERVICE_PROBLEM")[3:] == [("UPDATE", f"PENDING_{what.upper()}"), *decided]
