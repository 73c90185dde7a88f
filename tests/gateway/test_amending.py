"""Amending and cancelling an order under way: what may be asked, how it is decided, and what becomes of the order."""

from typing import Any

import pytest

from sandbox.app import Sandbox
from tests.gateway.living import kcis
from tests.gateway.other_suppliers import Answers, refusing, replace_supplier, silent, unreachable
from tests.support.sandboxes import Json, Tenant, kind_of

NAMES = ("serviceOrderAmendment", "serviceOrderCancellation")
# What becomes of a request: what is told, and the statuses of the order and of the request.
DECIDED = {
    ("amendment", "ACCEPTED"): ("AMENDED", "IN_PROGRESS", "COMPLETED"),
    ("amendment", "REJECTED"): ("RESUBMIT", "IN_PROGRESS", "REJECTED"),
    ("cancellation", "ACCEPTED"): ("CANCELLED", "CANCELLED", "COMPLETED"),
    ("cancellation", "REJECTED"): ("RESUBMIT", "IN_PROGRESS", "REJECTED"),
}


def under_way(tenant: Tenant, supplier: str = "ALDER", scenario: str = "ORDER_IN_PROGRESS") -> Json:
    """An order that its supplier has nothing more to say about."""
    order = tenant.place(scenario, supplier)
    tenant.drain()
    return tenant.order(order["id"])


def ask(tenant: Tenant, what: str, order: Json, scenario: str | None = None, **more: Any) -> tuple[int, Json]:
    """Ask for an amendment or a cancellation."""
    wanted = more or ({"notes": "Ring twice."} if what == "amendment" else {"reasonCode": "NO_LONGER_REQUIRED"})
    headers = {} if scenario is None else {"X-Scenario": scenario}
    return tenant.call("POST", f"/v1/service-order-{what}s", json={"orderId": order["id"], **wanted}, headers=headers)


def asked(tenant: Tenant, what: str, order: Json, scenario: str | None = None, **more: Any) -> Json:
    """A request that was taken."""
    status, answer = ask(tenant, what, order, scenario, **more)
    assert (status, answer["status"]) == (201, "RECEIVED_BY_GATEWAY"), answer
    return answer


def refused(tenant: Tenant, what: str, order: Json, **more: Any) -> str:
    """What is said to a request that was not."""
    status, answer = ask(tenant, what, order, **more)
    assert (status, answer["code"]) == (422, "INVALID_REQUEST"), answer
    return str(answer["messages"][0])


def news(tenant: Tenant, order: Json) -> list[tuple[str, str, str]]:
    """(type, order status, status of the request) of the KCIs that report a request about the order."""
    found = []
    for kci in kcis(tenant, "PROVIDE_ORDER", order["id"]):
        requests = [kci["entity"][name] for name in NAMES if name in kci["entity"]]
        found += [(*kind_of(kci), request["status"]) for request in requests]
    return found


@pytest.mark.parametrize("supplier", ["ALDER", "BIRCH", "CEDAR"])
@pytest.mark.parametrize(("what", "outcome"), DECIDED)
def test_a_request_is_decided(tenant: Tenant, what: str, outcome: str, supplier: str) -> None:
    """At once (BIRCH), or later by a KCI, with PENDING_… in between; the tenant is told either way."""
    order = under_way(tenant, supplier, "ORDER_ACKNOWLEDGED" if what == "cancellation" else "ORDER_IN_PROGRESS")
    asked(tenant, what, order, f"{what.upper()}_{outcome}")
    tenant.drain()
    kind, status, request = DECIDED[what, outcome]
    status = "ACKNOWLEDGED" if (what, outcome) == ("cancellation", "REJECTED") else status
    pending = [] if supplier == "BIRCH" else [("UPDATE", f"PENDING_{what.upper()}", "PENDING")]
    assert news(tenant, order) == [*pending, (kind, status, request)]
    after = tenant.order(order["id"])
    assert after["status"] == status
    assert after.get("notes") == ("Ring twice." if (what, outcome) == ("amendment", "ACCEPTED") else None)
    if outcome == "REJECTED":
        assert after["updates"][-1]["action"]["text"]


@pytest.mark.parametrize("what", ["amendment", "cancellation"])
def test_a_request_may_stay_undecided(tenant: Tenant, what: str) -> None:
    order = under_way(tenant)
    asked(tenant, what, order, f"{what.upper()}_PENDING")
    tenant.drain()
    assert news(tenant, order) == [("UPDATE", f"PENDING_{what.upper()}", "PENDING")]
    assert tenant.order(order["id"])["status"] == f"PENDING_{what.upper()}"


