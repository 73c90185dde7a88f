from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.slots import (
    bank_holidays,
    classify,
    diary,
    find_slot,
    is_working_day,
    local_date,
    next_slot_like,
    same_time_after,
    working_day_after,
)
from sandbox.domain.suppliers import Supplier, Window
from sandbox.spec.library import load_library

SUPPLIERS = load_library().suppliers
ALDER, BIRCH, CEDAR = (SUPPLIERS[code] for code in ("ALDER", "BIRCH", "CEDAR"))
SEED = "demo1"
MONDAY = to_ms("2026-03-16T10:00:00Z")
nows = st.integers(min_value=to_ms("2024-01-01T00:00:00Z"), max_value=to_ms("2029-12-31T23:59:59Z"))


def every_slot(supplier: Supplier, now: int, from_date: date | None = None) -> list[str]:
    """Starts of the slots over many areas: what outsiders took in one is free in another."""
    found = {slot.start_ms for n in range(40) for slot in diary(supplier, f"A{n}", now, from_date, SEED)}
    return [to_text(start) for start in sorted(found)]


def test_bank_holidays_are_those_of_england() -> None:
    assert {date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 28)} <= bank_holidays(2026)
    assert date(2026, 3, 17) not in bank_holidays(2026)  # St Patrick's day is kept elsewhere
    assert not is_working_day(date(2026, 4, 6))
    assert is_working_day(date(2026, 4, 7))


def test_the_lead_time_counts_working_days_after_the_local_date() -> None:
    assert working_day_after(MONDAY, 5) == date(2026, 3, 23)
    over_easter = to_ms("2026-04-01T09:00:00Z")
    assert working_day_after(over_easter, 3) == date(2026, 4, 8)
    already_tuesday_in_london = to_ms("2026-06-01T23:30:00Z")
    assert working_day_after(already_tuesday_in_london, 1) == date(2026, 6, 3)


def test_a_window_keeps_its_local_hours_when_the_clocks_change() -> None:
    starts = every_slot(ALDER, MONDAY)
    assert "2026-03-27T08:00:00.000Z" in starts  # Friday before the change
    assert "2026-03-30T07:00:00.000Z" in starts  # Monday after it
    back = every_slot(ALDER, to_ms("2026-10-12T10:00:00Z"))
    assert {"2026-10-23T07:00:00.000Z", "2026-10-26T08:00:00.000Z"} <= set(back)


def test_a_diary_covers_the_horizon_from_the_lead_time() -> None:
    days = {start[:10] for start in every_slot(ALDER, MONDAY)}
    assert min(days) == "2026-03-23"
    assert len(days) == 15
    assert max(days) == "2026-04-14"  # three weeks on, with the two days of Easter left out
    assert not {"2026-04-03", "2026-04-06"} & days


def test_a_later_date_moves_the_start_and_an_earlier_one_does_not() -> None:
    later = every_slot(ALDER, MONDAY, date(2026, 5, 4))
    assert later[0] == "2026-05-05T07:00:00.000Z"  # the day asked for is a bank holiday
    assert len({start[:10] for start in later}) == 15
    assert every_slot(ALDER, MONDAY, date(2026, 3, 1)) == every_slot(ALDER, MONDAY)


@pytest.mark.parametrize("too_far", [date(2027, 6, 1), date.max])
def test_no_diary_is_open_more_than_a_year_ahead(too_far: date) -> None:
    assert diary(ALDER, "A1", MONDAY, too_far, SEED) == []


def test_saturdays_are_premium_and_only_of_the_supplier_that_works_them() -> None:
    slots = [slot for n in range(40) for slot in diary(BIRCH, f"A{n}", MONDAY, None, SEED)]
    premium = [slot for slot in slots if not slot.standard]
    assert {slot.classification for slot in premium} == {"SATURDAY_AM", "SATURDAY_PM", "SATURDAY_EVENING"}
    assert {local_date(slot.start_ms).weekday() for slot in premium} == {5}
    assert len({local_date(slot.start_ms) for slot in slots if slot.standard}) == 10
    assert all(slot.standard for slot in diary(ALDER, "A1", MONDAY, None, SEED))


def test_a_bank_holiday_on_a_saturday_is_kept() -> None:
    boxing_day = every_slot(BIRCH, to_ms("2026-12-14T10:00:00Z"))
    assert "2026-12-19" in {start[:10] for start in boxing_day}
    assert "2026-12-26" not in {start[:10] for start in boxing_day}


def test_a_supplier_without_appointments_has_no_slots() -> None:
    assert diary(CEDAR, "A1", MONDAY, None, SEED) == []
    assert find_slot(CEDAR, "A1", MONDAY, SEED, MONDAY, MONDAY + 1) is None


