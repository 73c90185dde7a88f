import pytest

from sandbox.domain import problemcodes
from sandbox.domain.problemcodes import cancelling, carried_by, carries_code, may_carry

WITH_CODE = ("CANCELLED", "DELAY", "INFORMATION_REQUIRED", "ORDER_REJECTED", "REAPPOINT", "WARNING")


@pytest.mark.parametrize("reason", WITH_CODE)
def test_an_unknown_fault_explains_anything(reason: str) -> None:
    assert may_carry("UNKNOWN_FAULT", reason)


@pytest.mark.parametrize(
    ("code", "carriers"),
    [
        ("CAPACITY_ISSUE", {"CANCELLED", "ORDER_REJECTED"}),
        ("APPOINTMENT_NOT_REQUIRED", {"INFORMATION_REQUIRED", "WARNING"}),
        ("ACCESS_ISSUE", {"CANCELLED", "ORDER_REJECTED", "DELAY", "REAPPOINT"}),
        ("COST_ISSUE", {"CANCELLED", "ORDER_REJECTED", "INFORMATION_REQUIRED", "WARNING"}),
        ("CUSTOMER_CHANGED_MIND", {"CANCELLED", "ORDER_REJECTED", "REAPPOINT"}),
        ("INFORMATION_REQUIRED", {"DELAY", "INFORMATION_REQUIRED", "WARNING"}),
        ("NETWORK_ISSUE", set(WITH_CODE)),
        ("WAYLEAVE_ISSUE", set(WITH_CODE)),  # its ticks are not published: every column
    ],
)
def test_a_code_explains_what_its_columns_say(code: str, carriers: set[str]) -> None:
    assert {reason for reason in WITH_CODE if may_carry(code, reason)} == carriers


@pytest.mark.parametrize("reason", ["ACKNOWLEDGED", "COMMITTED", "COMPLETED", "RESUMED", "UPDATE", "NO_SUCH_REASON"])
def test_other_kcis_carry_no_code(reason: str) -> None:
    assert not carries_code(reason)
    assert carried_by(reason) == ()


def test_an_unknown_code_is_carried_by_nothing() -> None:
    assert not any(may_carry("NO_SUCH_CODE", reason) for reason in WITH_CODE)


def test_what_may_be_carried_is_listed_in_alphabetical_order() -> None:
    listed = carried_by("DELAY")
    assert list(listed) == sorted(listed)
    assert set(problemcodes.TABLE) - set(listed) == {
        "APPOINTMENT_NOT_REQUIRED",
        "CAPACITY_ISSUE",
        "COST_ISSUE",
        "CUSTOMER_CHANGED_MIND",
    }


@pytest.mark.parametrize("reason", ["AMENDMENT_REJECTED", "CANCELLATION_REJECTED", "RESUBMIT"])
def test_what_ends_a_request_is_explained_as_what_ends_an_order(reason: str) -> None:
    assert carried_by(reason) == carried_by("CANCELLED")
    assert may_carry("INVALID_REQUEST", reason)  # published for an invalid amendment or cancellation


@pytest.mark.parametrize(
    "reason", ["CUSTOMER_CHANGED_MIND", "INSTALL_FAILED", "NETWORK_ISSUE", "NO_LONGER_REQUIRED", "OTHER"]
)
def test_the_published_reasons_to_cancel_an_order_are_problem_codes(reason: str) -> None:
    assert cancelling(reason) == reason


@pytest.mark.parametrize("reason", ["NO_AUTHORISATION", "END_USER_NOT_MOVING", "ISSUE_RESOLVED", ""])
def test_any_other_reason_is_another(reason: str) -> None:
    assert cancelling(reason) == "OTHER"
