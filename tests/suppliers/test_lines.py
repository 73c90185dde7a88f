"""What lies at an address, who may have it, and what becomes of it; ceases that no tenant asked for."""

from typing import Any

import pytest

from tests.suppliers.fakes import SPECIFICATIONS, Fakes, Json, characteristics, thing
from tests.suppliers.test_assurance import CODES

SHAPES = {"ALDER": False, "BIRCH": True, "CEDAR": False}  # whether an address may have several services


def site(fakes: Fakes, code: str, tenant: str = "TENANT3") -> Json:
    status, answer = fakes.call("handleAvailabilityCheck", code, tenant=tenant, query={"address": fakes.premises(code)})
    assert status == 200
    return answer["siteInformation"]


def names_of(fakes: Fakes, code: str) -> list[Json]:
    """The characteristics that name the only line at the first premises, as this supplier knows its lines."""
    (line,) = site(fakes, code)["existingLines"]
    (port,) = line["ont"]["ports"]
    named = {"LINE_ID": line["lineId"]}
    if code != "CEDAR":
        named = {"ONT_REFERENCE": line["ont"]["ontReference"], "ONT_PORT": str(port["portNumber"])}
    return [{"name": name, "value": value} for name, value in named.items()]


def take_line(fakes: Fakes, code: str, kind: str, tenant: str, scenario: str | None = None) -> tuple[int, Json]:
    """An order for the line that is there: (status, body of the answer)."""
    specification, profile = SPECIFICATIONS[code]
    item = {"serviceSpecification": {"id": specification}}
    more = [{"name": "LINE_PROFILE", "value": profile}]
    body = fakes.order_body(code, tenant, orderType=kind) | {
        "serviceOrderItem": {**item, "serviceCharacteristics": [*names_of(fakes, code), *more]}
    }
    return fakes.call("handleCreateOrder", code, body, tenant, headers={"X-Scenario": scenario})


def change(fakes: Fakes, code: str, kind: str, service: str, tenant: str = "TENANT3", **more: Any) -> tuple[int, Json]:
    """A modify or cease order."""
    body = {"id": fakes.number(), "orderType": kind, "tenant": tenant, "serviceId": service, **more}
    return fakes.call("handleCreateOrder", code, body, tenant)


def cease(fakes: Fakes, code: str, service: str, tenant: str = "TENANT3") -> None:
    status, answer = change(fakes, code, "CEASE", service, tenant, requestedCompletionDate="2027-02-01")
    assert status in (201, 202), answer
    assert thing(fakes.play()[-1])["status"] == "COMPLETED"


@pytest.mark.parametrize("code", CODES)
def test_a_completed_provide_makes_a_line_that_everybody_sees(fakes: Fakes, code: str) -> None:
    assert site(fakes, code)["existingLines"] == []
    fakes.service(code)
    told = characteristics(thing(fakes.gateway.heard[-1]))
    for tenant in ("TENANT3", "TENANT4"):
        shown = site(fakes, code, tenant)
        assert ("line" in shown) is SHAPES[code]
        (line,) = shown["existingLines"]
        (port,) = line["ont"]["ports"]
        assert (port["status"], port["tenantActive"]) == ("ACTIVE", tenant == "TENANT3")
        named = {"LINE_ID": line["lineId"], "ONT_REFERENCE": line["ont"]["ontReference"], "ONT_PORT": "1"}
        assert {name: value for name, value in told.items() if name in named}.items() <= named.items()


