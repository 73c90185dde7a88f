"""The benchmark runs, and every figure that it prints was measured."""

import re
import subprocess
import sys

import pytest

from bench.figures import Figure, quantiles, rows
from tests.architecture.checkout import ROOT

ROW = re.compile(
    r"^\| (?P<work>.+?) +\| (?P<unit>\S+) +\| +(?P<median>[\d,.]+) \| +[\d,.]+ – [\d,.]+ \|$", re.MULTILINE
)

EXPECTED = [
    ("orders taken", "orders/s"),
    ("their answers", "ms"),
    ("their answers", "ms"),
    ("processor time per order", "ms"),
    ("orders arriving", "orders/s"),
    ("their answers from arrival", "ms"),
    ("their answers from arrival", "ms"),
    ("KCIs drained", "KCIs/s"),
    ("processor time per KCI drained", "ms"),
    ("lateness of a KCI", "ms"),
    ("lateness of a KCI", "ms"),
    ("KCIs pushed", "KCIs/s"),
    ("processor time per KCI pushed", "ms"),
    ("ready to answer", "s"),
    ("memory after start", "MB"),
    ("memory after this load", "MB"),
    ("the load generator's own limit", "requests/s"),
    ("answers to 40 orders/s, p99, alone", "ms"),
    ("the same beside a tenant at its limit", "ms"),
    ("refusals of that one", "1/s"),
    ("reset of a world of 50 orders", "ms"),
    ("answers to another tenant meanwhile", "ms"),
    ("a world of a test's own", "ms"),
    ("the same, p99", "ms"),
]


def test_the_smallest_benchmark_measures_every_row() -> None:
    command = [sys.executable, "-m", "bench", "--tiny"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    found = [match.groupdict() for match in ROW.finditer(done.stdout)]
    assert [row["unit"] for row in found] == [unit for _, unit in EXPECTED]
    assert all(row["work"].startswith(work) for row, (work, _) in zip(found, EXPECTED, strict=True))
    assert [row for row in found if float(row["median"].replace(",", "")) <= 0] == []


@pytest.mark.parametrize(
    ("values", "p50", "p99"), [([], 0, 0), ([3], 3, 3), ([4, 1, 3, 2], 2, 4), (list(range(1, 201)), 100, 198)]
)
def test_quantiles_are_values_that_were_measured(values: list[float], p50: float, p99: float) -> None:
    assert quantiles(values) == {"p50": p50, "p99": p99}


def test_a_row_is_the_median_of_the_runs_with_their_extremes() -> None:
    runs = [[Figure("orders", "orders/s", value), Figure("memory", "MB", 2 * value)] for value in (30, 10, 20)]
    assert [(row.work, row.median, row.least, row.most) for row in rows(runs)] == [
        ("orders", 20, 10, 30),
        ("memory", 40, 20, 60),
    ]
