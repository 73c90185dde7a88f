"""A supplier's diary: working days, the windows of each in UK local time, and what outsiders have left free.

Published: classification is the kind of day with an optional part of the day; a premium slot has `standard` false.
Ours, where nothing is published: the hours that make a part of a day, the horizon, and the bookings of outsiders.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sandbox.domain.durations import EPOCH, MILLISECOND
from sandbox.domain.seeds import draw
from sandbox.domain.suppliers import Appointments, Supplier, Window

LONDON = ZoneInfo("Europe/London")
NOON = time(12)
SATURDAY, SUNDAY = 5, 6
FARTHEST = timedelta(days=366)  # no diary is open further ahead than this
OUTSIDERS = 0.125  # the share of slots that customers outside this world have filled

_DAYS = ("WEEKDAY",) * 5 + ("SATURDAY", "SUNDAY")
_PARTS = ("", "_AM", "_PM", "_EARLY", "_EVENING")
CLASSIFICATIONS = tuple(day + part for day in dict.fromkeys(_DAYS) for part in _PARTS)  # published


@dataclass(frozen=True)
class Slot:
    """One bookable window of one day: UTC milliseconds, published classification, and how many bookings it takes."""

    start_ms: int
    end_ms: int
    classification: str
    standard: bool
    capacity: int


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England in this year."""
    # Imported late: it takes longer to load than everything else in this room together.
    import holidays

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """Monday to Friday, unless it is a bank holiday in England."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)


def local_date(ms: int) -> date:
    """The calendar date in the United Kingdom at this instant."""
    return local(ms).date()


def at_local(day: date, when: time) -> int:
    """UTC milliseconds of this time of day in the United Kingdom."""
    return (datetime.combine(day, when, LONDON) - EPOCH) // MILLISECOND


def same_time_after(ms: int, days: int) -> int:
    """The same UK local time that many calendar days later: 08:00 stays 08:00 across a change of the clocks."""
    there = local(ms)
    return at_local(there.date() + timedelta(days), there.time())


def working_day_from(day: date) -> date:
    """The first working day on or after this day."""
    while not is_working_day(day):
        day += timedelta(1)
    return day


def working_day_after(now_ms: int, n: int) -> date:
    """The n-th working day after the UK date at this instant; that date itself is not counted."""
    day = local_date(now_ms)
    for _ in range(n):
        day = working_day_from(day + timedelta(1))
    return day


def lead_time_at(supplier: Supplier, now_ms: int) -> int:
    """The supplier's lead time in working days, counted from this moment: a day longer after its cut-off time."""
    terms, now = supplier.appointments, local(now_ms)
    late = terms is not None and terms.cut_off is not None and now.time() >= terms.cut_off
    return supplier.lead_time + (late and is_working_day(now.date()))


def classify(start_ms: int, end_ms: int) -> str:
    """The published classification of any window, by its UK local hours.

    EARLY starts before 08:00, EVENING at 17:00 or later, AM ends by 13:00, PM starts at 12:00 or later; anything else
    is the whole day.
    """
    start, end = local(start_ms), local(end_ms)
    return _classification(start.date(), _part(start.time(), end.time()))


def on_one_day(start_ms: int, end_ms: int) -> bool:
    """Whether a window starts and ends on the same day in the United Kingdom."""
    return local_date(start_ms) == local_date(end_ms)


def diary(supplier: Supplier, area: str, now_ms: int, from_date: date | None, seed: str) -> list[Slot]:
    """The slots still free of outsiders' bookings, in order of time; empty for a supplier that makes no appointments.

    They begin after the lead time, or on `from_date` if that is later, and cover the supplier's horizon of working days
    from there, with the Saturdays and Sundays between if it works them. None of them has begun.
    """
    terms = supplier.appointments
    if terms is None:
        return []
    first, last = _open_days(supplier, now_ms)
    day = max(first, from_date or first)
    slots: list[Slot] = []
    working_days = 0
    while working_days < terms.horizon and day <= last:
        slots += _free(supplier, terms, area, day, now_ms, seed)
        working_days += is_working_day(day)
        day += timedelta(1)
    return slots


