"""What is still undecided when something else happens first, and tests that come to nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.app import Sandbox
from tests.gateway.courses import Course, Place, Step
from tests.gateway.living import body_of_test, go_live, told
from tests.gateway.other_suppliers import replace_supplier, silent
from tests.gateway.stage import Played, play
from tests.support.sandboxes import Json, Tenant, open_sandbox


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    """A supplier that the test plays."""
    sandbox = open_sandbox(tmp_path)
    yield play(sandbox)
    sandbox.close()


def under_way(played: Played, kind: str, *events: tuple[str, str]) -> Course:
    """A course that has taken these steps: event and state."""
    course = Course(played, kind)
    for event, after in (("SENT", "SENT_TO_SUPPLIER"), ("ACKNOWLEDGED", "ACKNOWLEDGED"), *events):
        course.go(Step(course.place.state, event, after))
    return course


def requests_of(course: Course, what: str) -> list[Json]:
    """The request of this kind in each KCI that reports it."""
    name = f"service{course.kind.capitalize()}{what.capitalize()}"
    return [each[name] for each in course.shown()["updates"] if name in each]


def say(course: Course, reason: str, status: str, **more: Any) -> tuple[int, Json]:
    """A KCI about the course, whatever its life cycle says."""
    course.said += 1
    member = "provideServiceOrder" if course.kind == "order" else "serviceProblem"
    return course.played.say(member, {"id": course.id, "status": status}, reason, course.said, **more)


@pytest.mark.parametrize("what", ["amendment", "cancellation"])
@pytest.mark.parametrize("kind", ["order", "problem"])
def test_resubmit_may_name_the_request_that_it_turns_down(played: Played, kind: str, what: str) -> None:
    course = under_way(played, kind, (f"{what.upper()}_PENDING", f"PENDING_{what.upper()}"))
    named = {f"service{kind.capitalize()}{what.capitalize()}Id": course.requests[what][-1]}
    assert say(course, "RESUBMIT", "ACKNOWLEDGED", text="Please correct it.", **named)[0] == 204
    assert [each["status"] for each in requests_of(course, what)] == ["PENDING", "REJECTED"]
    assert course.shown()["status"] == "ACKNOWLEDGED"
    status, answer = say(course, "RESUBMIT", "ACKNOWLEDGED", **named)
    assert (status, "has been decided" in answer["messages"][0]) == (422, True)


@pytest.mark.parametrize("kind", ["order", "problem"])
def test_a_cancellation_that_was_asked_for_is_named_when_the_supplier_cancels(played: Played, kind: str) -> None:
    """Published: the KCI must name it, by the gateway's number or the supplier's reference."""
    course = under_way(played, kind, ("CANCELLATION_PENDING", "PENDING_CANCELLATION"))
    status, answer = say(course, "CANCELLED", "CANCELLED")
    name = f"service{kind.capitalize()}Cancellation"
    assert (status, f"{name}Id or {name}Reference" in answer["messages"][0]) == (422, True)
    assert course.shown()["status"] == "PENDING_CANCELLATION"
    more = {f"{name}Id": course.requests["cancellation"][-1], f"{name}Reference": "CEDC1"}
    assert say(course, "CANCELLED", "CANCELLED", **more)[0] == 204
    last = requests_of(course, "cancellation")[-1]
    assert (last["status"], last["supplierReference"]) == ("COMPLETED", "CEDC1")


def test_a_request_on_its_way_is_overtaken_by_the_end_of_its_order(played: Played) -> None:
    course = under_way(played, "order")
    body = {"orderId": course.id, "notes": "Ring twice."}
    amendment = played.tenant.post("/v1/service-order-amendments", body)
    assert say(course, "COMPLETED", "COMPLETED")[0] == 204
    played.tenant.advance("PT0S")
    assert course.shown()["status"] == "COMPLETED"
    assert (amendment["status"], requests_of(course, "amendment")) == ("RECEIVED_BY_GATEWAY", [])
    assert [path for path, _ in played.asked].count("/service-order-amendments") == 0


def test_a_resolution_is_overtaken_when_the_problem_is_cancelled(played: Played) -> None:
    course = under_way(played, "problem", ("RESOLVED", "RESOLVED"), ("CANCELLED", "CANCELLED"))
    shown = course.shown()
    assert (shown["status"], shown["serviceProblemResolution"]["status"]) == ("CANCELLED", "REJECTED")
    path = f"/v1/service-problem-resolutions/{shown['serviceProblemResolution']['id']}"
    status, answer = played.tenant.call("PATCH", path, json={"status": "ACCEPTED"})
    assert (status, "has been decided" in answer["messages"][0]) == (422, True)
    assert course.place == Place("CANCELLED")


def test_a_test_that_could_not_be_sent(sandbox: Sandbox, tenant: Tenant) -> None:
    body = body_of_test(go_live(tenant, "ALDER"))
    replace_supplier(sandbox, "ALDER", silent)
    tenant.post("/v1/service-tests", body)
    tenant.drain()
    assert told(tenant, "SERVICE_TEST") == [("SUPPLIER_TIMED_OUT", "FAILED_TO_SEND")]


def test_a_test_that_its_supplier_gives_up_has_failed(tenant: Tenant) -> None:
    test = tenant.post("/v1/service-tests", body_of_test(go_live(tenant, "ALDER")), {"X-Kci-Delay": "86400"})
    tenant.advance("PT1S")
    event = {"reasonCode": "CANCELLED", "serviceTestId": test["id"], "problemCode": "UNKNOWN_FAULT"}
    tenant.post("/_sandbox/suppliers/ALDER/events", event)
    tenant.advance("PT1S")
    assert told(tenant, "SERVICE_TEST")[-1] == ("TERMINATED", "FAILED")


@pytest.mark.parametrize("reason", ["AMENDED", "AMENDMENT_REJECTED", "CANCELLATION_REJECTED", "RESUBMIT"])
def test_nothing_is_asked_about_a_test(played: Played, reason: str) -> None:
    """So a KCI that would decide such a request is refused in words."""
    test = played.tenant.get(f"/v1/service-tests/{played.test}")
    named = {f"serviceOrder{what}Id": 1 for what in ("Amendment", "Cancellation")}
    entity = {"id": test["id"], "status": "COMPLETED", "result": test["result"]}
    status, answer = played.say("serviceTest", entity, reason, 2, **named)
    assert (status, f"{reason} is not for serviceTest" in answer["messages"][0]) == (422, True)
