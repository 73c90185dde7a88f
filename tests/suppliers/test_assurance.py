"""Tests and problems at every fake: each scenario's answer and KCIs, and the tenant's word on a resolution."""

import pytest

from tests.suppliers.fakes import CONTACT, SPECIFICATIONS, Fakes, Json, thing

CODES = ("ALDER", "BIRCH", "CEDAR")
CHARACTERISTICS = [{"name": "SERVICE_HAS_WORKED", "value": "false"}]
RESULTS = {
    "SERVICE_TEST_GREEN": "GREEN",
    "SERVICE_TEST_AMBER": "AMBER",
    "SERVICE_TEST_RED": "RED",
    "SERVICE_TEST_FAILED": "FAILED",
    "SERVICE_TEST_UNAVAILABLE": "UNAVAILABLE",
}
TAKEN = [("ACKNOWLEDGED", "ACKNOWLEDGED"), ("UPDATE", "IN_PROGRESS")]
SILENCE = [("RESOLVED", "RESOLVED"), ("ADDITIONAL", "RESOLVED"), ("COMPLETED", "COMPLETED")]
PROBLEMS = {
    "SERVICE_PROBLEM_ACKNOWLEDGED": TAKEN[:1],
    "SERVICE_PROBLEM_IN_PROGRESS": TAKEN,
    "SERVICE_PROBLEM_CANCELLED": [*TAKEN, ("CANCELLED", "CANCELLED")],
    "SERVICE_PROBLEM_DELAYED": [*TAKEN, ("DELAY", "HELD"), ("RESUMED", "IN_PROGRESS"), *SILENCE],
    "SERVICE_PROBLEM_NETWORK_INCIDENT": [
        TAKEN[0], ("NETWORK_INCIDENT", "NETWORK_INCIDENT"), ("RESUMED", "IN_PROGRESS"), *SILENCE,
    ],
    "SERVICE_PROBLEM_PENDING": [*TAKEN, ("INFORMATION_REQUIRED", "PENDING")],
    "SERVICE_PROBLEM_REAPPOINT": [*TAKEN, ("REAPPOINT", "PENDING")],
    "SERVICE_PROBLEM_REJECTED": [("ORDER_REJECTED", "REJECTED")],
    "SERVICE_PROBLEM_RESOLVED": [*TAKEN, *SILENCE],
}  # fmt: skip


def a_test(fakes: Fakes, code: str, service: str, **more: Json) -> Json:
    specification = {"id": SPECIFICATIONS[code][0]}
    body = {"id": fakes.number("test"), "serviceId": service, "problemType": "OUTAGE"}
    return {**body, "serviceSpecification": specification, **more}


def a_problem(fakes: Fakes, code: str, service: str, **more: Json) -> Json:
    body = a_test(
        fakes, code, service, problemText="No light on the router since the morning", characteristics=CHARACTERISTICS
    )
    return {**body, "id": fakes.number("problem"), "primaryContact": CONTACT, **more}


def raised(fakes: Fakes, code: str, scenario: str, **more: Json) -> Json:
    """A problem that was taken: the body that was sent."""
    body = a_problem(fakes, code, fakes.service(code), **more)
    status, answer = fakes.call("handleCreateProblem", code, body, headers={"X-Scenario": scenario})
    assert status in (201, 202), answer
    return body


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("scenario", RESULTS)
def test_a_test_runs_and_tells_its_result(fakes: Fakes, code: str, scenario: str) -> None:
    body = a_test(fakes, code, fakes.service(code))
    status, answer = fakes.call("handleServiceTest", code, body, headers={"X-Scenario": scenario})
    assert (status, answer["id"], answer["serviceId"]) == (201, body["id"], body["serviceId"])
    assert "status" not in answer
    (told,) = fakes.play()
    assert (told["reasonCode"], told["sequenceNumber"]) == ("COMPLETED", 1)
    about = told["serviceTest"]
    assert (about["tenant"], about["status"], about["id"]) == ("TENANT3", "COMPLETED", body["id"])
    assert about["supplierReference"] == answer["supplierReference"]
    assert about["result"]["testOutcome"]["testResult"] == RESULTS[scenario]


@pytest.mark.parametrize("code", CODES)
def test_a_test_is_refused_in_the_answer(fakes: Fakes, code: str) -> None:
    service = fakes.service(code)
    refused = {
        "cannot be tested": (a_test(fakes, code, service), "SERVICE_TEST_REJECTED"),
        "no live service NONE": (a_test(fakes, code, "NONE"), None),
        "is a service of": (a_test(fakes, code, service, serviceSpecification={"id": "other"}), None),
        "not for a service test": (a_test(fakes, code, service), "ORDER_REJECTED"),
    }
    for message, (body, scenario) in refused.items():
        status, answer = fakes.call("handleServiceTest", code, body, headers={"X-Scenario": scenario})
        assert (status, answer["code"]) == (422, "INVALID_REQUEST")
        assert message in answer["messages"][0]
    assert fakes.play() == []


def test_another_tenant_cannot_test_the_service(fakes: Fakes) -> None:
    body = a_test(fakes, "ALDER", fakes.service("ALDER"))
    status, answer = fakes.call("handleServiceTest", "ALDER", body, tenant="TENANT4")
    assert (status, "TENANT4 has no live service" in answer["messages"][0]) == (422, True)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("scenario", [name for name in PROBLEMS if name != "SERVICE_PROBLEM_REAPPOINT"])
