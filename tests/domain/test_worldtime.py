"""A world's time: where it stands, when it gets somewhere, and where it ends."""

import pytest

from sandbox.domain.durations import to_text
from sandbox.domain.errors import Problem
from sandbox.domain.worldtime import LAST, LONGEST_JUMP, World, check_jump, moved, with_rate

DAY = 86_400_000


def world(at: int, rate: int = 1) -> World:
    return World("W", "seed", 1, at, 0, rate, 30_000)


def test_time_runs_at_its_rate_and_keeps_its_place_when_the_rate_changes() -> None:
    fast = with_rate(world(1_000), 500, 3600)
    assert fast.now(500) == 1_500
    assert fast.now(600) == 1_500 + 3600 * 100
    assert fast.real_at(1_500 + 3600 * 100) == 600


def test_a_frozen_world_gets_nowhere_by_itself() -> None:
    frozen = with_rate(world(1_000), 500, 0)
    assert (frozen.now(10 * DAY), frozen.real_at(2_000)) == (1_500, None)


def test_time_never_goes_back() -> None:
    assert moved(world(1_000), 500, 200).now(500) == 1_500


@pytest.mark.parametrize("to", [999, 1_001 + LONGEST_JUMP])
def test_a_jump_goes_forward_and_ten_years_at_most(to: int) -> None:
    with pytest.raises(Problem):
        check_jump(1_000, to)


def test_the_calendar_ends_and_the_clock_stands_there_for_ever() -> None:
    last = world(LAST - DAY, rate=1_000_000)
    assert last.now(10 * 366 * DAY) == LAST
    assert last.real_at(LAST + 1) is None
    assert to_text(LAST) == "2970-01-01T00:00:00.000Z"
    check_jump(LAST - DAY, LAST)
    with pytest.raises(Problem, match="reset"):
        check_jump(LAST - DAY, LAST + 1)
