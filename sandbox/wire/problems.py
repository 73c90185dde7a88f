"""Refusals as HTTP answers: the published error body, and which code has which status."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain import errors
from sandbox.domain.errors import Problem

STATUS = {
    errors.MALFORMED_REQUEST: 400,
    errors.NOT_AUTHORISED: 401,
    errors.NOT_FOUND: 404,
    errors.INVALID_REQUEST: 422,
    errors.GATEWAY_FAULT: 500,
    errors.NOT_IMPLEMENTED: 501,
    errors.SUPPLIER_FAULT: 502,
    errors.SUPPLIER_TIMED_OUT: 504,
    errors.TENANT_FAULT: 502,
}

# Statuses beyond the published table, each with the nearest published code.
EXTENSIONS = {
    404: errors.NOT_FOUND,
    405: errors.MALFORMED_REQUEST,
    413: errors.MALFORMED_REQUEST,
    415: errors.MALFORMED_REQUEST,
}


def code_of(status: int) -> str:
    """The published code that is nearest to a status of 400 or more."""
    code = next((code for code, usual in STATUS.items() if usual == status), None)
    return code or EXTENSIONS.get(status) or (errors.GATEWAY_FAULT if status >= 500 else errors.INVALID_REQUEST)


def told_instead(do: Mapping[str, Any]) -> Problem:
    """The refusal that a fault has in the place of an answer."""
    told = (f"a fault that was asked for: {do['status']}",)
    return Problem(code_of(do["status"]), told, do["status"], retry_after=do.get("retryAfter"))


def status_of(problem: Problem) -> int:
    """The HTTP status of a refusal."""
    return problem.status or STATUS[problem.code]


def error_body(uuid: str, problem: Problem) -> dict[str, object]:
    """The published error body."""
    return {"uuid": uuid, "code": problem.code, "messages": list(problem.messages)}
