"""What a sender is told: the member that is wrong, once, and nothing about shapes that were not meant."""

from typing import Any

import pytest

from sandbox.spec.checks import Checks
from sandbox.spec.documents import load_document
from tests.contracts.reading import example, without

ORDER = ("tenant", "handleCreateOrder")
AMENDMENT = ("tenant", "handleAmendOrder")
KCI = ("supplier-updates", "handleOrderUpdate")
CALLBACK = ("control", "setCallback")
EVENT = ("control", "sendSupplierEvent")

NEW = example("tenant", "/service-orders", "post", "withAppointment")
MODIFY = example("tenant", "/service-orders", "post", "modify")
CEASE = example("tenant", "/service-orders", "post", "cease")
NO_NAME = {"phoneNumber": "01632 960123"}
OF_ORDER = example("supplier-updates", "/kcis", "post", "acknowledged")
ENTITIES = (
    "provideServiceOrder",
    "modifyServiceOrder",
    "ceaseServiceOrder",
    "ethernetServiceOrder",
    "serviceTest",
    "serviceProblem",
)
OF_PROBLEM = without(OF_ORDER, "provideServiceOrder") | {
    "serviceProblem": {"tenant": "TENANT1", "id": 801, "status": "IN_PROGRESS"}
}


def told(operation: tuple[str, str], body: Any) -> list[tuple[str, bool]]:
    """(place, whether it is missing there) of everything that is wrong with a body."""
    name, key = operation
    document = load_document(name)
    return [(each.place, each.missing) for each in Checks(document).body(document.operations[key], body)]


@pytest.mark.parametrize(
    ("operation", "body", "place"),
    [
        (ORDER, {}, "/orderType"),
        (ORDER, without(NEW, "address"), "/address"),
        (ORDER, without(MODIFY, "serviceId"), "/serviceId"),
        (ORDER, without(CEASE, "requestedCompletionDate"), "/requestedCompletionDate"),
        (AMENDMENT, {"orderId": 1001, "secondaryContact": NO_NAME}, "/secondaryContact/name"),
        (KCI, without(OF_ORDER, "provideServiceOrder"), " or ".join(f"/{name}" for name in ENTITIES)),
        (KCI, {**OF_ORDER, "reasonCode": "DELAY"}, "/problemCode"),
        (
            KCI,
            {**OF_ORDER, "reasonCode": "DELAY", "problemCode": "OTHER"},
            "/text or /supplierCodes or /supplierCode",
        ),
        (
            KCI,
            {**OF_ORDER, "reasonCode": "AMENDED"},
            "/serviceOrderAmendmentId or /serviceOrderAmendmentReference",
        ),
        (
            KCI,
            {**OF_PROBLEM, "reasonCode": "CANCELLATION_REJECTED"},
            "/serviceProblemCancellationId or /serviceProblemCancellationReference",
        ),
        (KCI, {**OF_PROBLEM, "reasonCode": "RESOLVED"}, "/serviceProblem/serviceProblemResolution"),
        (CALLBACK, {"url": None, "auth": {"kind": "basic", "username": "x"}}, "/auth/password"),
        (EVENT, {"reasonCode": "UPDATE"}, "/orderId or /serviceTestId or /serviceProblemId"),
        (EVENT, {"reasonCode": "CREATED"}, "/serviceId"),
    ],
)
def test_what_is_missing_is_told_once_and_by_name(operation: tuple[str, str], body: Any, place: str) -> None:
    assert told(operation, body) == [(place, True)]


@pytest.mark.parametrize(
    ("operation", "body", "place"),
    [
        (ORDER, [], ""),
        (ORDER, {**NEW, "orderType": "NWE"}, "/orderType"),
        (ORDER, {**NEW, "notes": 1}, "/notes"),
        (ORDER, {**MODIFY, "serviceCharacteristics": []}, "/serviceCharacteristics"),
        (ORDER, {**CEASE, "serviceId": ""}, "/serviceId"),
        (KCI, {**OF_ORDER, "reasonCode": "SHRUG"}, "/reasonCode"),
        (EVENT, {"reasonCode": "UPDATE", "orderId": 0}, "/orderId"),
        (EVENT, {"reasonCode": "UPDATE", "orderId": 1001, "serviceId": "CED9990000123"}, "/serviceId"),
    ],
)
def test_what_is_wrong_is_told_once_and_where_it_stands(operation: tuple[str, str], body: Any, place: str) -> None:
    assert told(operation, body) == [(place, False)]


@pytest.mark.parametrize("order", [NEW, MODIFY, CEASE])
def test_a_member_of_no_shape_is_told_by_name(order: dict[str, Any]) -> None:
    assert told(ORDER, {**order, "txet": "typing error"}) == [("/txet", False)]