def find_slot(supplier: Supplier, area: str, now_ms: int, seed: str, start_ms: int, end_ms: int) -> Slot | None:
    """The slot with exactly these times, or None if no diary may list it now or outsiders have filled it."""
    terms = supplier.appointments
    if terms is None:
        return None
    first, last = _open_days(supplier, now_ms)
    day = local_date(start_ms)
    on_that_day = _free(supplier, terms, area, day, now_ms, seed) if first <= day <= last else []
    return next((slot for slot in on_that_day if (slot.start_ms, slot.end_ms) == (start_ms, end_ms)), None)


def has_place(terms: Appointments, slot: Slot, taken: Mapping[int, int]) -> bool:
    """Whether the slot has a place left. `taken` counts the bookings in its area, by the start of their slot."""
    if taken.get(slot.start_ms, 0) >= slot.capacity:
        return False
    if terms.day_capacity is None:
        return True
    day = local_date(slot.start_ms)
    return sum(count for start, count in taken.items() if local_date(start) == day) < terms.day_capacity


def next_slot_like(supplier: Supplier, slot_start: int, slot_end: int, days: int) -> Slot:
    """The same window, in UK local time, on the first working day on or after that many days later."""
    return _same_window(supplier, slot_start, slot_end, working_day_from(local_date(slot_start) + timedelta(days)))


def slot_at(supplier: Supplier, slot_start: int, slot_end: int) -> Slot:
    """The slot of these very times, whether any diary lists it or not."""
    return _same_window(supplier, slot_start, slot_end, local_date(slot_start))


def _same_window(supplier: Supplier, slot_start: int, slot_end: int, day: date) -> Slot:
    start, end, terms = local(slot_start).time(), local(slot_end).time(), supplier.appointments
    own = next((w for w in terms.windows if (w.start, w.end) == (start, end)), None) if terms else None
    return _slot(own or Window(start, end, None), day, terms.capacity if terms else 0)


def _open_days(supplier: Supplier, now_ms: int) -> tuple[date, date]:
    return working_day_after(now_ms, lead_time_at(supplier, now_ms)), local_date(now_ms) + FARTHEST


def _free(supplier: Supplier, terms: Appointments, area: str, day: date, now_ms: int, seed: str) -> list[Slot]:
    if not (is_working_day(day) or _open_weekend(terms, day)):
        return []
    slots = (_slot(window, day, terms.capacity) for window in terms.windows)
    return [
        slot
        for slot in slots
        if now_ms < slot.start_ms < slot.end_ms  # an hour that the change of the clocks leaves out is none
        and draw(seed, "outsiders", supplier.code, area, slot.start_ms) >= OUTSIDERS
    ]


def _open_weekend(terms: Appointments, day: date) -> bool:
    worked = {SATURDAY: terms.saturdays, SUNDAY: terms.sundays}
    return worked.get(day.weekday(), False) and day not in bank_holidays(day.year)


def _slot(window: Window, day: date, capacity: int) -> Slot:
    part = window.classification or _part(window.start, window.end)
    return Slot(
        start_ms=at_local(day, window.start),
        end_ms=at_local(day, window.end),
        classification=_classification(day, part),
        standard=day.weekday() < SATURDAY,
        capacity=capacity,
    )


def _part(start: time, end: time) -> str:
    parts = {
        "EARLY": start < time(8),
        "EVENING": start >= time(17),
        "AM": end <= time(13),
        "PM": start >= NOON,
    }
    return next((part for part, fits in parts.items() if fits), "")


def _classification(day: date, part: str) -> str:
    return "_".join(filter(None, (_DAYS[day.weekday()], part)))


def local(ms: int) -> datetime:
    """The moment as clocks in the United Kingdom show it."""
    return (EPOCH + ms * MILLISECOND).astimezone(LONDON)