@given(now=nows, area=st.sampled_from(["AREA01", "AREA02", "AREA21"]), supplier=st.sampled_from([ALDER, BIRCH]))
def test_every_slot_lies_in_a_window_of_its_own_day_and_is_found_again(now: int, area: str, supplier: Supplier) -> None:
    slots = diary(supplier, area, now, None, SEED)
    assert slots
    assert [slot.start_ms for slot in slots] == sorted({slot.start_ms for slot in slots})
    assert supplier.appointments is not None
    for slot in slots:
        assert slot.capacity == supplier.appointments.capacity
        assert local_date(slot.start_ms) >= working_day_after(now, supplier.lead_time)
        assert slot.classification == classify(slot.start_ms, slot.end_ms)
    assert find_slot(supplier, area, now, SEED, slots[-1].start_ms, slots[-1].end_ms) == slots[-1]


def test_outsiders_have_taken_a_few_slots_and_always_the_same() -> None:
    full = every_slot(ALDER, MONDAY)
    one = [to_text(slot.start_ms) for slot in diary(ALDER, "AREA01", MONDAY, None, SEED)]
    taken = set(full) - set(one)
    assert 0 < len(taken) < len(full) / 2
    assert one == [to_text(slot.start_ms) for slot in diary(ALDER, "AREA01", MONDAY, None, SEED)]
    assert one != [to_text(slot.start_ms) for slot in diary(ALDER, "AREA01", MONDAY, None, "another seed")]
    start = to_ms(taken.pop())
    assert find_slot(ALDER, "AREA01", MONDAY, SEED, start, start + 5 * 3_600_000) is None


def test_only_an_exact_slot_is_found() -> None:
    slot = diary(ALDER, "AREA01", MONDAY, None, SEED)[0]
    assert find_slot(ALDER, "AREA01", MONDAY, SEED, slot.start_ms, slot.end_ms) == slot
    assert find_slot(ALDER, "AREA01", MONDAY, SEED, slot.start_ms, slot.end_ms - 1) is None
    assert find_slot(ALDER, "AREA01", MONDAY, SEED, slot.start_ms + 60_000, slot.end_ms) is None
    within_the_lead_time = slot.start_ms - 7 * 86_400_000
    assert find_slot(ALDER, "AREA01", MONDAY, SEED, within_the_lead_time, within_the_lead_time + 18_000_000) is None
    assert find_slot(ALDER, "AREA01", slot.start_ms, SEED, slot.start_ms, slot.end_ms) is None


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-06-15T07:00:00Z", "2026-06-15T12:00:00Z", "WEEKDAY_AM"),
        ("2026-06-15T12:00:00Z", "2026-06-15T17:00:00Z", "WEEKDAY_PM"),
        ("2026-06-15T06:30:00Z", "2026-06-15T09:00:00Z", "WEEKDAY_EARLY"),
        ("2026-06-15T17:00:00Z", "2026-06-15T19:00:00Z", "WEEKDAY_EVENING"),
        ("2026-06-15T07:00:00Z", "2026-06-15T17:00:00Z", "WEEKDAY"),
        ("2026-06-20T07:00:00Z", "2026-06-20T12:00:00Z", "SATURDAY_AM"),
        ("2026-06-21T12:00:00Z", "2026-06-21T16:00:00Z", "SUNDAY_PM"),
        ("2026-01-15T12:00:00Z", "2026-01-15T17:00:00Z", "WEEKDAY_PM"),
    ],
)
def test_the_hours_in_the_united_kingdom_classify_a_window(start: str, end: str, expected: str) -> None:
    assert classify(to_ms(start), to_ms(end)) == expected


def test_a_suppliers_own_word_comes_before_the_hours() -> None:
    assert ALDER.appointments is not None
    evening = (Window(time(8), time(13), "EARLY"),)
    odd = replace(ALDER, appointments=replace(ALDER.appointments, windows=evening))
    assert {slot.classification for slot in diary(odd, "A1", MONDAY, None, SEED)} == {"WEEKDAY_EARLY"}


def test_the_next_slot_like_it_skips_weekend_and_holidays_and_keeps_the_local_hours() -> None:
    start, end = to_ms("2026-03-27T08:00:00Z"), to_ms("2026-03-27T13:00:00Z")
    over_the_change = next_slot_like(ALDER, start, end, 5)
    assert (to_text(over_the_change.start_ms), to_text(over_the_change.end_ms)) == (
        "2026-04-01T07:00:00.000Z",
        "2026-04-01T12:00:00.000Z",
    )
    over_easter = next_slot_like(ALDER, start, end, 7)  # Good Friday
    assert to_text(over_easter.start_ms) == "2026-04-07T07:00:00.000Z"
    assert over_easter.classification == "WEEKDAY_AM"


@given(now=nows, days=st.integers(min_value=0, max_value=90))
def test_days_later_is_the_same_time_of_day(now: int, days: int) -> None:
    later = same_time_after(now, days)
    assert local_date(later) - local_date(now) == timedelta(days)
    assert abs(later - now - days * 86_400_000) in (0, 3_600_000)
