"""`python -m bench`: measure, and print the table; `--write` also puts it into docs/performance.md."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench import delayed, growth, measures, neighbours, peers, processes, worlds
from bench.figures import Figure, Row, rows
from bench.measures import Sizes
from bench.report import machine, table, write

SIZES = {
    "full": Sizes(runs=5, seconds=4, orders=1000),
    "short": Sizes(runs=2, seconds=1, orders=60, minute=4, stored=(1_000,)),
    "tiny": Sizes(runs=1, seconds=0.5, orders=5, minute=1, stored=(50,)),
}
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


@dataclass(frozen=True)
class Part:
    """Something that is measured by itself, in each run or in so many at the most."""

    name: str
    measure: Callable[[Sizes, Path], Iterator[Figure]]
    most: int = 5


PARTS = (
    Part("start", measures.start),
    Part("orders", measures.orders),
    Part("drained", measures.drained),
    Part("late", measures.late),
    Part("pushed", measures.pushed),
    Part("delayed", delayed.measure, most=3),
    Part("neighbours", neighbours.measure, most=3),
    Part("worlds", worlds.measure),
    Part("processes", processes.measure, most=2),
    Part("memory", measures.memory, most=1),
    Part("growth", growth.measure, most=1),
    Part("peers", peers.measure, most=1),
    Part("generator", measures.generator),
)


def main() -> None:
    chosen = _arguments()
    parts = [part for part in PARTS if not chosen.only or part.name in chosen.only]
    sizes = SIZES[chosen.size or "full"]
    if chosen.stored:
        sizes = replace(sizes, stored=(*sizes.stored, *chosen.stored))
    began, busy = time.monotonic(), os.getloadavg()[0]
    measured = [row for part in parts for row in _runs(part, sizes)]
    report = "\n".join([table(measured), "", machine(sizes, time.monotonic() - began, busy)])
    print(report)
    if chosen.write:
        write(PAGE, report)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure sandboxes of its own, on loopback.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--short", dest="size", action="store_const", const="short", help="a few minutes")
    size.add_argument("--tiny", dest="size", action="store_const", const="tiny", help="only to see that it works")
    names = [part.name for part in PARTS]
    parser.add_argument("--only", nargs="+", choices=names, metavar="PART", help=f"some of: {', '.join(names)}")
    parser.add_argument("--stored", nargs="+", type=int, metavar="ORDERS", help="more sizes of a database: 1000000")
    parser.add_argument("--write", action="store_true", help=f"also put the table into docs/{PAGE.name}")
    chosen = parser.parse_args()
    if chosen.write and chosen.only:
        parser.error("--write is for the whole table: leave out --only")
    return chosen


def _runs(part: Part, sizes: Sizes) -> list[Row]:
    count = min(sizes.runs, part.most)
    return rows([_one(part, sizes, f"run {number + 1} of {count}") for number in range(count)])


def _one(part: Part, sizes: Sizes, which: str) -> list[Figure]:
    print(f"{part.name}: {which} ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="sandbox-bench-") as folder:
        return list(part.measure(sizes, Path(folder)))


if __name__ == "__main__":
    main()
