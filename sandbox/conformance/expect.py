"""How an examiner says what it looks at: `expect(truth, what, …)`, counted, so that a test of nothing shows."""

from typing import Any, Protocol, TypeVar

from sandbox.conformance import shapes
from sandbox.conformance.exchange import Exchange
from sandbox.conformance.verdicts import Finding, NotApplicable, NotObserved, Violated

LONGEST = 300

T = TypeVar("T")


class Evident(Protocol):
    """An exchange or a message."""

    def evidence(self) -> dict[str, Any]:
        """What a finding shows of it."""


class Expect:
    """The checker of one test. Raises Violated at the first thing that is not as expected."""

    def __init__(self) -> None:
        self.checks = 0

    def __call__(
        self, truth: object, shown: Evident | None = None, *, expected: str, got: object = "", at: str = ""
    ) -> None:
        """`expected` in words; `got` as it came; `at` a JSON pointer into the answer or the message."""
        self.checks += 1
        if not truth:
            evidence = {} if shown is None else shown.evidence()
            raise Violated(Finding(at, expected, str(got)[:LONGEST], evidence))

    def status(self, exchange: Exchange, *allowed: int) -> None:
        """The answer has one of these statuses."""
        words = " or ".join(str(each) for each in allowed)
        self(exchange.status in allowed, exchange, expected=f"status {words}", got=exchange.status)

    def shape(self, document: str, exchange: Exchange) -> None:
        """The answer is what the document says of its status."""
        wrong = shapes.answer_violations(document, exchange.operation, exchange.status, exchange.answer)
        first = wrong[0] if wrong else shapes.Wrong("", "")
        expected = f"a body as the document has it for {exchange.operation} {exchange.status}"
        self(not wrong, exchange, at=first.pointer, expected=expected, got=first.message)

    @staticmethod
    def not_observed(reason: str) -> None:
        """End the test: what it is about did not come about."""
        raise NotObserved(reason)

    @staticmethod
    def not_applicable(reason: str) -> None:
        """End the test: the partner does not have what it is about."""
        raise NotApplicable(reason)

    @staticmethod
    def given(thing: T | None, reason: str) -> T:
        """This thing, or the end of the test where there is none (or an empty list)."""
        if thing is None or thing == []:
            raise NotObserved(reason)
        return thing
