"""What the shapes of requests let in and refuse: orders of each kind, quotes, amendments, cancellations, problems."""

from copy import deepcopy
from typing import Any

import pytest

from tests.contracts.reading import example, refusals, without

MODIFY = example("tenant", "/service-orders", "post", "modify")
CEASE = example("tenant", "/service-orders", "post", "cease")
QUOTE = example("tenant", "/quote", "post", "twoSites")
ETHERNET = example("tenant", "/ethernet/service-orders", "post", "twoSites")
AMENDMENT = example("tenant", "/service-order-amendments", "post", "information")
CANCELLATION = example("tenant", "/service-order-cancellations", "post", "changedMind")
TEST = example("tenant", "/service-tests", "post", "outage")
PROBLEM = example("tenant", "/service-problems", "post", "outage")
PROBLEM_AMENDMENT = example("tenant", "/service-problem-amendments", "post", "information")
PROBLEM_CANCELLATION = example("tenant", "/service-problem-cancellations", "post", "resolved")

MANDATORY = [
    ("CreateOrder", MODIFY, ("orderType", "supplier", "serviceId", "serviceCharacteristics")),
    ("CreateOrder", CEASE, ("orderType", "supplier", "serviceId", "requestedCompletionDate")),
    ("CreateQuote", QUOTE, ("externalIdentifier", "quoteItems")),
    ("CreateQuoteItem", QUOTE["quoteItems"][0], ("id", "supplier", "sites", "contractDetails", "service")),
    ("SiteInput", QUOTE["quoteItems"][0]["sites"][0], ("name", "address", "postcode", "role")),
    ("CreateEthernetOrder", ETHERNET, ("supplier", "supplierQuoteId", "siteInformation", "orderItems")),
    ("AmendOrder", AMENDMENT, ("orderId",)),
    ("CancelOrder", CANCELLATION, ("orderId", "reasonCode")),
    ("CreateServiceTest", TEST, ("serviceId", "problemType", "serviceSpecification", "supplier", "characteristics")),
    (
        "CreateServiceProblem",
        PROBLEM,
        ("problemType", "problemText", "supplier", "serviceTestId", "characteristics", "primaryContact"),
    ),
    ("AmendServiceProblem", PROBLEM_AMENDMENT, ("serviceProblemId",)),
    ("CancelServiceProblem", PROBLEM_CANCELLATION, ("serviceProblemId", "reasonCode")),
    ("DecideResolution", {"status": "PENDING"}, ("status",)),
]


@pytest.mark.parametrize(
    ("component", "request_body", "member"),
    [(component, body, member) for component, body, members in MANDATORY for member in members],
)
def test_mandatory_members(component: str, request_body: dict[str, Any], member: str) -> None:
    assert refusals("tenant", component, request_body) == []
    assert refusals("tenant", component, without(request_body, member))


@pytest.mark.parametrize(("component", "request_body"), [(component, body) for component, body, _ in MANDATORY])
def test_typing_errors_show(component: str, request_body: dict[str, Any]) -> None:
    assert any("nmae" in each for each in refusals("tenant", component, {**request_body, "nmae": "typing error"}))


@pytest.mark.parametrize(
    ("component", "request_body", "change"),
    [
        ("CreateOrder", MODIFY, {"serviceCharacteristics": []}),
        ("CreateOrder", MODIFY, {"serviceId": "S" * 51}),
        ("CreateOrder", MODIFY, {"address": {"id": "999000000001", "type": "UPRN"}}),
        ("CreateOrder", CEASE, {"requestedCompletionDate": "soon"}),
        ("CreateOrder", CEASE, {"orderType": "UNSOLICITED_CEASE"}),
        ("CreateQuote", QUOTE, {"externalIdentifier": "Q" * 65}),
        ("CreateQuote", QUOTE, {"quoteItems": []}),
        ("CreateEthernetOrder", ETHERNET, {"siteInformation": ETHERNET["siteInformation"][:1]}),
        ("CreateEthernetOrder", ETHERNET, {"orderItems": []}),
        ("CreateEthernetOrder", ETHERNET, {"supplierQuoteId": "Q" * 65}),
        ("AmendOrder", AMENDMENT, {"orderId": "1001"}),
        ("AmendOrder", AMENDMENT, {"primaryContact": {}}),
        ("AmendOrder", AMENDMENT, {"notes": "x" * 1001}),
        ("AmendOrder", AMENDMENT, {"orderType": "NEW"}),
        ("CancelOrder", CANCELLATION, {"reasonCode": "BORED"}),
        ("CancelOrder", CANCELLATION, {"text": ""}),
        ("CreateServiceTest", TEST, {"problemType": "NOISE"}),
        ("CreateServiceTest", TEST, {"characteristics": []}),
        ("CreateServiceProblem", PROBLEM, {"problemText": "Too short"}),
        ("CreateServiceProblem", PROBLEM, {"problemText": "x" * 81}),
        ("CreateServiceProblem", PROBLEM, {"externalIdentifier": ""}),
        ("AmendServiceProblem", PROBLEM_AMENDMENT, {"characteristics": []}),
        ("CancelServiceProblem", PROBLEM_CANCELLATION, {"reasonCode": "CUSTOMER_CHANGED_MIND"}),
        ("DecideResolution", {"status": "ACCEPTED"}, {"status": "DONE"}),
        ("DecideResolution", {"status": "ACCEPTED"}, {"tenantNotes": ""}),
    ],
)
def test_wrong_values(component: str, request_body: dict[str, Any], change: dict[str, Any]) -> None:
    assert refusals("tenant", component, {**request_body, **change})


