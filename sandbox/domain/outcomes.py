"""What a service test finds, how a problem is resolved, and when a result lets a problem be raised."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.durations import to_text

# Published: how long a result allows a problem to be raised.
VALIDITY = 2 * 3_600_000

# Published: whether a problem may be raised after this result.
RAISES_PROBLEM: Mapping[str, bool] = {
    "GREEN": False,
    "AMBER": True,
    "RED": True,
    "FAILED": False,
    "UNAVAILABLE": True,
}


def result(data: Mapping[str, Any], at: int) -> dict[str, Any]:
    """The `result` of a service test that ended at `at`: the data of the scenario, with its times."""
    made = {"testValidity": to_text(at + VALIDITY), **data}
    if "testMeasures" in data:
        made["testMeasures"] = [{**each, "captureDateTime": to_text(at)} for each in data["testMeasures"]]
    return made


def resolution(data: Mapping[str, Any], reference: str, at: int) -> dict[str, Any]:
    """The supplier's resolution of a problem at `at`, for the tenant to accept or to reject."""
    return {"supplierReference": reference, "status": "PENDING", "resolvedDate": to_text(at), **data}
