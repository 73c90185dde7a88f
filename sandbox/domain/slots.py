"""A supplier's diary: working days, the windows of each in UK local time, and what outsiders have left free.

Published: classification is the kind of day with an optional part of the day; a premium slot has `standard` false.
Ours, where nothing is published: the hours that make a part of a day, the horizon, and the bookings of outsiders.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sandbox.domain.durations import EPOCH, MILLISECOND
from sandbox.domain.seeds import draw
from sandbox.domain.suppliers import Appointments, Supplier, Window

LONDON = ZoneInfo("Europe/London")
NOON = time(12)
SATURDAY = 5
FARTHEST = timedelta(days=366)  # no diary is open further ahead than this
OUTSIDERS = 0.125  # the share of slots that customers outside this world have filled

_DAYS = ("WEEKDAY",) * 5 + ("SATURDAY", "SUNDAY")


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
    return _local(ms).date()


def at_local(day: date, when: time) -> int:
    """UTC milliseconds of this time of day in the United Kingdom."""
    return (datetime.combine(day, when, LONDON) - EPOCH) // MILLISECOND


def same_time_after(ms: int, days: int) -> int:
    """The same UK local time that many calendar days later: 08:00 stays 08:00 across a change of the clocks."""
    there = _local(ms)
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


def classify(start_ms: int, end_ms: int) -> str:
    """The published classification of any window, by its UK local hours.

    EARLY starts before 08:00, EVENING at 17:00 or later, AM ends by 13:00, PM starts at 12:00 or later; anything else
    is the whole day.
    """
    start, end = _local(start_ms), _local(end_ms)
    return _classification(start.date(), _part(start.time(), end.time()))


def diary(supplier: Supplier, area: str, now_ms: int, from_date: date | None, seed: str) -> list[Slot]:
    """The slots still free of outsiders' bookings, in order of time; empty for a supplier that makes no appointments.

    They begin after the lead time, or on `from_date` if that is later, and cover the supplier's horizon of working days
    from there, with the Saturdays between if it works them.
    """
    terms = supplier.appointments
    if terms is None:
        return []
    first, last = _open_days(supplier, now_ms)
    day = max(first, from_date or first)
    slots: list[Slot] = []
    working_days = 0
    while working_days < terms.horizon and day <= last:
        slots += _free(supplier, terms, area, day, seed)
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
    on_that_day = _free(supplier, terms, area, day, seed) if first <= day <= last else []
    return next((slot for slot in on_that_day if (slot.start_ms, slot.end_ms) == (start_ms, end_ms)), None)


def next_slot_like(supplier: Supplier, slot_start: int, slot_end: int, days: int) -> Slot:
    """The same window, in UK local time, on the first working day on or after that many days later."""
    start, end = _local(slot_start), _local(slot_end)
    day = working_day_from(start.date() + timedelta(days))
    terms = supplier.appointments
    own = next((w for w in terms.windows if (w.start, w.end) == (start.time(), end.time())), None) if terms else None
    window = own or Window(start.time(), end.time(), None)
    return _slot(window, day, terms.capacity if terms else 0)


def _open_days(supplier: Supplier, now_ms: int) -> tuple[date, date]:
    return working_day_after(now_ms, supplier.lead_time), local_date(now_ms) + FARTHEST


def _free(supplier: Supplier, terms: Appointments, area: str, day: date, seed: str) -> list[Slot]:
    if not (is_working_day(day) or (terms.saturdays and _open_saturday(day))):
        return []
    slots = (_slot(window, day, terms.capacity) for window in terms.windows)
    return [slot for slot in slots if draw(seed, "outsiders", supplier.code, area, slot.start_ms) >= OUTSIDERS]


def _open_saturday(day: date) -> bool:
    return day.weekday() == SATURDAY and day not in bank_holidays(day.year)


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


def _local(ms: int) -> datetime:
    return (EPOCH + ms * MILLISECOND).astimezone(LONDON)
