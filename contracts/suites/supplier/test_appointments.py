"""Slots and their reservation."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

requirement = pytest.mark.requirement

UK = ZoneInfo("Europe/London")
DAYS = ("WEEKDAY", "WEEKDAY", "WEEKDAY", "WEEKDAY", "WEEKDAY", "SATURDAY", "SUNDAY")
NONE_FREE = "no free slot was listed"
START, END = "timeslotStartDateTime", "timeslotEndDateTime"


@pytest.fixture(autouse=True)
def with_appointments(profile):
    profile.needs("APPOINTMENTS")


@pytest.fixture
def free(buying, expect):
    """The listed slots."""
    return expect.given(buying.free, NONE_FREE)


def moment(text):
    """A date-time with an offset, or None."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


@requirement("SUP-030")
def test_slots_are_listed(buying, expect):
    expect.status(buying.listed, 200)
    slots = buying.listed.member("availableTimeslots")
    expect(isinstance(slots, list), buying.listed, at="/availableTimeslots", expected="a list of slots", got=slots)


@requirement("SUP-031")
def test_the_times_of_a_slot_carry_their_offset(buying, free, expect):
    for place, slot in enumerate(free):
        for name in (START, END):
            at = f"/availableTimeslots/{place}/{name}"
            expect(moment(slot.get(name)), buying.listed, at=at, expected="a time with offset", got=slot.get(name))


@requirement("SUP-032")
def test_a_slot_ends_after_it_begins(buying, free, expect):
    for place, slot in enumerate(free):
        start, end = moment(slot.get(START)), moment(slot.get(END))
        wrong = start is not None and end is not None and end <= start
        at = f"/availableTimeslots/{place}/{END}"
        expect(not wrong, buying.listed, at=at, expected="a time after the start", got=slot.get(END))


@requirement("SUP-033")
def test_a_classification_fits_the_day_in_uk_time(buying, free, expect):
    named = [(place, slot) for place, slot in enumerate(free) if slot.get("classification") and moment(slot.get(START))]
    for place, slot in expect.given(named, "no slot has a classification"):
        day = DAYS[moment(slot[START]).astimezone(UK).weekday()]
        at = f"/availableTimeslots/{place}/classification"
        fits = str(slot["classification"]).partition("_")[0] == day
        expect(fits, buying.listed, at=at, expected=f"a class of a {day}", got=slot["classification"])


@requirement("SUP-034")
def test_only_the_classes_asked_for_are_listed(buying, free, expect):
    name, answer = expect.given(buying.classified, "no slot has a classification")
    expect.status(answer, 200)
    for place, slot in enumerate(answer.member("availableTimeslots") or []):
        at = f"/availableTimeslots/{place}/classification"
        expect(slot.get("classification") == name, answer, at=at, expected=name, got=slot.get("classification"))


@requirement("SUP-035")
def test_no_slot_is_before_the_day_asked_for(buying, free, expect):
    day, answer = expect.given(buying.from_a_day, "all slots are on one day")
    expect.status(answer, 200)
    for place, slot in enumerate(answer.member("availableTimeslots") or []):
        at = f"/availableTimeslots/{place}/{START}"
        expect(str(slot.get(START))[:10] >= day, answer, at=at, expected=f"{day} or later", got=slot.get(START))


@requirement("SUP-036")
def test_slots_need_a_specification(buying, expect):
    expect.status(buying.slots_without_specification, 400)


@requirement("SUP-037")
def test_slots_need_a_purpose(buying, expect):
    expect.status(buying.slots_without_purpose, 400)


@requirement("SUP-038")
def test_an_unknown_purpose_is_invalid(buying, expect):
    expect.status(buying.slots_for_nothing, 400, 422)


@requirement("SUP-040")
def test_a_free_slot_is_reserved(buying, free, expect):
    expect.status(buying.reserved, 201)
    reference = buying.reserved.member("supplierReference")
    expect(reference, buying.reserved, at="/supplierReference", expected="the supplier's reference", got=reference)


@requirement("SUP-041")
def test_a_reservation_repeats_what_was_reserved(buying, free, expect):
    answer, wish = buying.reserved, buying.wish
    expect(answer.member("id") in (None, wish["id"]), answer, at="/id", expected=wish["id"], got=answer.member("id"))
    slot = answer.member("timeslot") or {}
    same = moment(slot.get(START)) in (None, moment(wish["timeslot"][START]))
    expect(same, answer, at=f"/timeslot/{START}", expected=wish["timeslot"][START], got=slot.get(START))


@requirement("SUP-042")
def test_the_same_reservation_again_gets_the_same_answer(buying, free, expect):
    first, second = buying.reserved, buying.reserved_again
    same = (first.status, first.member("supplierReference")) == (second.status, second.member("supplierReference"))
    expect(same, second, at="/supplierReference", expected=first.answer, got=second.answer)


@requirement("SUP-043")
def test_the_number_of_a_reservation_is_not_good_for_another_slot(buying, free, expect):
    if free[0] == free[-1]:
        expect.not_observed("there is one slot only")
    expect.status(buying.reserved_otherwise, 422)


@requirement("SUP-044")
def test_a_slot_that_was_never_offered_is_refused(buying, free, expect):
    expect.status(buying.reserved_nonsense, 422)


@requirement("SUP-045")
def test_a_reservation_without_slot_is_malformed(buying, free, expect):
    expect.status(buying.reserved_without_slot, 400)


@requirement("SUP-046")
def test_a_reservation_ends_at_a_time_to_come(buying, free, expect):
    ends = expect.given(buying.reserved.member("expiryDateTime"), "the supplier keeps no such time")
    at = moment(ends)
    expect(at, buying.reserved, at="/expiryDateTime", expected="a time with offset", got=ends)
    expect(at > datetime.now(UTC), buying.reserved, at="/expiryDateTime", expected="a time to come", got=ends)


@requirement("SUP-047")
def test_a_slot_without_a_zone_is_refused(buying, free, expect):
    expect.status(buying.reserved_without_zone, 400, 422)
