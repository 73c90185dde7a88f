"""Reading what a supplier answered: as its document says, and in the words in which the tenant is told of a failure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sandbox.domain.errors import GATEWAY_FAULT, NOT_IMPLEMENTED, SUPPLIER_FAULT, SUPPLIER_TIMED_OUT, Problem
from sandbox.spec.checks import Checks
from sandbox.spec.documents import Operation, load_document
from sandbox.spec.personal import Guard
from sandbox.wire.courier import MOST_READ, NoAnswer, Reply
from sandbox.wire.reading import parse_json

PREFIX = "The supplier API returned the following message: "  # published: how a supplier's own words are marked

MOST_TOLD = 3  # violations that the tenant is told; the supplier's partner sees them all
LONGEST_TEXT = 1_000  # characters of a text in a KCI (FreeText in the documents)

DOCUMENT = load_document("supplier")
_CHECKS = Checks(DOCUMENT)


@cache
def guard(real_data: str) -> Guard:
    """Judges what suppliers answer as what tenants send is judged."""
    return Guard(DOCUMENT, real_data)


@dataclass(frozen=True)
class Judged:
    """An answer and what is thought of it. `status` is 0 where none came.

    `body` is the JSON that could be read, without what may be somebody's data; `problem` is what the tenant is to be
    told, None of an answer that can be worked with; `violations` say to the supplier's partner what was wrong.
    """

    status: int
    body: Any = None
    violations: tuple[str, ...] = ()
    problem: Problem | None = None

    @property
    def reasons(self) -> list[str]:
        """The supplier's own words, of an answer with the error body: as many of them as a KCI's text has room for."""
        messages = self.body.get("messages") if isinstance(self.body, dict) else None
        texts = [str(message).strip() for message in messages] if isinstance(messages, list) else []
        kept: list[str] = []
        for text in filter(None, texts):
            room = LONGEST_TEXT - sum(len(each) + 2 for each in kept)
            if room <= 0:
                break
            kept.append(text[:room])
        return kept or ["(no message)"]


def unanswered(supplier: str, silence: NoAnswer) -> Judged:
    """No answer at all."""
    if silence.timed_out:
        problem = Problem(SUPPLIER_TIMED_OUT, (f"{supplier} gave no timely response",))
        return Judged(0, None, (f"no answer in time: {silence.reason}",), problem)
    problem = Problem(SUPPLIER_FAULT, (f"{supplier} could not be reached: {silence.reason}",))
    return Judged(0, None, (f"no answer: {silence.reason}",), problem)


def judge(supplier: str, operation: Operation, reply: Reply, real_data: str) -> Judged:
    """An answer: a documented success, a 422 with its reasons, or a failure."""
    status = reply.status
    if status < 300 and str(status) in operation.answers and operation.answers[str(status)] is None:
        return Judged(status)  # there is no body to read, whatever came
    body, wrong = _read(operation, reply)
    body, found = guard(real_data).answer(operation, status, body)
    personal = tuple(map(str, found))
    judged = Judged(status, body, personal + wrong)
    if status >= 300 and status != 422:
        failure = _failure(status, judged.reasons)
        return replace(judged, violations=(f"status {status} is a failure", *judged.violations), problem=failure)
    if personal or (wrong and status != 422):  # a refusal is one in whatever words, unless they are somebody's
        more = len(judged.violations) - MOST_TOLD
        told = "; ".join(judged.violations[:MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")
        return replace(judged, problem=Problem(SUPPLIER_FAULT, (f"{supplier} sent an invalid response: {told}",)))
    return judged


def _read(operation: Operation, reply: Reply) -> tuple[Any, tuple[str, ...]]:
    """(JSON body, what is wrong with the answer). What is not JSON is not kept."""
    if len(reply.body) >= MOST_READ:
        return None, (f"the body is larger than {MOST_READ} bytes",)
    if not reply.body and reply.status >= 300 and reply.status != 422:
        return None, ()  # published without a body, some of them
    try:
        body = parse_json(reply.body) if reply.body else None
    except ValueError as error:
        return None, (f"the body {error}",)
    wrong = tuple(str(item) for item in _CHECKS.answer(operation, reply.status, body))
    return body, wrong + _wrong_type(reply.headers) if reply.body else wrong


def _wrong_type(headers: Mapping[str, str]) -> tuple[str, ...]:
    given = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    right = given.partition(";")[0].strip().lower() == "application/json"
    return () if right else ("header Content-Type: send application/json",)


def _failure(status: int, messages: list[str]) -> Problem:
    """What the tenant is told of a supplier's failure (published table of response codes)."""
    told = tuple(PREFIX + message for message in messages)
    if status == 400:
        return Problem(GATEWAY_FAULT, ("the gateway sent the supplier an invalid request", *told), status=502)
    if status == 501:
        return Problem(NOT_IMPLEMENTED, told)
    if status == 504:  # not documented for suppliers, but what stands before them may say it
        return Problem(SUPPLIER_TIMED_OUT, told)
    return Problem(SUPPLIER_FAULT, told)
