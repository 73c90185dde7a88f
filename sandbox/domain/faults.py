"""Disorder among KCIs, by name: a table of its kinds, and what was asked for of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.domain import disordering as edits
from sandbox.domain.disordering import LONGEST_HOLD
from sandbox.domain.durations import format_duration, parse_duration
from sandbox.domain.errors import invalid
from sandbox.domain.handing import EVERY, LAST, SUPPLIER, TENANT, Disorder, Plan
from sandbox.domain.mapping import TYPES

SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000

# The two that change nothing in a plan: by their names whoever answers, or speaks, knows of them.
BEFORE_RESPONSE, CEASE = "kci_before_response", "unsolicited_cease"

Edit = Callable[[Plan, Disorder], Plan]


@dataclass(frozen=True)
class Kind:
    """One kind of disorder: what it does, and what a receiver that is right makes of it.

    `at` is the number of the message that it is about unless a type is named; None where none can be. `by` is its time
    unless another is named, in milliseconds; None where it has none. The first of `legs` is meant unless told.
    """

    name: str
    title: str
    doc: str
    right: str
    edit: Edit
    legs: tuple[str, ...] = (TENANT, SUPPLIER)
    at: int | None = 2
    by: int | None = None


_KINDS = (
    Kind(
        "duplicate", "The same KCI twice", "It comes again, with the same id and the same bytes, `by` later.",
        "It does once what the KCI asks for: it knows the id.", edits.duplicate, by=10 * SECOND,
    ),
    Kind(
        "swap", "Two KCIs in the wrong order", "It comes after the one that follows it.",
        "It goes by the sequence number, and waits for the missing one.", edits.swap,
    ),
    Kind(
        "late", "A KCI more than a day late", "It comes `by` late, and others overtake it.",
        "It goes on without the missing one after a while, and takes nothing back when that comes.",
        edits.late, by=26 * HOUR,
    ),
    Kind(
        "drop_then_resend", "A KCI lost and sent again",
        "It is lost on its way, which its delivery status says (FAILED), and is sent again `by` later.",
        "It notices the gap, and takes the missing one when it comes.", edits.drop_then_resend, by=HOUR,
    ),
    Kind(
        "same_id_new_body", "Another KCI under a known id",
        "The last KCI comes, and `by` later another one with its id, which says that the order is HELD.",
        "It keeps what it has taken under an id, and does not let itself be told otherwise.",
        edits.same_id_new_body, at=LAST, by=10 * SECOND,
    ),
    Kind(
        "sequence_gap", "A sequence number that never comes",
        "From the third KCI on every number is one higher: there is no third.",
        "It waits for the missing one, but not for ever.", edits.sequence_gap, at=None,
    ),
    Kind(
        "stale_after_terminal", "An old KCI after the end",
        "`by` after the last KCI one comes with a lower number and an id of its own, which says IN_PROGRESS.",
        "What has ended stays as it is.", edits.stale_after_terminal, at=LAST, by=HOUR,
    ),
    Kind(
        "wrong_signature", "A forged KCI",
        "`by` later one comes that nobody signed who could: it says CANCELLED. From a supplier: with a wrong token.",
        "It answers 401, and believes nothing of it.", edits.wrong_signature, by=10 * SECOND,
    ),
    Kind(
        "old_timestamp", "A KCI signed long ago",
        "`by` later one comes that says CANCELLED, rightly signed an hour ago. From a supplier: with an expired token.",
        "It refuses a signature of more than five minutes ago.", edits.old_timestamp, by=10 * SECOND,
    ),
    Kind(
        "burst", "All KCIs at once",
        "They are held back, and come all at once with the last one, or `by` after the first.",
        "It takes each of them, however fast they come.", edits.burst, at=EVERY, by=30 * DAY,
    ),
    Kind(
        "kci_before_response", "A KCI before the answer",
        "The first KCI comes before the answer to the call that placed it. From a supplier: before its own answer.",
        "It keeps a KCI of an order that it does not know yet.", edits.kci_before_response, at=None,
    ),
    Kind(
        "unknown_reason", "A type that nobody has heard of", "Its type is SOMETHING_ELSE; the rest is as it should be.",
        "It takes the entity, and what it does not know for an UPDATE.", edits.unknown_reason, at=3,
    ),
    Kind(
        "unsolicited_cease", "The service is ended from outside",
        "`by` after the order completes its supplier ends the service, by an order that the tenant never placed.",
        "It takes the new order, and the service for ended.",
        edits.unsolicited_cease, legs=(SUPPLIER,), at=None, by=HOUR,
    ),
    Kind(
        "local_time", "Times without a zone", "Every time of day is UK local time, and says no zone.",
        "It does not guess: it reads the order.", edits.local_time, at=EVERY,
    ),
    Kind(
        "other_offset", "Times with another offset", "Every time says an offset of +05:30: the moments are the same.",
        "It reckons with the offset.", edits.other_offset, legs=(TENANT,), at=EVERY,
    ),
    Kind(
        "empty_strings", "Empty strings in optional fields", "Optional texts are there, and empty.",
        "An empty text is none.", edits.empty_strings, at=EVERY,
    ),
    Kind(
        "missing_field", "A mandatory field is missing", "The entity has no status.",
        "It reads the order, and does not forget what it knew.", edits.missing_field, at=LAST,
    ),
    Kind(
        "unknown_members", "Members that nobody has heard of", "There are more members than are documented.",
        "It passes over what it does not know.", edits.unknown_members, at=EVERY,
    ),
    Kind(
        "awkward_text", "Texts of all kinds",
        "The text has accents, quotes, a backslash, a line break, Welsh and more, and is as long as may be.",
        "It keeps the text as it is, and checks the signature of the bytes as they came.", edits.awkward_text,
        legs=(TENANT,), at=EVERY,
    ),
    Kind(
        "illegal_status", "A status that cannot follow", "ACKNOWLEDGED comes with the status COMPLETED.",
        "It reads the order before it believes that.", edits.illegal_status,
    ),
    Kind(
        "wrong_conversation", "A wrong correlation id", "The X-Conversation-ID is none that the tenant has used.",
        "It goes by the number in the entity.", edits.wrong_conversation, legs=(TENANT,), at=EVERY,
    ),
    Kind(
        "repeated_request_id", "The same request id again and again", "Every KCI comes with the same X-Request-ID.",
        "It tells KCIs apart by their own id.", edits.repeated_request_id, legs=(TENANT,), at=EVERY,
    ),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {each.name: each for each in _KINDS}

# The types of KCIs, in the words of whoever gets them.
_TYPES: Mapping[str, tuple[str, ...]] = {
    TENANT: tuple(dict.fromkeys(kind for _, kind in TYPES.values())),
    SUPPLIER: tuple(TYPES),
}


def edited(plan: Plan, disorders: Iterable[Disorder]) -> Plan:
    """The plan as these disorders leave it, in their order; what was fresh is so no more."""
    for disorder in disorders:
        plan = KINDS[disorder.do].edit(plan, disorder)
    return tuple(replace(each, fresh=False) for each in plan)


def disorder_from(mapping: Mapping[str, Any]) -> Disorder:
    """The disorder that a scenario's `faults` or the parameters of X-Scenario name. Raises INVALID_REQUEST."""
    kind = KINDS.get(mapping["do"])
    if kind is None:
        raise invalid(f"there is no disorder {mapping['do'][:40]!r}; allowed: {', '.join(KINDS)}")
    leg = mapping.get("leg", kind.legs[0])
    if leg not in kind.legs:
        raise invalid(f"{kind.name} has no leg {leg[:40]!r}; allowed: {', '.join(kind.legs)}")
    for name, has in (("kci", kind.at), ("by", kind.by)):
        if name in mapping and has is None:
            raise invalid(f"{kind.name} takes no {name}")
    kci, known = mapping.get("kci"), _TYPES[leg]
    if kci is not None and kci not in known:
        raise invalid(f"no KCI on the leg {leg} is of the type {kci[:40]!r}; allowed: {', '.join(known)}")
    by = parse_duration(mapping["by"]) if "by" in mapping else kind.by or 0
    if by > LONGEST_HOLD:
        raise invalid(f"{kind.name}: by is too long; allowed: at most {format_duration(LONGEST_HOLD)}")
    return Disorder(kind.name, leg, kci, by, kind.at)


def in_plan(disorders: Iterable[Disorder]) -> tuple[Disorder, ...]:
    """Those that change what is handed over, and not only what happens around it."""
    return tuple(each for each in disorders if each.do not in (BEFORE_RESPONSE, CEASE))


def of_leg(disorders: Iterable[Disorder], leg: str) -> tuple[Disorder, ...]:
    """Those that edit the plan of this leg."""
    return tuple(each for each in disorders if each.leg == leg)