def test_only_what_is_sent_changes(tenant: Tenant) -> None:
    """Values replace, arrays are replaced whole, and what is empty removes."""
    body = tenant.order_body("ALDER") | {
        "hazards": "A dog.", "notes": "Ring once.", "engineerTasks": ["INSTALL_ROUTER"],
        "secondaryContact": {"name": "Robin Fenwick", "phoneNumber": "01632 960456"},
    }  # fmt: skip
    order = tenant.post("/v1/service-orders", body, {"X-Scenario": "ORDER_IN_PROGRESS"})
    tenant.drain()
    more = {"name": "CARE_LEVEL", "value": "2"}
    profile = {"name": "LINE_PROFILE", "value": "900/200"}
    changes: dict[str, Any] = {"notes": "Ring twice.", "hazards": "", "engineerTasks": [], "secondaryContact": {}}
    asked(tenant, "amendment", order, serviceCharacteristics=[profile, more], **changes)
    tenant.drain()
    after = tenant.order(order["id"])
    assert after["notes"] == "Ring twice."
    assert not {"hazards", "engineerTasks", "secondaryContact"} & after.keys()
    assert after["serviceOrderItem"]["serviceCharacteristics"] == [profile, more]
    assert after["primaryContact"] == body["primaryContact"]
    amendment = after["updates"][-1]["serviceOrderAmendment"]
    assert (amendment["id"], amendment["orderId"], amendment["status"]) == (1, order["id"], "COMPLETED")
    assert amendment["supplierReference"]
    assert changes.items() <= amendment.items()


@pytest.mark.parametrize(
    "change",
    [{"serviceCharacteristics": []}, {"serviceCharacteristics": [], "notes": "Ring twice."}, {"supplier": "ALDER"}],
)
def test_an_amendment_that_would_lose_data_or_change_nothing_is_refused_whole(
    tenant: Tenant, change: dict[str, Any]
) -> None:
    order = under_way(tenant)
    status, answer = ask(tenant, "amendment", order, **change)
    assert status == 422
    assert "cannot be removed" in str(answer["messages"]) or "changes nothing" in str(answer["messages"])
    tenant.drain()
    assert tenant.order(order["id"]) == order


# Published for amendments; a cancellation is assumed to be taken from HELD too.
MAY = {
    "ORDER_ACKNOWLEDGED": ("ACKNOWLEDGED", True, True),
    "ORDER_IN_PROGRESS": ("IN_PROGRESS", True, True),
    "ORDER_PENDING": ("PENDING", True, True),
    "ORDER_SUCCESSFUL": ("COMPLETED", False, False),
    "ORDER_CANCELLED": ("CANCELLED", False, False),
    "ORDER_REJECTED": ("REJECTED", False, False),
}


@pytest.mark.parametrize("scenario", MAY)
def test_from_which_states_a_request_is_taken(tenant: Tenant, scenario: str) -> None:
    status, *may = MAY[scenario]
    for what, taken in zip(("amendment", "cancellation"), may, strict=True):
        order = under_way(tenant, "ALDER", scenario)
        assert order["status"] == status
        if taken:
            asked(tenant, what, order)
        else:
            assert f"is {status}" in refused(tenant, what, order)


def test_what_is_held_may_be_cancelled_and_not_amended(tenant: Tenant) -> None:
    order = tenant.place("ORDER_DELAYED", "ALDER")
    tenant.advance("PT100S")
    assert "is HELD" in refused(tenant, "amendment", order)
    asked(tenant, "cancellation", order)
    tenant.drain()
    assert tenant.order(order["id"])["status"] == "CANCELLED"


def test_what_has_not_been_acknowledged_is_neither_amended_nor_cancelled(tenant: Tenant) -> None:
    order = tenant.place(None, "ALDER")
    for status in ("RECEIVED_BY_GATEWAY", "SENT_TO_SUPPLIER"):
        assert f"is {status}" in refused(tenant, "amendment", order)
        assert f"is {status}" in refused(tenant, "cancellation", order)
        tenant.advance("PT1S")


