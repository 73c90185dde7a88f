"""ISO 8601 durations, RFC 3339 instants and dates, to and from the milliseconds that everything inside counts in."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from sandbox.domain.errors import Problem, invalid

MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Longer than anything the trade waits for, and short enough that no sum of a few of them leaves the calendar.
LONGEST_MS = 36_525 * 86_400_000

_DURATION = re.compile(
    r"P(?:(?P<weeks>[0-9]{1,9})W"
    r"|(?=[0-9]|T[0-9])(?:(?P<days>[0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,9})H)?(?:(?P<minutes>[0-9]{1,9})M)?"
    r"(?:(?P<seconds>[0-9]{1,9})(?:\.(?P<fraction>[0-9]{1,3}))?S)?)?)"
)
_UNITS = {"weeks": 604_800_000, "days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1_000}
_INSTANT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?P<fraction>\.[0-9]+)?"
    r"(?P<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_duration(text: str) -> int:
    """Milliseconds in an ISO 8601 duration such as PT30S, P1DT12H or P2W.

    Months and years are refused because their length depends on the day they start. Raises INVALID_REQUEST.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise invalid(
            "not a duration; allowed: ISO 8601 in weeks (P2W), or in days, hours, minutes and seconds "
            "(P1D, PT5M, P1DT12H30M, PT0.5S), not negative, without months or years"
        )
    parts = found.groupdict()
    total = sum(int(parts[unit] or 0) * size for unit, size in _UNITS.items())
    total += int((parts["fraction"] or "0").ljust(3, "0"))
    if total > LONGEST_MS:
        raise invalid(f"the duration is too long; allowed: at most {format_duration(LONGEST_MS)}")
    return total


def format_duration(ms: int) -> str:
    """ISO 8601 for a number of milliseconds that is not negative: 90000 → PT1M30S, 86400000 → P1D, 0 → PT0S."""
    days, rest = divmod(ms, 86_400_000)
    hours, rest = divmod(rest, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    parts = ((f"{hours}", "H"), (f"{minutes}", "M"), (f"{rest / 1_000:g}", "S"))
    clock = "".join(value + unit for value, unit in parts if value != "0")
    if not days and not clock:
        return "PT0S"
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


def to_ms(text: str) -> int:
    """UTC milliseconds of an RFC 3339 instant; digits finer than a millisecond are dropped.

    The offset is mandatory (published: a slot's times carry their zone). Raises INVALID_REQUEST.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise _no_instant()
    offset = "+00:00" if found["offset"] in "Zz" else found["offset"]
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{found['time']}{offset}")
    except ValueError as wrong:
        raise _no_instant() from wrong
    ms = (moment - EPOCH) // MILLISECOND + int((found["fraction"] or ".0")[1:4].ljust(3, "0"))
    try:
        to_text(ms)
    except OverflowError as wrong:
        raise _no_instant() from wrong
    return ms


@lru_cache(1_024)  # one moment is written several times while it is the present
def to_text(ms: int) -> str:
    """RFC 3339 in UTC with milliseconds: 2026-03-31T12:00:00.000Z."""
    moment = EPOCH + timedelta(milliseconds=ms)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def to_date(text: str) -> date:
    """A calendar date such as 2026-03-31. Raises INVALID_REQUEST."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise invalid("not a date; allowed: YYYY-MM-DD, such as 2026-03-31")


def _no_instant() -> Problem:
    return invalid("not a date and time; allowed: RFC 3339 with an offset, such as 2026-03-31T12:00:00.000Z")
