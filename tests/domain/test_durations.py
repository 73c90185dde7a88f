from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain.durations import LONGEST_MS, format_duration, parse_duration, to_date, to_ms, to_text
from sandbox.domain.errors import INVALID_REQUEST, Problem

instants = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("PT0S", 0),
        ("PT30S", 30_000),
        ("PT0.25S", 250),
        ("PT1.5S", 1_500),
        ("PT5M", 300_000),
        ("PT2H", 7_200_000),
        ("P1D", 86_400_000),
        ("P1DT12H30M5S", 131_405_000),
        ("P2W", 1_209_600_000),
        ("PT90M", 5_400_000),
    ],
)
def test_a_duration_is_milliseconds(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1", "1D", "-PT5M", "P-1D", "P1M", "P1Y", "P1DT", "PT1D", "P1W2D", "PT5M2H", "P1D ", "pt5m",
     "PT1.2345S", "PT٣S", "P36526D", "PT1,5S"],
)  # fmt: skip
def test_what_is_no_duration_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(Problem, match="allowed") as refused:
        parse_duration(text)
    assert refused.value.code == INVALID_REQUEST


@given(st.integers(min_value=0, max_value=LONGEST_MS))
def test_a_duration_is_written_as_it_is_read(ms: int) -> None:
    assert parse_duration(format_duration(ms)) == ms


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "PT0S"), (90_000, "PT1M30S"), (86_400_000, "P1D"), (500, "PT0.5S"), (90_061_001, "P1DT1H1M1.001S")],
)
def test_a_duration_is_written_short(ms: int, text: str) -> None:
    assert format_duration(ms) == text


def test_the_published_example_of_a_slot_is_one_instant_in_both_forms() -> None:
    assert to_ms("2026-03-31T13:00:00.000+01:00") == to_ms("2026-03-31T12:00:00.000Z") == 1_774_958_400_000
    assert to_text(1_774_958_400_000) == "2026-03-31T12:00:00.000Z"


@given(instants)
def test_an_instant_is_read_as_it_is_written(moment: datetime) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    text = whole.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert to_text(to_ms(text)) == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-03-31t12:00:00z", "2026-03-31T12:00:00.000Z"),
        ("2026-03-31T12:00:00.5Z", "2026-03-31T12:00:00.500Z"),
        ("2026-03-31T12:00:00.123999Z", "2026-03-31T12:00:00.123Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("2026-03-31T12:00:00-05:30", "2026-03-31T17:30:00.000Z"),
    ],
)
def test_an_instant_may_be_written_otherwise(text: str, same: str) -> None:
    assert to_text(to_ms(text)) == same


@pytest.mark.parametrize(
    "text",
    ["", "2026-03-31", "2026-03-31T12:00:00", "2026-03-31 12:00:00Z", "2026-02-30T12:00:00Z", "2026-03-31T24:01:00Z",
     "2026-03-31T12:00:60Z", "2026-03-31T12:00Z", "2026-03-31T12:00:00+25:00", "0000-01-01T00:00:00Z",
     "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "20260331T120000Z", "2026-03-31T12:00:00Z\n"],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="RFC 3339"):
        to_ms(text)


def test_a_date_has_one_form() -> None:
    assert to_date("2028-02-29") == date(2028, 2, 29)
    for text in ("2026-02-29", "20260331", "2026-W14-2", "31/03/2026", "2026-03-31T00:00:00Z", ""):
        with pytest.raises(Problem, match="YYYY-MM-DD"):
            to_date(text)
