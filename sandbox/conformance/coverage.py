"""Which words of the interface a run has met."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sandbox.conformance import told, words
from sandbox.conformance.exchange import Exchange, Message


def coverage_of(said: Iterable[Exchange], heard: Iterable[Message]) -> dict[str, Any]:
    """Statuses by operation, and the states, reason codes and problem codes of KCIs; and what none had."""
    bodies = [each.body for each in heard if isinstance(each.body, dict)]
    reasons = _counted(_reason(each) for each in bodies)
    states = _counted(told.entity(each).get("status") or _entity_status(each) for each in bodies)
    problems = _counted(_problem_code(each) for each in bodies)
    answers = Counter(f"{each.operation} {each.status}" for each in said)
    return {
        "answers": dict(sorted(answers.items())),
        "kcis": len(bodies),
        "reasonCodes": {"met": reasons, "missing": sorted(words.REASONS - set(reasons))},
        "states": {"met": states, "missing": sorted(words.STATUSES - set(states))},
        "problemCodes": {"met": problems, "missing": sorted(words.PROBLEM_CODES - set(problems))},
    }


def _counted(names: Iterable[Any]) -> dict[str, int]:
    return dict(sorted(Counter(str(name) for name in names if name).items()))


def _reason(kci: dict[str, Any]) -> Any:
    return kci.get("reasonCode") or _content(kci).get("type")


def _problem_code(kci: dict[str, Any]) -> Any:
    return kci.get("problemCode") or _content(kci).get("code")


def _content(kci: dict[str, Any]) -> dict[str, Any]:
    found = kci.get("information") or kci.get("action") or {}
    return found if isinstance(found, dict) else {}


def _entity_status(kci: dict[str, Any]) -> Any:
    found = kci.get("entity")
    return found.get("status") if isinstance(found, dict) else None