def test_a_problem_is_told_as_its_scenario_says(fakes: Fakes, code: str, scenario: str) -> None:
    body, expected = a_problem(fakes, code, fakes.service(code)), PROBLEMS[scenario]
    status, answer = fakes.call("handleCreateProblem", code, body, headers={"X-Scenario": scenario})
    if code == "BIRCH" and scenario == "SERVICE_PROBLEM_REJECTED":
        assert (status, len(answer["messages"])) == (422, 1)
        assert fakes.play() == []
        return
    told = fakes.play()
    if code == "BIRCH":
        assert (status, answer["status"], answer["id"]) == (201, "ACKNOWLEDGED", body["id"])
        expected = expected[1:]
    else:
        assert (status, answer) == (202, None)
    assert [(kci["reasonCode"], thing(kci)["status"]) for kci in told] == expected
    assert [kci["sequenceNumber"] for kci in told] == list(range(1, len(told) + 1))
    assert all(kci["serviceProblem"]["tenant"] == "TENANT3" for kci in told)


@pytest.mark.parametrize("code", ["ALDER", "BIRCH"])
def test_a_visit_for_a_problem_is_given_up_and_made_anew(fakes: Fakes, code: str) -> None:
    visit = fakes.reserve(code, fakes.premises(code))
    body = raised(fakes, code, "SERVICE_PROBLEM_REAPPOINT", appointmentReservationId=visit)
    assert fakes.play()[-1]["reasonCode"] == "REAPPOINT"
    amendment = {"id": fakes.number("amendment"), "serviceProblemId": body["id"], "notes": "The key is next door."}
    status, answer = fakes.call("handleAmendProblem", code, amendment)
    assert (status, "appointment was given up" in answer["messages"][0]) == (422, True)
    amendment["appointmentReservationId"] = fakes.reserve(code, fakes.premises(code), slot=1)
    assert fakes.call("handleAmendProblem", code, amendment)[0] == (201 if code == "BIRCH" else 202)
    told = fakes.play()
    assert [kci["reasonCode"] for kci in told if kci["reasonCode"] != "AMENDED"] == [code for code, _ in SILENCE]
    assert told[-1]["serviceProblem"]["appointmentReservationId"] == amendment["appointmentReservationId"]


def test_a_scenario_about_a_visit_needs_one(fakes: Fakes) -> None:
    for code in CODES:
        body = a_problem(fakes, code, fakes.service(code))
        headers = {"X-Scenario": "SERVICE_PROBLEM_REAPPOINT"}
        assert fakes.call("handleCreateProblem", code, body, headers=headers)[0] == 422


@pytest.mark.parametrize("code", CODES)
def test_an_accepted_resolution_ends_the_story(fakes: Fakes, code: str) -> None:
    raised(fakes, code, "SERVICE_PROBLEM_RESOLVED")
    reference = until(fakes, "RESOLVED")["serviceProblem"]["serviceProblemResolution"]["supplierReference"]
    answers = [fakes.call("handleServiceProblemResolution", code, {"status": "ACCEPTED"}, id=reference) for _ in "ab"]
    assert answers[0] == answers[1]
    status, answer = answers[0]
    assert (status, answer["status"], answer["supplierReference"]) == (200, "ACCEPTED", reference)
    assert "closedDate" in answer
    assert fakes.play() == []
    status, answer = fakes.call("handleServiceProblemResolution", code, {"status": "REJECTED"}, id=reference)
    assert (status, "is COMPLETED" in answer["messages"][0]) == (422, True)


@pytest.mark.parametrize("code", CODES)
def test_a_rejected_resolution_is_followed_by_another(fakes: Fakes, code: str) -> None:
    raised(fakes, code, "SERVICE_PROBLEM_RESOLVED")
    first = until(fakes, "RESOLVED")["serviceProblem"]["serviceProblemResolution"]
    body = {"status": "REJECTED", "tenantNotes": "It still drops."}
    path = {"id": first["supplierReference"]}
    status, answer = fakes.call("handleServiceProblemResolution", code, body, **path)
    assert (status, answer["status"], answer["tenantNotes"]) == (200, "REJECTED", "It still drops.")
    second = until(fakes, "RESOLVED")["serviceProblem"]["serviceProblemResolution"]
    assert second["supplierReference"] != first["supplierReference"]
    assert second["status"] == "PENDING"
    assert fakes.call("handleServiceProblemResolution", code, body, **path)[0] == 422
    assert fakes.reasons() == SILENCE[1:]


def test_silence_is_warned_of_a_day_before_the_problem_closes(fakes: Fakes) -> None:
    raised(fakes, "CEDAR", "SERVICE_PROBLEM_RESOLVED?silentDays=3")
    resolved = until(fakes, "RESOLVED")
    reference = resolved["serviceProblem"]["serviceProblemResolution"]["supplierReference"]
    warning, closed = fakes.play()
    assert (warning["reasonCode"], warning["issuedOn"][:10]) == ("ADDITIONAL", "2027-01-18")
    assert (closed["reasonCode"], closed["issuedOn"][:10]) == ("COMPLETED", "2027-01-19")
    word = fakes.call("handleServiceProblemResolution", "CEDAR", {"status": "ACCEPTED"}, id=reference)
    assert word[0] == 422


def test_an_unknown_resolution_is_refused(fakes: Fakes) -> None:
    for tenant in ("TENANT3", "TENANT4"):
        status, answer = fakes.call("handleServiceProblemResolution", "ALDER", {"status": "ACCEPTED"}, tenant, id="X9")
        assert (status, "knows no resolution X9" in answer["messages"][0]) == (422, True)


def until(fakes: Fakes, reason: str) -> Json:
    """The next KCI of this reason, with everything ahead of it said."""
    for _ in range(20):
        for kci in fakes.play(steps=1):
            if kci["reasonCode"] == reason:
                return kci
    raise AssertionError(f"no {reason} was heard")