@pytest.mark.parametrize("day", ["2027-06-21", "2027-06-21T00:00:00Z", "2027-06-21T00:00:00.000+01:00"])
def test_the_day_of_a_cease_may_be_a_moment(day: str) -> None:
    assert refusals("tenant", "CreateOrder", {**CEASE, "requestedCompletionDate": day}) == []


def test_typing_errors_show_at_a_site() -> None:
    for place in ("address", "wayleave", "primaryContact"):
        order = deepcopy(ETHERNET)
        order["siteInformation"][0][place]["nmae"] = "typing error"
        assert any("nmae" in each for each in refusals("tenant", "CreateEthernetOrder", order)), place


@pytest.mark.parametrize("role", ["A-END", "B-END", "MULTI-POINT"])
def test_roles_of_a_site(role: str) -> None:
    site = QUOTE["quoteItems"][0]["sites"][0]
    assert refusals("tenant", "SiteInput", {**site, "role": role}) == []
    assert refusals("tenant", "SiteInput", {**site, "role": role.lower()})


# The published pages let in 25 and 5 to 25 characters, and list these values all the same.
def test_listed_values_beat_the_published_patterns() -> None:
    assert refusals("tenant", "CancelOrder", {**CANCELLATION, "reasonCode": "PURCHASED_DIFFERENT_PRODUCT"}) == []
    assert refusals("tenant", "CreateServiceTest", {**TEST, "problemType": "CPE"}) == []
    assert refusals("tenant", "CreateServiceProblem", {**PROBLEM, "problemType": "CPE"}) == []
    cancelled = example("supplier", "/service-order-cancellations", "post", "changedMind")
    cancelled["reasonCode"] = "PURCHASED_DIFFERENT_PRODUCT"
    assert refusals("supplier", "CancelSupplierOrder", cancelled) == []
    tested = example("supplier", "/service-tests", "post", "outage")
    assert refusals("supplier", "CreateSupplierServiceTest", {**tested, "problemType": "CPE"}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"serviceCharacteristics": []},
        {"engineerTasks": []},
        {"secondaryContact": {}},
        {"hazards": "", "onSiteRestrictions": "", "notes": ""},
    ],
)
def test_what_is_empty_in_an_amendment_removes(change: dict[str, Any]) -> None:
    assert refusals("tenant", "AmendOrder", {"orderId": 1001, **change}) == []
    assert refusals("supplier", "AmendSupplierOrder", {"id": 2001, "orderId": 1001, **change}) == []


def test_a_contact_in_an_amendment_is_whole_or_empty() -> None:
    assert refusals("tenant", "AmendOrder", {"orderId": 1001, "secondaryContact": {"phoneNumber": "01632 960123"}})
    assert refusals("tenant", "AmendServiceProblem", {"serviceProblemId": 801, "secondaryContact": {"nmae": "x"}})


@pytest.mark.parametrize("component", ["ServiceOrderAmendment", "ServiceOrderCancellation"])
def test_requests_have_states_of_their_own(component: str) -> None:
    shown = {"id": 2001, "orderId": 1001, "reasonCode": "OTHER", "status": "PENDING"}
    assert refusals("tenant", component, shown) == []
    assert refusals("tenant", component, {**shown, "status": "IN_PROGRESS"})


def test_a_quote_is_named_otherwise_in_its_answer() -> None:
    answer = {"id": "8c0f5e2a-7d31-8b46-9f0e-3a2b1c4d9001", "created": "2027-06-07T09:00:00Z", "quoteItems": []}
    assert refusals("tenant", "Quote", {**answer, "externalId": "QUO-ETH-9001"}) == []
    assert refusals("tenant", "Quote", {**answer, "externalIdentifier": "QUO-ETH-9001"})
    asked = example("supplier", "/quote", "post", "twoSites")
    assert refusals("supplier", "CreateSupplierQuote", {**asked, "id": "401"})
    assert refusals("supplier", "SupplierQuote", {"id": "2f7d9c1e-5a40-8e3b-9c62-7b8a0d1e9002"}) == []


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        ("withAppointment", "primaryContact"),
        ("modify", "serviceId"),
        ("modify", "tenant"),
        ("cease", "requestedCompletionDate"),
        ("cease", "orderType"),
    ],
)
def test_what_the_gateway_sends_with_each_kind_of_order(kind: str, member: str) -> None:
    order = example("supplier", "/service-orders", "post", kind)
    assert refusals("supplier", "CreateServiceOrder", {**order, "news": 1}) == []
    assert refusals("supplier", "CreateServiceOrder", without(order, member))


@pytest.mark.parametrize(
    ("answer", "good"),
    [
        ({"supplierReference": "BIRP1", "status": "ACKNOWLEDGED"}, True),
        ({"supplierReference": "BIRP1", "status": "IN_PROGRESS"}, True),
        ({"supplierReference": "BIRP1", "status": "RESOLVED"}, False),
        ({"status": "ACKNOWLEDGED"}, False),
    ],
)
def test_what_a_supplier_may_answer_to_a_problem_at_once(answer: dict[str, Any], good: bool) -> None:
    assert (refusals("supplier", "AcknowledgedServiceProblem", answer) == []) is good


def test_only_the_tenant_may_leave_a_resolution_open() -> None:
    assert refusals("tenant", "DecideResolution", {"status": "PENDING", "tenantNotes": "We are looking."}) == []
    assert refusals("supplier", "DecideSupplierResolution", {"status": "PENDING"})
