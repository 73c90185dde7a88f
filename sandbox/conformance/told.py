"""What a supplier's KCI must be, one at a time: the rules that a message alone can show to be broken.

The supplier suite applies them to everything that it hears, `sandbox check kci` to one message.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.conformance import shapes, words
from sandbox.conformance.shapes import Wrong

Kci = Any


@dataclass(frozen=True)
class Rule:
    """`wrong` says what is wrong with a message that the rule applies to, or None."""

    requirement: str
    applies: Callable[[Kci], bool]
    wrong: Callable[[Kci], Wrong | None]


def named(kci: Kci) -> list[str]:
    """The entities that a message has."""
    return [name for name in words.ENTITIES if isinstance(kci, dict) and name in kci]


def entity(kci: Kci) -> dict[str, Any]:
    """What a message is about; empty where it has none."""
    names = named(kci)
    found = kci[names[0]] if names else {}
    return found if isinstance(found, dict) else {}


def _anything(_kci: Kci) -> bool:
    return True


def _always(kci: Kci) -> bool:
    return isinstance(kci, dict)


def _reason(*codes: str) -> Callable[[Kci], bool]:
    return lambda kci: isinstance(kci, dict) and kci.get("reasonCode") in codes


def _about(kci: Kci) -> str:
    names = named(kci)
    return f"/{names[0]}" if names else ""


def _wants(name: str, test: Callable[[Any], bool], expected: str) -> Callable[[Kci], Wrong | None]:
    """A member of the envelope that passes the test."""

    def wrong(kci: Kci) -> Wrong | None:
        value = kci.get(name) if isinstance(kci, dict) else None
        return None if test(value) else Wrong(f"/{name}", f"{expected}, got {value!r}")

    return wrong


def _states(*statuses: str) -> Callable[[Kci], Wrong | None]:
    def wrong(kci: Kci) -> Wrong | None:
        status = entity(kci).get("status")
        allowed = " or ".join(statuses)
        return None if status in statuses else Wrong(f"{_about(kci)}/status", f"{allowed}, got {status!r}")

    return wrong


def _has_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _one_entity(kci: Kci) -> Wrong | None:
    names = named(kci)
    return None if len(names) == 1 else Wrong("", f"exactly one of {', '.join(words.ENTITIES)}, got {names}")


def _identified(kci: Kci) -> Wrong | None:
    known = ("id", "supplierOrderReference", "supplierReference")
    found = any(entity(kci).get(name) for name in known)
    return None if found else Wrong(_about(kci), "the gateway's id or the supplier's reference, got neither")


def _tenanted(kci: Kci) -> Wrong | None:
    tenant = entity(kci).get("tenant")
    return None if _has_text(tenant) else Wrong(f"{_about(kci)}/tenant", f"the tenant's code, got {tenant!r}")


def _explained(kci: Kci) -> Wrong | None:
    given = _has_text(kci.get("text")) or kci.get("supplierCodes") or kci.get("supplierCode")
    return None if given else Wrong("/text", "a text or a supplier code beside OTHER, got neither")


def _dated(kci: Kci) -> Wrong | None:
    for name in ("committedDate", "targetDate"):
        if not entity(kci).get(name):
            return Wrong(f"{_about(kci)}/{name}", "a date-time, got none")
    return None


def _names(*kinds: str) -> Callable[[Kci], Wrong | None]:
    """The request that it answers, beside the entity or inside it."""

    def wrong(kci: Kci) -> Wrong | None:
        members = [f"{kind}{end}" for kind in kinds for end in ("Id", "Reference")]
        found = any(place.get(name) for place in (kci, entity(kci)) for name in members)
        return None if found else Wrong("", f"one of {', '.join(members)}, got none")

    return wrong


def _offsets(kci: Kci) -> Wrong | None:
    unplaced = [each for each in words.unplaced_moments(kci) if each[0] != "/issuedOn"]
    return Wrong(unplaced[0][0], f"a time with Z or an offset, got {unplaced[0][1]!r}") if unplaced else None


def _fits(kci: Kci) -> Wrong | None:
    """What no other rule says: the whole document, once nothing is wrong by name."""
    if any(rule.applies(kci) and rule.wrong(kci) for rule in RULES if rule.wrong is not _fits):
        return None
    wrong = shapes.body_violations("supplier-updates", "handleOrderUpdate", kci)
    return wrong[0] if wrong else None


def _member(name: str, expected: str) -> Callable[[Kci], Wrong | None]:
    """A member of the entity that is there."""

    def wrong(kci: Kci) -> Wrong | None:
        return None if entity(kci).get(name) else Wrong(f"{_about(kci)}/{name}", f"{expected}, got nothing")

    return wrong


def _new_cease(kci: Kci) -> Wrong | None:
    cease = kci.get("ceaseServiceOrder")
    if not isinstance(cease, dict):
        return Wrong("/ceaseServiceOrder", "the new cease order, got none")
    missing = [name for name in ("supplierOrderReference", "serviceId") if not cease.get(name)]
    return Wrong(f"/ceaseServiceOrder/{missing[0]}", "a value, got none") if missing else None


def _new_visit(kci: Kci) -> Wrong | None:
    given = any(entity(kci).get(name) for name in ("appointmentTimeslot", "targetDate"))
    return None if given else Wrong(f"{_about(kci)}/appointmentTimeslot", "the new slot or target date, got neither")


def _placed_code(kci: Kci) -> Wrong | None:
    code, reason = kci.get("problemCode"), kci.get("reasonCode")
    bad = reason in words.MISPLACED.get(code, ())
    return Wrong("/problemCode", f"a problem code that goes with {reason}, got {code}") if bad else None


def _about_a(*names: str) -> Callable[[Kci], bool]:
    return lambda kci: any(name in named(kci) for name in names)


def _done_test(kci: Kci) -> bool:
    return "serviceTest" in named(kci) and entity(kci).get("status") == "COMPLETED"


def _has(name: str) -> Callable[[Kci], bool]:
    return lambda kci: isinstance(kci, dict) and name in kci


def _code(kci: Kci) -> bool:
    return isinstance(kci, dict) and "problemCode" in kci


def _other(kci: Kci) -> bool:
    return isinstance(kci, dict) and kci.get("problemCode") == "OTHER"


_PROBLEM = _wants("problemCode", bool, "a problem code")
_PUBLISHED = _wants("problemCode", lambda value: value in words.PROBLEM_CODES, "a published problem code")
_TEXT = _wants("text", _has_text, "a text")
_ORDERS = _about_a("provideServiceOrder", "modifyServiceOrder", "ceaseServiceOrder", "ethernetServiceOrder")


def _both(first: Callable[[Kci], bool], second: Callable[[Kci], bool]) -> Callable[[Kci], bool]:
    return lambda kci: first(kci) and second(kci)


RULES = (
    Rule("KCI-001", _anything, _wants("id", words.is_uuid, "a UUID")),
    Rule("KCI-002", _always, _wants("sequenceNumber", words.is_whole, "a whole number of at least 1")),
    Rule("KCI-003", _always, _wants("issuedOn", lambda value: words.moment(value) is not None, "a time with offset")),
    Rule("KCI-004", _always, _wants("reasonCode", lambda value: value in words.REASONS, "a published reason code")),
    Rule("KCI-005", _always, _one_entity),
    Rule("KCI-006", _always, _tenanted),
    Rule("KCI-007", _always, _identified),
    Rule("KCI-008", _always, _states(*sorted(words.STATUSES))),
    Rule("KCI-009", _code, _PUBLISHED),
    Rule("KCI-010", _reason("WARNING"), _PROBLEM),
    Rule("KCI-011", _reason("DELAY"), _PROBLEM),
    Rule("KCI-012", _reason("REAPPOINT"), _PROBLEM),
    Rule("KCI-013", _reason("CANCELLED"), _PROBLEM),
    Rule("KCI-014", _reason("INFORMATION_REQUIRED"), _TEXT),
    Rule("KCI-015", _reason("ORDER_REJECTED"), _TEXT),
    Rule("KCI-016", _other, _explained),
    Rule("KCI-017", _both(_reason("COMMITTED"), _ORDERS), _dated),
    Rule("KCI-018", _reason("COMMITTED"), _states("IN_PROGRESS")),
    Rule("KCI-019", _reason("ACKNOWLEDGED"), _states("ACKNOWLEDGED")),
    Rule("KCI-020", _reason("DELAY"), _states("HELD")),
    Rule("KCI-021", _reason("RESUMED"), _states("IN_PROGRESS")),
    Rule("KCI-022", _reason("COMPLETED"), _states("COMPLETED", "PARTIAL")),
    Rule("KCI-023", _reason("ORDER_REJECTED"), _states("REJECTED")),
    Rule("KCI-024", _reason("CANCELLED"), _states("CANCELLED", "FAILED")),
    Rule("KCI-025", _reason("INFORMATION_REQUIRED", "REAPPOINT"), _states("PENDING")),
    Rule("KCI-026", _reason("AMENDED"), _names("serviceOrderAmendment", "serviceProblemAmendment")),
    Rule("KCI-027", _reason("AMENDMENT_REJECTED"), _names("serviceOrderAmendment", "serviceProblemAmendment")),
    Rule("KCI-028", _reason("CANCELLATION_REJECTED"), _names("serviceOrderCancellation", "serviceProblemCancellation")),
    Rule("KCI-029", _done_test, _member("result", "the result of the test")),
    Rule("KCI-030", _reason("RESOLVED"), _member("serviceProblemResolution", "how it was resolved")),
    Rule("KCI-031", _reason("CREATED"), _new_cease),
    Rule("KCI-032", _always, _offsets),
    Rule("KCI-033", _always, _fits),
    Rule("KCI-034", _reason("REAPPOINTED"), _new_visit),
    Rule("KCI-035", _code, _placed_code),
)  # fmt: skip

BY_REQUIREMENT: Mapping[str, Rule] = {rule.requirement: rule for rule in RULES}


def violations(kci: Kci) -> list[tuple[str, Wrong]]:
    """(requirement, what is wrong) for every rule that this message breaks."""
    return [(rule.requirement, wrong) for rule in RULES if rule.applies(kci) and (wrong := rule.wrong(kci)) is not None]
