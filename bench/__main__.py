"""`python -m bench`: measure, and print the table; `--write` also puts it into docs/performance.md."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, rows
from bench.measures import Sizes, run
from bench.report import machine, table, write

SIZES = {
    "full": Sizes(runs=5, seconds=5, orders=1000),
    "short": Sizes(runs=2, seconds=1, orders=60),
    "tiny": Sizes(runs=1, seconds=0.5, orders=5),
}
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure a sandbox of its own, on loopback.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--short", dest="size", action="store_const", const="short", help="less than 40 seconds")
    size.add_argument("--tiny", dest="size", action="store_const", const="tiny", help="only to see that it works")
    parser.add_argument("--write", action="store_true", help=f"also put the table into docs/{PAGE.name}")
    chosen = parser.parse_args()
    sizes = SIZES[chosen.size or "full"]
    began, busy = time.monotonic(), os.getloadavg()[0]
    measured = []
    for number in range(sizes.runs):
        print(f"run {number + 1} of {sizes.runs} ...", file=sys.stderr, flush=True)
        measured.append(_one(sizes))
    report = "\n".join([table(rows(measured)), "", machine(sizes, time.monotonic() - began, busy)])
    print(report)
    if chosen.write:
        write(PAGE, report)


def _one(sizes: Sizes) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="sandbox-bench-") as folder:
        return list(run(sizes, Path(folder)))


if __name__ == "__main__":
    main()
