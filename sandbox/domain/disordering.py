"""The kinds of disorder: each is a function from a plan of what is to be handed over to another.

There are two such plans for a thing: what the gateway hands to the tenant, and what the supplier has said and posts to
the gateway. The same functions edit both; `variants` says how a message's own words differ.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

from sandbox.domain.handing import TENANT, Disorder, Handing, Plan

LONGEST_HOLD = 30 * 86_400_000  # world milliseconds that a message waits for another before it goes by itself

_GAP_AT = 3


def _each(plan: Plan, disorder: Disorder, change: Callable[[Handing], Plan]) -> Plan:
    """The plan with every message that the disorder is about, marked with its name, changed."""
    return tuple(
        chain.from_iterable(change(_marked(each, disorder)) if disorder.about(each) else (each,) for each in plan)
    )


def _marked(each: Handing, disorder: Disorder) -> Handing:
    return replace(each, marks=(*each.marks, disorder.do))


def _unmarked(each: Handing) -> Handing:
    return replace(each, marks=each.marks[:-1])


def _later(each: Handing, disorder: Disorder) -> Handing:
    return replace(each, due_at=each.due_at + disorder.by)


def _and_again(plan: Plan, disorder: Disorder) -> Plan:
    """The message as it is, and later another one made of it."""
    return _each(plan, disorder, lambda each: (_unmarked(each), replace(_later(each, disorder), extra=True)))


def duplicate(plan: Plan, disorder: Disorder) -> Plan:
    """The message, and later the same again."""
    return _and_again(plan, disorder)


def swap(plan: Plan, disorder: Disorder) -> Plan:
    """The message after the one that follows it. One that is the last of its thing has none to wait for."""
    if any(each.fresh for each in plan) and any(each.held and disorder.do in each.marks for each in plan):
        now = next(each.due_at for each in plan if each.fresh)
        held = tuple(replace(each, due_at=now, held=False) for each in plan if each.held and disorder.do in each.marks)
        return (*(each for each in plan if not (each.held and disorder.do in each.marks)), *held)

    def hold(each: Handing) -> Plan:
        return (_unmarked(each) if each.last else replace(each, due_at=each.due_at + LONGEST_HOLD, held=True),)

    return _each(plan, disorder, hold)


def late(plan: Plan, disorder: Disorder) -> Plan:
    """The message long after its time; others overtake it."""
    return _each(plan, disorder, lambda each: (_later(each, disorder),))


def drop_then_resend(plan: Plan, disorder: Disorder) -> Plan:
    """The message lost on its way, and sent again later."""
    return _each(plan, disorder, lambda each: (_later(each, disorder),))


def same_id_new_body(plan: Plan, disorder: Disorder) -> Plan:
    """The message, and later another one under its id."""
    return _and_again(plan, disorder)


def sequence_gap(plan: Plan, disorder: Disorder) -> Plan:
    """From the third message on, every number one higher than it should be."""
    return tuple(_marked(each, disorder) if each.fresh and each.number >= _GAP_AT else each for each in plan)


def stale_after_terminal(plan: Plan, disorder: Disorder) -> Plan:
    """After the last message one of before, under an id that nobody has seen."""
    return _and_again(plan, disorder)


def wrong_signature(plan: Plan, disorder: Disorder) -> Plan:
    """After the message one that somebody else has made up."""
    return _and_again(plan, disorder)


def old_timestamp(plan: Plan, disorder: Disorder) -> Plan:
    """After the message one that was signed long ago."""
    return _and_again(plan, disorder)


def burst(plan: Plan, disorder: Disorder) -> Plan:
    """Nothing for a while, then everything at once and in order: with the last message, or when the while is over."""
    ends = any(each.fresh and each.last for each in plan)
    due_at = min((each.due_at for each in plan if each.held), default=None)

    def hold(each: Handing) -> Plan:
        until = each.due_at + disorder.by if due_at is None else due_at
        return (each if ends else replace(each, due_at=until, held=True),)

    held = _each(plan, disorder, hold)
    if not ends:
        return held
    now = max(each.due_at for each in plan if each.fresh)
    return tuple(replace(each, due_at=now, held=False) if each.held else each for each in held)


def kci_before_response(plan: Plan, _disorder: Disorder) -> Plan:
    """The plan as it is: it is the answer to the call that waits."""
    return plan


def unknown_reason(plan: Plan, disorder: Disorder) -> Plan:
    """The message with a type that nobody has heard of."""
    return _spoilt(plan, disorder)


def unsolicited_cease(plan: Plan, _disorder: Disorder) -> Plan:
    """The plan as it is: it is the supplier that goes on, once the service is live."""
    return plan


def _spoilt(plan: Plan, disorder: Disorder) -> Plan:
    """The message with words of its own changed. A supplier's is refused, so it says it again as it should."""
    if disorder.leg == TENANT:
        return _each(plan, disorder, lambda each: (each,))
    return _each(plan, disorder, lambda each: (replace(each, extra=True), _unmarked(each)))


def _strange(plan: Plan, disorder: Disorder) -> Plan:
    """The message in a dress that nobody is used to, but that is allowed."""
    return _each(plan, disorder, lambda each: (each,))


local_time = empty_strings = missing_field = illegal_status = _spoilt
other_offset = unknown_members = awkward_text = wrong_conversation = repeated_request_id = _strange
