"""What a scenario promises, and how a timeline reads."""

import pytest

from sandbox.cli.story import Entry, Line, lines, promised, told
from sandbox.spec.library import load_library

AT = "2027-06-07T09:00:00.000Z"


@pytest.mark.parametrize(
    ("scenario", "types", "status"),
    [
        ("ORDER_SUCCESSFUL", ["UPDATE", "ACKNOWLEDGED", "COMMITTED", "ADDITIONAL", "COMPLETED"], "COMPLETED"),
        ("ORDER_ACKNOWLEDGED", ["UPDATE", "ACKNOWLEDGED"], "ACKNOWLEDGED"),
        ("ORDER_REAPPOINTED", ["UPDATE", "ACKNOWLEDGED", "COMMITTED", "REAPPOINTED", "COMPLETED"], "COMPLETED"),
        ("ORDER_PENDING", ["UPDATE", "ACKNOWLEDGED", "COMMITTED", "INFORMATION_REQUIRED"], "PENDING"),
        ("ORDER_REJECTED", ["UPDATE", "TERMINATED"], "REJECTED"),
    ],
)
def test_a_scenario_promises_its_kcis_and_its_end(scenario: str, types: list[str], status: str) -> None:
    assert promised(load_library().scenarios[scenario]) == (types, status)


def test_what_belongs_together_stands_on_one_line() -> None:
    entries: list[Entry] = [
        {"at": AT, "kind": "call", "operation": "handleCreateOrder"},
        {"at": AT, "kind": "state", "status": "RECEIVED_BY_GATEWAY"},
        {"at": AT, "kind": "sent", "supplier": "BIRCH", "httpStatus": 201},
        {"at": AT, "kind": "state", "status": "SENT_TO_SUPPLIER"},
        {"at": AT, "kind": "kci", "sequenceNumber": 1, "type": "UPDATE", "status": "SENT_TO_SUPPLIER"},
        {"at": AT, "kind": "state", "status": "ACKNOWLEDGED"},
        {"at": AT, "kind": "kci", "sequenceNumber": 2, "type": "ACKNOWLEDGED", "status": "ACKNOWLEDGED"},
        {"at": AT, "kind": "refused", "supplier": "BIRCH", "reasonCode": "RESUMED"},
        {"at": AT, "kind": "call", "supplier": "BIRCH", "reasonCode": "ADDITIONAL"},
        {"at": AT, "kind": "kci", "sequenceNumber": 3, "type": "ADDITIONAL", "status": "ACKNOWLEDGED"},
        {"at": AT, "kind": "attempt", "httpStatus": 204},
    ]
    assert list(lines(entries)) == [
        Line(AT, "order placed", "RECEIVED_BY_GATEWAY"),
        Line(AT, "BIRCH answers 201", "SENT_TO_SUPPLIER", "1 UPDATE"),
        Line(AT, "", "ACKNOWLEDGED", "2 ACKNOWLEDGED"),
        Line(AT, "BIRCH RESUMED (refused)"),
        Line(AT, "BIRCH ADDITIONAL", "ACKNOWLEDGED", "3 ADDITIONAL"),
        Line(AT, "attempt"),
    ]
    assert told(entries) == ["UPDATE", "ACKNOWLEDGED", "ADDITIONAL"]


def test_an_order_that_could_not_be_sent_reads_too() -> None:
    entries: list[Entry] = [
        {"at": AT, "kind": "sent", "supplier": "ALDER", "code": "SUPPLIER_TIMED_OUT", "messages": ["silence"]},
        {"at": AT, "kind": "state", "status": "FAILED_TO_SEND"},
        {"at": AT, "kind": "kci", "sequenceNumber": 1, "code": "SUPPLIER_TIMED_OUT", "status": "FAILED_TO_SEND"},
    ]
    assert list(lines(entries)) == [Line(AT, "ALDER answers nothing", "FAILED_TO_SEND", "1 SUPPLIER_TIMED_OUT")]
