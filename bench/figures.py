"""Figures: quantiles of one run, and the median of several."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median


@dataclass(frozen=True)
class Target:
    """What we want of a quantity: to be `limit` or more, or else to be `below` it."""

    limit: float
    below: bool

    def met(self, value: float) -> bool:
        """Whether this is what we want."""
        return value < self.limit if self.below else value >= self.limit


def at_least(limit: float) -> Target:
    """The more the better."""
    return Target(limit, below=False)


def below(limit: float) -> Target:
    """The less the better."""
    return Target(limit, below=True)


@dataclass(frozen=True)
class Figure:
    """One measured quantity of one run; None where what would be measured is not installed.

    `beside` names the work that it is to be compared with.
    """

    work: str
    unit: str
    value: float | None
    beside: str = ""
    target: Target | None = None


@dataclass(frozen=True)
class Row:
    """The same quantity over all runs, and how many times that is what it is compared with."""

    work: str
    unit: str
    median: float | None
    least: float | None
    most: float | None
    times: float | None = None
    target: Target | None = None


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """{p50, p99}: the smallest value that half, or 99 of 100, do not exceed; 0 of nothing."""
    ranked = sorted(values) or [0]
    return {f"p{percent}": ranked[-(-len(ranked) * percent // 100) - 1] for percent in (50, 99)}


def rows(runs: Sequence[Sequence[Figure]]) -> list[Row]:
    """Every run's figures, which come in the same order, as one table."""
    made: dict[str, Row] = {}
    for same in zip(*runs, strict=True):
        row, beside = _row(same), made.get(same[0].beside)
        if beside is not None and beside.median and row.median is not None:
            row = replace(row, times=row.median / beside.median)
        made[row.work] = row
    return list(made.values())


def _row(same: Sequence[Figure]) -> Row:
    values = [figure.value for figure in same if figure.value is not None]
    if not values:
        return Row(same[0].work, same[0].unit, None, None, None)
    return Row(same[0].work, same[0].unit, median(values), min(values), max(values), target=same[0].target)