@pytest.mark.parametrize("code", CODES)
def test_a_further_service_where_an_address_may_have_it(fakes: Fakes, code: str) -> None:
    fakes.service(code)
    body = fakes.order_body(code, "TENANT4")
    status, answer = fakes.call("handleCreateOrder", code, body, "TENANT4")
    if not SHAPES[code]:
        assert (status, "one service per address" in answer["messages"][0]) == (422, True)
        return
    fakes.play()
    told = characteristics(thing(fakes.gateway.heard[-1]))
    ports = [(line["ont"]["ontReference"], line["ont"]["ports"][0]) for line in site(fakes, code)["existingLines"]]
    assert [port["portNumber"] for _, port in ports] == [1, 2]
    assert [port["tenantActive"] for _, port in ports] == [True, False]
    assert (told["ONT_REFERENCE"], told["ONT_PORT"]) == (ports[0][0], "2")


@pytest.mark.parametrize("code", CODES)
def test_a_ceased_service_frees_its_port_which_another_starts(fakes: Fakes, code: str) -> None:
    service = fakes.service(code)
    status, answer = take_line(fakes, code, "START", "TENANT4")
    assert (status, "START needs a stopped port" in answer["messages"][0]) == (422, True)
    cease(fakes, code, service)
    (line,) = site(fakes, code)["existingLines"]
    assert (line["ont"]["ports"][0]["status"], "stoppedDate" in line["ont"]["ports"][0]) == ("STOPPED", True)
    for kind in ("TRANSFER", "TAKEOVER"):
        status, answer = take_line(fakes, code, kind, "TENANT4")
        assert (status, "is stopped: START it" in answer["messages"][0]) == (422, True)
    assert change(fakes, code, "CEASE", service, requestedCompletionDate="2027-02-01")[0] == 422
    assert take_line(fakes, code, "START", "TENANT4")[0] in (201, 202)
    fakes.play()
    (line,) = site(fakes, code, "TENANT4")["existingLines"]
    assert line["ont"]["ports"][0] == {"portNumber": 1, "status": "ACTIVE", "tenantActive": True}


@pytest.mark.parametrize("code", CODES)
def test_a_modify_needs_the_live_service_and_a_profile_that_is_sold(fakes: Fakes, code: str) -> None:
    service, profile = fakes.service(code), [{"name": "LINE_PROFILE", "value": SPECIFICATIONS[code][1]}]
    assert change(fakes, code, "MODIFY", "NONE", serviceCharacteristics=profile)[0] == 422
    assert change(fakes, code, "MODIFY", service, "TENANT4", serviceCharacteristics=profile)[0] == 422
    wrong = [{"name": "LINE_PROFILE", "value": "none"}]
    assert change(fakes, code, "MODIFY", service, serviceCharacteristics=wrong)[0] == 422
    assert change(fakes, code, "MODIFY", service, serviceCharacteristics=profile)[0] in (201, 202)
    last = fakes.play()[-1]
    assert (last["reasonCode"], last["modifyServiceOrder"]["serviceId"]) == ("COMPLETED", service)


def test_a_line_is_named_by_who_takes_it_and_not_by_who_orders_a_new_one(fakes: Fakes) -> None:
    body = fakes.order_body("CEDAR")
    body["serviceOrderItem"]["serviceCharacteristics"].append({"name": "LINE_ID", "value": "X"})
    status, answer = fakes.call("handleCreateOrder", "CEDAR", body)
    assert (status, "leave out LINE_ID" in answer["messages"][0]) == (422, True)
    fakes.service("CEDAR", address=fakes.premises("CEDAR", 1))
    body["orderType"] = "TAKEOVER"
    status, answer = fakes.call("handleCreateOrder", "CEDAR", body)
    assert (status, "no such line or port" in answer["messages"][0]) == (422, True)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(("kind", "reason"), [("TRANSFER", "CHANGE_OF_CP"), ("TAKEOVER", "WORKING_LINE_TAKEOVER")])
