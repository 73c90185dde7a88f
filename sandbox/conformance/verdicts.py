"""What can be said of a requirement, and how several things said of one become one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PASSED = "passed"
FAILED = "failed"
NOT_APPLICABLE = "not applicable"
NOT_OBSERVED = "not observed"
NOT_TESTED = "could not be tested"

# The first that was said wins. A pass stands beside what was not observed elsewhere, never beside a failure.
_ORDER = (FAILED, NOT_TESTED, PASSED, NOT_OBSERVED, NOT_APPLICABLE)
VERDICTS = _ORDER


@dataclass(frozen=True)
class Finding:
    """One violation: where (a JSON pointer, or ""), what was expected and got, and what shows it.

    `evidence` is ready to be shown: what was sent and received, with secrets masked, and a `curl` to repeat it.
    """

    pointer: str
    expected: str
    got: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As the report has it."""
        return {"pointer": self.pointer, "expected": self.expected, "got": self.got, **self.evidence}


@dataclass(frozen=True)
class Verdict:
    """What one test says of one requirement. `reason` explains whatever is neither a pass nor a failure.

    `broken` marks a test that went wrong itself, or that looked at nothing: our fault, not the partner's.
    """

    requirement: str
    outcome: str
    reason: str = ""
    finding: Finding | None = None
    checks: int = 0
    broken: bool = False

    def to_json(self) -> dict[str, Any]:
        """As one line of a run's log."""
        told: dict[str, Any] = {"requirement": self.requirement, "outcome": self.outcome, "checks": self.checks}
        if self.reason:
            told["reason"] = self.reason
        if self.broken:
            told["broken"] = True
        return told if self.finding is None else told | {"finding": self.finding.to_json()}


class Said(Exception):
    """Ends a test with something other than a pass."""

    outcome = NOT_OBSERVED


class NotObserved(Said):
    """The situation did not come about, so nothing can be said."""


class NotApplicable(Said):
    """The partner declares that it does not have this."""

    outcome = NOT_APPLICABLE


class CouldNotTest(Said):
    """The target could not be asked: unreachable, wrong credentials, no answer, too much of an answer."""

    outcome = NOT_TESTED


class Violated(Said):
    """The requirement is violated."""

    outcome = FAILED

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"expected {finding.expected}, got {finding.got}")
        self.finding = finding


def merged(said: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What several tests say of one requirement, as one: the gravest, with all findings and the number of checks."""
    verdicts = sorted(said, key=lambda each: _ORDER.index(each["outcome"]))
    first = verdicts[0]
    told = {"outcome": first["outcome"], "checks": sum(each["checks"] for each in verdicts)}
    told["findings"] = [each["finding"] for each in verdicts if "finding" in each]
    if first.get("reason"):
        told["reason"] = first["reason"]
    return told | ({"broken": True} if any(each.get("broken") for each in verdicts) else {})
