"""The timetable and who keeps to it: on the wall clock of the UK, once, and not a moment that was not told before."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.worldtime import World
from sandbox.store import worlds
from sandbox.store.store import Store, Unavailable
from sandbox.world.clock import ManualClock
from sandbox.world.reset import reset
from sandbox.world.schedule import Schedule, Timetable
from tests.support.bulk import fill, rows_of

SUNDAYS = "0 3 * * sun"
SUNDAY = to_ms("2027-01-17T03:00:00Z")  # the first one after START, a Friday
WEEK = 7 * 86_400_000


def coming(text: str, since: str, count: int) -> list[str]:
    """The next times of a timetable, in UTC."""
    timetable, times, after = Timetable(text), [], to_ms(since)
    for _ in range(count):
        found = timetable.next(after)
        assert found is not None
        times.append(to_text(found)[:16])
        after = found
    return times


def look(store: Store, name: str = "earth") -> World:
    """The world's row."""
    return store.query(partial(worlds.find, name=name))


def schedule(store: Store, clock: ManualClock, text: str) -> Schedule:
    """Somebody who keeps to this timetable when told to look."""
    return Schedule(store, clock, Timetable(text), "now")


def test_hours_are_those_of_the_clock_on_the_wall() -> None:
    """Three in the morning in the UK, in winter and in summer."""
    assert coming("0 3 * * *", "2027-03-26T12:00:00Z", 3) == [
        "2027-03-27T03:00",
        "2027-03-28T02:00",
        "2027-03-29T02:00",
    ]
    assert coming("0 3 * * *", "2027-10-29T12:00:00Z", 3) == [
        "2027-10-30T02:00",
        "2027-10-31T03:00",
        "2027-11-01T03:00",
    ]
    assert coming(SUNDAYS, "2027-06-07T09:00:00Z", 2) == ["2027-06-13T02:00", "2027-06-20T02:00"]
    assert coming("30 6,18 1 * *", "2027-06-07T09:00:00Z", 2) == ["2027-07-01T05:30", "2027-07-01T17:30"]


def test_an_hour_that_does_not_come_or_comes_twice_is_kept_to_as_it_comes() -> None:
    """In the nights in which the clocks are changed."""
    assert coming("30 1 * * *", "2027-03-27T12:00:00Z", 2) == ["2027-03-28T01:30", "2027-03-29T00:30"]
    assert coming("30 1 * * *", "2027-10-30T12:00:00Z", 3) == [
        "2027-10-31T00:30",
        "2027-10-31T01:30",
        "2027-11-01T01:30",
    ]


def test_the_next_time_is_always_later_than_asked() -> None:
    """Asked in any order, also at the very moment."""
    timetable = Timetable("*/15 * * * *")
    quarter = 15 * 60_000
    start = to_ms("2027-06-07T09:00:00Z")
    for after in (start, start + 1, start - 1, start + quarter - 1, start + quarter, start - 5 * quarter):
        assert timetable.next(after) == (after // quarter + 1) * quarter
    assert Timetable("").next(start) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("daily", "Wrong number of fields"),
        ("0 3 * *", "Wrong number of fields"),
        ("60 3 * * *", "higher than the maximum"),
        ("0 3 * * 0", "name the weekdays"),
        ("0 3 * * mon-5", "name the weekdays"),
        ("0 3 1 * mon", "and \\* for the other"),
        ("0 3 30 feb *", "no such day"),
        ("a b * * *", "Unrecognized expression"),
    ],
)
def test_what_is_no_timetable_is_refused_with_its_name(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"SANDBOX_RESET='.*{why}"):
        Timetable(text)


def test_worlds_are_reset_when_it_was_told_before(store: Store, clock: ManualClock) -> None:
    """The first look tells; looks between change nothing; the look after the time resets, once."""
    keeper = schedule(store, clock, SUNDAYS)
    keeper.tick()
    assert (look(store).epoch, look(store).resets_at) == (1, SUNDAY)
    clock.at = SUNDAY - 1
    keeper.tick()
    assert look(store).epoch == 1
    clock.at = SUNDAY
    for _ in range(2):
        keeper.tick()
        for name in ("earth", "moon"):
            world = look(store, name)
            assert (world.epoch, world.reset_at, world.resets_at) == (2, SUNDAY, SUNDAY + WEEK)


def test_two_who_keep_to_it_reset_once(store: Store, clock: ManualClock) -> None:
    """Whoever comes second finds that it was done."""
    both = [schedule(store, clock, SUNDAYS) for _ in range(2)]
    for keeper in both:
        keeper.tick()
    clock.at = SUNDAY + 5_000
    for keeper in both:
        keeper.tick()
    assert (look(store).epoch, look(store).resets_at) == (2, SUNDAY + WEEK)


def test_a_time_that_nobody_was_up_for_is_kept_to_late_and_once(store: Store, clock: ManualClock) -> None:
    """However many were missed."""
    schedule(store, clock, SUNDAYS).tick()
    clock.at = SUNDAY + 5 * WEEK + 1
    keeper = schedule(store, clock, SUNDAYS)
    keeper.tick()
    keeper.tick()
    assert (look(store).epoch, look(store).resets_at) == (2, SUNDAY + 6 * WEEK)


@pytest.mark.parametrize(("text", "expected"), [("", None), ("0 4 * * *", to_ms("2027-01-16T04:00:00Z"))])
def test_another_timetable_holds_from_its_own_next_time(
    store: Store, clock: ManualClock, text: str, expected: int | None
) -> None:
    """A new one resets nothing at once; none at all never does."""
    schedule(store, clock, SUNDAYS).tick()
    keeper = schedule(store, clock, text)
    keeper.tick()
    assert (look(store).epoch, look(store).resets_at) == (1, expected)
    clock.at = SUNDAY + 1
    keeper.tick()
    assert look(store).epoch == (1 if expected is None else 2)


def test_a_reset_by_hand_leaves_the_timetable_as_it_is(store: Store, clock: ManualClock) -> None:
    keeper = schedule(store, clock, SUNDAYS)
    keeper.tick()
    reset(store, "earth", "now")
    keeper.tick()
    assert (look(store).epoch, look(store).resets_at) == (2, SUNDAY)


def test_a_look_sweeps_too(store: Store, clock: ManualClock) -> None:
    """Also what a process left that ended before it had swept."""
    fill(store, "moon", 20)
    reset(store, "moon", "now")
    assert rows_of(store, "moon") != {}
    schedule(store, clock, "").tick()
    assert rows_of(store, "moon") == {}


def test_a_database_out_of_reach_is_looked_at_again_later(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is no reason to end."""

    def unavailable(_work: Callable[..., object]) -> None:
        raise Unavailable("no connection")

    keeper = schedule(store, clock, SUNDAYS)
    with monkeypatch.context() as broken:
        broken.setattr(store, "query", unavailable)
        keeper.tick()
    assert "looking again in 1 min: no connection" in caplog.text
    keeper.tick()
    assert look(store).resets_at == SUNDAY


def test_it_looks_as_soon_as_it_is_started_and_ends_when_told(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was missed is made up for at once."""
    schedule(store, clock, SUNDAYS).tick()
    clock.at = SUNDAY + 1
    keeper = schedule(store, clock, SUNDAYS)
    tick, ticked = keeper.tick, threading.Event()

    def look_and_tell() -> None:
        tick()
        ticked.set()

    monkeypatch.setattr(keeper, "tick", look_and_tell)
    keeper.start()
    assert ticked.wait(20)
    keeper.stop()
    assert look(store).epoch == 2
