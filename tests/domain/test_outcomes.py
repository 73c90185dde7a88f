import pytest

from sandbox.domain.durations import to_ms
from sandbox.domain.outcomes import RAISES_PROBLEM, resolution, result
from sandbox.spec.schemas import schema_of

NOW = to_ms("2026-03-16T10:00:00Z")
OUTCOME = {"testResult": "RED", "code": "DAMAGED_CPE", "description": "Broken."}


@pytest.mark.parametrize(
    ("found", "raises"), [("GREEN", False), ("AMBER", True), ("RED", True), ("FAILED", False), ("UNAVAILABLE", True)]
)
def test_a_problem_may_be_raised_after_the_published_results(found: str, raises: bool) -> None:
    assert RAISES_PROBLEM[found] is raises


def test_the_files_know_the_same_results() -> None:
    known = schema_of("scenario")["$defs"]["result"]["properties"]["testOutcome"]["properties"]["testResult"]["enum"]
    assert set(known) == set(RAISES_PROBLEM)


def test_a_result_is_valid_for_two_hours_and_says_when_it_was_measured() -> None:
    data = {"testOutcome": OUTCOME, "testMeasures": [{"metricName": "PACKET_LOSS", "metricValue": "1.0"}]}
    assert result(data, NOW) == {
        "testValidity": "2026-03-16T12:00:00.000Z",
        "testOutcome": OUTCOME,
        "testMeasures": [
            {"metricName": "PACKET_LOSS", "metricValue": "1.0", "captureDateTime": "2026-03-16T10:00:00.000Z"}
        ],
    }
    assert result({"testOutcome": OUTCOME}, NOW).keys() == {"testValidity", "testOutcome"}


def test_a_resolution_waits_for_its_answer() -> None:
    details = {"resolutionCode": "LINE_TEST_NORMAL", "resolutionText": "Nothing was wrong."}
    assert resolution({"resolutionDetails": details}, "ALD1", NOW) == {
        "supplierReference": "ALD1",
        "status": "PENDING",
        "resolvedDate": "2026-03-16T10:00:00.000Z",
        "resolutionDetails": details,
    }