def test_amendments_at_the_same_time(tenant: Tenant) -> None:
    """The gateway permits them; ALDER decides on each, CEDAR refuses the second (published: some suppliers do)."""
    for supplier, outcome in (("ALDER", ["AMENDED", "AMENDED"]), ("CEDAR", ["RESUBMIT", "AMENDED"])):
        order = under_way(tenant, supplier)
        for note in ("Ring twice.", "Ring three times."):
            asked(tenant, "amendment", order, notes=note)
        tenant.drain()
        kinds = [kind for kind, _, _ in news(tenant, order) if kind != "UPDATE"]
        assert sorted(kinds) == sorted(outcome), supplier
        assert tenant.order(order["id"])["status"] == "IN_PROGRESS"


@pytest.mark.parametrize(("supplier", "stops"), [("ALDER", False), ("BIRCH", True)])
def test_a_point_of_no_return(tenant: Tenant, supplier: str, stops: bool) -> None:
    """BIRCH takes no cancellation once it has committed, ALDER does to the last."""
    order = under_way(tenant, supplier)
    asked(tenant, "cancellation", order)
    tenant.drain()
    after = tenant.order(order["id"])
    assert after["status"] == ("IN_PROGRESS" if stops else "CANCELLED")
    assert ("after COMMITTED" in str(after["updates"][-1].get("action"))) == stops


@pytest.mark.parametrize("supplier", ["ALDER", "BIRCH", "CEDAR"])
def test_information_given_lets_a_pending_order_go_on_to_its_end(tenant: Tenant, supplier: str) -> None:
    order = under_way(tenant, supplier, "ORDER_PENDING")
    assert (order["status"], order["updates"][-1]["action"]["type"]) == ("PENDING", "INFORMATION_REQUIRED")
    assert order["updates"][-1]["action"]["text"]
    asked(tenant, "amendment", order, notes="In the hall.")
    tenant.drain()
    assert [status for _, status, _ in news(tenant, order)][-1] == "IN_PROGRESS"
    after = tenant.order(order["id"])
    assert (after["status"], after["notes"]) == ("COMPLETED", "In the hall.")


@pytest.mark.parametrize("supplier", ["ALDER", "BIRCH"])
def test_a_new_reservation_lets_a_reappointed_order_go_on_to_its_end(tenant: Tenant, supplier: str) -> None:
    order = under_way(tenant, supplier, "ORDER_REAPPOINT")
    assert (order["status"], order["updates"][-1]["action"]["type"]) == ("PENDING", "REAPPOINT")
    asked(tenant, "amendment", order, notes="No new appointment.")
    tenant.drain()
    assert tenant.order(order["id"])["status"] == "PENDING"
    specification = order["serviceOrderItem"]["serviceSpecification"]["id"]
    reservation = tenant.reserve(order["address"], supplier, specification, slot=3)
    assert "is unknown" in refused(tenant, "amendment", order, appointmentReservationId=4711)
    asked(tenant, "amendment", order, appointmentReservationId=reservation["id"])
    assert "was used" in refused(tenant, "amendment", order, appointmentReservationId=reservation["id"])
    tenant.drain()
    after = tenant.order(order["id"])
    assert after["status"] == "COMPLETED"
    assert after["appointmentTimeslot"] == reservation["timeslot"]
    assert after["appointmentSupplierReference"] == reservation["supplierReference"]
    assert after["committedDate"] == order["committedDate"]
    assert after["targetDate"] == reservation["timeslot"]["timeslotStartDateTime"]


@pytest.mark.parametrize("what", ["amendment", "cancellation"])
@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (silent, "SUPPLIER_TIMED_OUT"),
        (unreachable, "SUPPLIER_FAULT"),
        (refusing(500, "out of paper"), "SUPPLIER_FAULT"),
        (refusing(400, "no such member"), "GATEWAY_FAULT"),
        (refusing(501, "not yet", code="NOT_IMPLEMENTED"), "NOT_IMPLEMENTED"),
    ],
)
def test_a_request_that_could_not_be_sent_leaves_the_order_as_it_was(
    sandbox: Sandbox, tenant: Tenant, what: str, answers: Answers, code: str
) -> None:
    order = under_way(tenant)
    replace_supplier(sandbox, "ALDER", answers)
    asked(tenant, what, order)
    tenant.drain()
    assert news(tenant, order) == [(code, "IN_PROGRESS", "FAILED_TO_SEND")]
    assert tenant.order(order["id"])["status"] == "IN_PROGRESS"