def test_a_takeover_ends_the_losing_tenants_service(fakes: Fakes, code: str, kind: str, reason: str) -> None:
    service = fakes.service(code)
    status, answer = take_line(fakes, code, kind, "TENANT3")
    assert (status, "is yours already" in answer["messages"][0]) == (422, True)
    assert take_line(fakes, code, kind, "TENANT4")[0] in (201, 202)
    status, answer = take_line(fakes, code, kind, "TENANT4")
    assert (status, "being ended already" in answer["messages"][0]) == (422, True)
    heard = fakes.play()
    losing = [kci for kci in heard if "ceaseServiceOrder" in kci]
    assert [(kci["reasonCode"], kci["sequenceNumber"]) for kci in losing] == [
        ("CREATED", 1), ("COMMITTED", 2), ("COMPLETED", 3),
    ]  # fmt: skip
    created = losing[0]["ceaseServiceOrder"]
    assert (created["tenant"], created["serviceId"], created["reason"]) == ("TENANT3", service, reason)
    assert "id" not in created
    gaining = [kci for kci in heard if "provideServiceOrder" in kci]
    assert gaining[-1]["reasonCode"] == "COMPLETED"
    assert heard.index(losing[-1]) > heard.index(gaining[-1])
    (line,) = site(fakes, code, "TENANT4")["existingLines"]
    assert line["ont"]["ports"][0]["tenantActive"]


@pytest.mark.parametrize("code", CODES)
def test_the_losing_tenant_may_object(fakes: Fakes, code: str) -> None:
    service = fakes.service(code)
    take_line(fakes, code, "TAKEOVER", "TENANT4")
    created = next(kci for kci in (k for _ in range(9) for k in fakes.play(steps=1)) if kci["reasonCode"] == "CREATED")
    reference = created["ceaseServiceOrder"]["supplierOrderReference"]
    body = {"id": 1, "orderId": 4711, "reasonCode": "CUSTOMER_NOT_AWARE", "supplierOrderReference": reference}
    status, answer = fakes.call("handleCancelOrder", code, body)
    if code == "BIRCH":
        assert (status, answer["orderId"]) == (201, 4711)
    else:
        assert status == 202
    heard = fakes.play()
    assert heard[-1]["reasonCode"] == "CANCELLED"
    assert heard[-1]["problemCode"] == "LINKED_ORDER_ISSUE"
    assert heard[-1]["provideServiceOrder"]["tenant"] == "TENANT4"
    ceases = [kci for kci in heard if "ceaseServiceOrder" in kci and kci["reasonCode"] == "CANCELLED"]
    assert [kci["serviceOrderCancellationId"] for kci in ceases] == ([] if code == "BIRCH" else [1])
    (line,) = site(fakes, code)["existingLines"]
    assert line["ont"]["ports"][0]["tenantActive"]
    assert change(fakes, code, "CEASE", service, requestedCompletionDate="2027-02-01")[0] in (201, 202)
    amended = fakes.call("handleAmendOrder", code, {"id": 2, "orderId": 4711, "supplierOrderReference": reference})
    assert (amended[0], "cannot be amended" in amended[1]["messages"][0]) == (422, True)


def test_a_gaining_order_that_comes_to_nothing_leaves_the_service(fakes: Fakes) -> None:
    fakes.service("ALDER")
    take_line(fakes, "ALDER", "TRANSFER", "TENANT4", "ORDER_CANCELLED")
    heard = fakes.play()
    assert [kci["reasonCode"] for kci in heard if "ceaseServiceOrder" in kci][-1] == "CANCELLED"
    (line,) = site(fakes, "ALDER")["existingLines"]
    assert line["ont"]["ports"][0]["tenantActive"]
    take_line(fakes, "ALDER", "TRANSFER", "TENANT4", "ORDER_REJECTED")
    assert [kci["reasonCode"] for kci in fakes.play()] == ["ORDER_REJECTED"]


def test_a_reservation_is_used_once(fakes: Fakes) -> None:
    body = fakes.place("ALDER")
    again = {**body, "id": fakes.number()}
    status, answer = fakes.call("handleCreateOrder", "ALDER", again)
    assert (status, "has been used" in answer["messages"][0]) == (422, True)
