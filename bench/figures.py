"""Figures: quantiles of one run, and the median of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One measured quantity of one run."""

    work: str
    unit: str
    value: float


@dataclass(frozen=True)
class Row:
    """The same quantity over all runs."""

    work: str
    unit: str
    median: float
    least: float
    most: float


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """{p50, p99}: the smallest value that half, or 99 of 100, do not exceed; 0 of nothing."""
    ranked = sorted(values) or [0]
    return {f"p{percent}": ranked[-(-len(ranked) * percent // 100) - 1] for percent in (50, 99)}


def rows(runs: Sequence[Sequence[Figure]]) -> list[Row]:
    """Every run's figures, which come in the same order, as one table."""
    return [
        Row(same[0].work, same[0].unit, median(values), min(values), max(values))
        for same in zip(*runs, strict=True)
        if (values := [figure.value for figure in same])
    ]
