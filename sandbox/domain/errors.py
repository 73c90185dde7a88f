"""The one refusal that every room may raise, in the words of the published error table."""

from collections.abc import Callable
from dataclasses import dataclass

MALFORMED_REQUEST = "MALFORMED_REQUEST"
INVALID_REQUEST = "INVALID_REQUEST"
NOT_AUTHORISED = "NOT_AUTHORISED"
NOT_FOUND = "NOT_FOUND"
NOT_IMPLEMENTED = "NOT_IMPLEMENTED"
GATEWAY_FAULT = "GATEWAY_FAULT"
SUPPLIER_FAULT = "SUPPLIER_FAULT"
SUPPLIER_TIMED_OUT = "SUPPLIER_TIMED_OUT"
TENANT_FAULT = "TENANT_FAULT"


@dataclass(eq=False)  # not frozen: the interpreter sets an exception's traceback
class Problem(Exception):
    """A refused request: a published code, what to send instead, and the HTTP status where the code leaves a choice.

    `status` is None when the code has one natural status (INVALID_REQUEST is 422, NOT_FOUND is 404, …).
    """

    code: str
    messages: tuple[str, ...]
    status: int | None = None
    retry_after: int | None = None

    def __str__(self) -> str:
        return f"{self.code}: {'; '.join(self.messages)}"


def invalid(*messages: str) -> Problem:
    """Well formed, but with a wrong value (422)."""
    return Problem(INVALID_REQUEST, messages)


def malformed(*messages: str) -> Problem:
    """Not readable, or a mandatory part is missing (400)."""
    return Problem(MALFORMED_REQUEST, messages)


def not_found(*messages: str) -> Problem:
    """No such thing for this caller (404): another tenant's thing answers exactly as an unknown one."""
    return Problem(NOT_FOUND, messages)


def wrong(*checks: Callable[[], object]) -> list[str]:
    """What each of these checks has to say, so that a caller is told everything at once."""
    messages: list[str] = []
    for check in checks:
        try:
            check()
        except Problem as problem:
            messages += problem.messages
    return messages
