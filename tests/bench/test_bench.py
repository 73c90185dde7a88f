"""The benchmark runs, and every figure that it prints was measured."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.figures import Figure, Target, at_least, below, quantiles, rows
from bench.report import table
from tests.architecture.checkout import ROOT

ROW = re.compile(
    r"^\| (?P<work>.+?) +\| (?P<unit>\S+) +\| +(?P<median>[\d,.]+|not installed) \| +(?:[\d,.]+ – [\d,.]+)? \|"
    r" +(?:[\d,.]+ ×)? \| +(?:[<≥] [\d,.]+: (?:met|missed))? \|$",
    re.MULTILINE,
)

SHORT = {
    "start": [("ready to answer", "s"), ("memory after start", "MB")],
    "orders": [
        ("orders taken", "orders/s"),
        ("their answers", "ms"),
        ("their answers", "ms"),
        ("processor time per order", "ms"),
        ("orders arriving", "orders/s"),
        ("their answers from arrival", "ms"),
        ("their answers from arrival", "ms"),
        ("orders taken where the system chooses", "orders/s"),
    ],
    "pushed": [("KCIs pushed", "KCIs/s"), ("processor time per KCI pushed", "ms")],
}
LONG = {
    "drained": [("KCIs drained", "KCIs/s"), ("processor time per KCI drained", "ms")],
    "late": [("lateness of a KCI", "ms"), ("lateness of a KCI", "ms")],
    "delayed": [("answers to 100 clients", "1/s"), ("answers to another", "ms"), ("the same beside those", "ms")],
    "neighbours": [
        ("answers to 40 orders/s, p99, alone", "ms"),
        ("the same beside a tenant at its limit", "ms"),
        ("refusals of that one", "1/s"),
        ("reset of a world of 50 orders", "ms"),
        ("answers to another tenant meanwhile", "ms"),
    ],
    "worlds": [("a world of a test's own", "ms"), ("the same, p99", "ms")],
    "processes": [("orders taken on PostgreSQL by one", "orders/s"), ("orders taken on PostgreSQL by two", "orders/s")],
    "memory": [("memory after half", "MB"), ("memory after 1 s", "MB")],
    "growth": [
        (f"{what}, {stored} orders stored", unit)
        for stored in (0, 50)
        for works, rate in (("orders taken", "orders/s"), ("KCIs drained", "KCIs/s"), ("KCIs pushed", "KCIs/s"))
        for what, unit in ((works, rate), (f"{works}: processor time each", "ms"))
    ],
    "peers": [
        ("orders taken, in the minutes of the peers", "orders/s"),
        ("their answers, p99, then", "ms"),
        *((f"{peer}: the same bodies answered", "1/s") for peer in ("WireMock", "Prism", "Mockoon", "moto")),
        ("WireMock: answers to 100 clients", "1/s"),
        ("WireMock: webhooks", "1/s"),
    ],
    "generator": [("the load generator's own limit", "requests/s")],
}


@pytest.mark.parametrize("expected", [SHORT, pytest.param(LONG, marks=pytest.mark.prove)], ids=["short", "long"])
def test_the_smallest_benchmark_measures_every_row(expected: dict[str, list[tuple[str, str]]]) -> None:
    """Where no peer is installed, the table says so; a figure that was not measured is nowhere."""
    command = [sys.executable, "-m", "bench", "--tiny", "--only", *expected]
    no_peers = {**os.environ, "PATH": str(Path(sys.executable).parent)}
    done = subprocess.run(command, cwd=ROOT, env=no_peers, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    found = [match.groupdict() for match in ROW.finditer(done.stdout)]
    rows_expected = [row for part in expected.values() for row in part]
    assert [row["unit"] for row in found] == [unit for _, unit in rows_expected]
    assert all(row["work"].startswith(work) for row, (work, _) in zip(found, rows_expected, strict=True))
    measured = [row for row in found if row["median"] != "not installed"]
    assert [row for row in measured if float(row["median"].replace(",", "")) <= 0] == []
    assert len(found) - len(measured) == (6 if "peers" in expected else 0)


def test_part_of_the_table_is_not_put_into_the_page() -> None:
    command = [sys.executable, "-m", "bench", "--only", "start", "--write"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "leave out --only" in done.stderr) == (2, True)


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


@pytest.mark.parametrize(
    ("target", "value", "told"),
    [
        (at_least(1000), 1000.0, "≥ 1,000: met"),
        (at_least(1000), 999.9, "≥ 1,000: missed"),
        (below(30), 29.9, "< 30: met"),
        (below(30), 30.0, "< 30: missed"),
    ],
)
def test_a_row_tells_whether_it_is_what_we_want(target: Target, value: float, told: str) -> None:
    """By its median, as it was measured and not as it is shown."""
    made = table(rows([[Figure("orders", "orders/s", value, target=target)]]))
    assert [cell.strip() for cell in made.splitlines()[-1].split("|")][-2] == told


def test_a_row_tells_how_many_times_it_is_another() -> None:
    """Of the medians; not where one of them was not measured."""
    runs = [
        [Figure("ours", "1/s", value), Figure("theirs", "1/s", value / 4, "ours"), Figure("no", "1/s", None, "ours")]
        for value in (4, 8, 12)
    ]
    assert [(row.work, row.median, row.times) for row in rows(runs)] == [
        ("ours", 8, None),
        ("theirs", 2, 0.25),
        ("no", None, None),
    ]
