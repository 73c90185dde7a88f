"""The table, the machine it was made on, and the page that shows both."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Row, Target
from bench.measures import Sizes

BEGIN, END = "<!-- table: python -m bench --write -->", "<!-- end of table -->"


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, its columns aligned so that a terminal shows it too."""
    cells = [("work", "unit", "median", "min – max", "ratio", "wanted"), *map(_cells, rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(6)]
    lines = [_line(line, widths) for line in cells]
    rule = "|".join(["", *(f"{'-' * (width + 2)}" for width in widths[:2])])
    rule += "|".join(["", *(f"{'-' * (width + 1)}:" for width in widths[2:]), ""])
    return "\n".join([lines[0], rule, *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    if row.median is None or row.least is None or row.most is None:
        return row.work, row.unit, "not installed", "", "", ""
    times = "" if row.times is None else f"{row.times:.2f} ×"
    extremes = f"{_number(row.least)} – {_number(row.most)}"
    return row.work, row.unit, _number(row.median), extremes, times, _wanted(row.target, row.median)


def _wanted(target: Target | None, median: float) -> str:
    """What was wanted, and whether that is what it is."""
    if target is None:
        return ""
    return f"{'<' if target.below else '≥'} {target.limit:,g}: {'met' if target.met(median) else 'missed'}"


def machine(sizes: Sizes, seconds: float, busy: float) -> str:
    """What the table was made with. `busy` is the load average before: what others had the machine do."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return (
        f"{sizes.runs} runs of {sizes.seconds:g} s per load and {sizes.orders} orders, {seconds:.0f} s in all, on "
        f"{datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} × {_processor()}, {memory:.0f} GB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}; load average before: {busy:.1f}."
    )


def write(page: Path, report: str) -> None:
    """Put the report between the page's two marks. The page is replaced whole."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    draft = page.with_suffix(".draft")
    draft.write_text(f"{before}{BEGIN}\n{report}\n{END}{after}")
    draft.replace(page)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    work, unit, *figures = cells
    left = f"| {work:<{widths[0]}} | {unit:<{widths[1]}} |"
    return left + "".join(f" {figure:>{width}} |" for figure, width in zip(figures, widths[2:], strict=True))


def _number(value: float) -> str:
    """Three significant digits, and no more than a reader needs."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = [line for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    return names[0].partition(": ")[2] if names else platform.processor() or platform.machine()
