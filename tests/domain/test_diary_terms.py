"""What a supplier's terms do to its diary: cut-off times, days worked, hours that a change of the clocks moves."""

from dataclasses import replace
from datetime import time

import pytest

from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.slots import diary, has_place, lead_time_at, slot_at
from sandbox.domain.suppliers import Appointments, Supplier, Window
from sandbox.spec.library import load_library

ALDER = load_library().suppliers["ALDER"]
HOUR = 3_600_000


def with_terms(**changes: object) -> Supplier:
    assert ALDER.appointments is not None
    return replace(ALDER, lead_time=0, appointments=replace(ALDER.appointments, **changes))  # type: ignore[arg-type]


def terms(supplier: Supplier) -> Appointments:
    assert supplier.appointments is not None
    return supplier.appointments


def nights(*hours: tuple[int, int]) -> Supplier:
    windows = tuple(Window(time(start), time(end), None) for start, end in hours)
    return with_terms(windows=windows, saturdays=True, sundays=True)


def listed(supplier: Supplier, now: str) -> dict[str, int]:
    """Length in hours of every slot, by its start, over many areas: what outsiders took in one is free in another."""
    found = [slot for n in range(40) for slot in diary(supplier, f"A{n}", to_ms(now), None, "seed")]
    return {to_text(slot.start_ms)[:16]: (slot.end_ms - slot.start_ms) // HOUR for slot in found}


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2027-06-07T13:59:59Z", 5),  # Monday, before 15:00 in London
        ("2027-06-07T14:00:00Z", 6),
        ("2027-01-11T14:59:59Z", 5),  # in winter London is at UTC
        ("2027-01-11T15:00:00Z", 6),
        ("2027-06-12T16:00:00Z", 5),  # a Saturday counts as no day anyhow
        ("2027-05-31T16:00:00Z", 5),  # nor does a bank holiday
    ],
)
def test_after_the_cut_off_a_working_day_counts_as_over(now: str, days: int) -> None:
    supplier = replace(with_terms(cut_off=time(15)), lead_time=5)
    assert lead_time_at(supplier, to_ms(now)) == days


def test_a_slot_that_has_begun_is_not_listed() -> None:
    starts = listed(with_terms(), "2027-06-07T07:00:00.000Z")  # 08:00 in London: the morning has begun
    assert "2027-06-07T07:00" not in starts
    assert "2027-06-07T12:00" in starts


def test_the_hour_that_spring_leaves_out_has_no_slot() -> None:
    found = listed(nights((0, 1), (1, 2), (2, 3), (0, 8)), "2027-03-26T12:00:00Z")
    sunday = {start: length for start, length in found.items() if start.startswith("2027-03-28")}
    assert sunday == {"2027-03-28T00:00": 7, "2027-03-28T01:00": 1}  # 00:00 to 08:00 has seven hours; 01:00 is 02:00


def test_the_hour_that_autumn_has_twice_makes_its_slot_longer() -> None:
    found = listed(nights((1, 2), (2, 8)), "2027-10-29T12:00:00Z")
    sunday = {start: length for start, length in found.items() if start.startswith("2027-10-31")}
    assert sunday == {"2027-10-31T00:00": 2, "2027-10-31T02:00": 6}


def test_a_bank_holiday_is_not_worked_on_whatever_day_it_is() -> None:
    found = {start[:10] for start in listed(nights((9, 11)), "2027-12-23T12:00:00Z")}
    assert not found & {"2027-12-25", "2027-12-27", "2027-12-28"}  # Christmas is a Saturday, and has two days in lieu
    assert "2027-12-26" not in found
    assert {"2027-12-24", "2027-12-29"} <= found


def test_a_day_has_as_many_places_as_engineers() -> None:
    supplier = with_terms(day_capacity=2)
    morning, evening = (
        slot_at(supplier, to_ms(f"2027-06-08T{a}:00Z"), to_ms(f"2027-06-08T{b}:00Z"))
        for a, b in (("07:00", "12:00"), ("12:00", "17:00"))
    )
    on_another_day = to_ms("2027-06-09T07:00:00Z")
    assert has_place(terms(supplier), evening, {morning.start_ms: 1, on_another_day: 9})
    assert not has_place(terms(supplier), evening, {morning.start_ms: 2})
    assert not has_place(terms(with_terms()), evening, {evening.start_ms: 3})
