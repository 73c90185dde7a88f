"""How long a test waits for a world of its own, in its own process."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.figures import Figure, quantiles
from bench.measures import Sizes
from sandbox.inprocess.ground import open_ground


def measure(sizes: Sizes, _folder: Path) -> Iterator[Figure]:
    """Half as many worlds as there are orders elsewhere, each with a tenant signed in, all open at once at the end."""
    count = sizes.orders // 2
    took: list[float] = []
    with open_ground() as ground, ExitStack() as opened:
        for number in range(count):
            began = time.perf_counter()
            opened.enter_context(ground.world(f"WORLD{number}")).tenant.get("/_sandbox/clock")
            took.append(1000 * (time.perf_counter() - began))
    ready = quantiles(took)
    yield Figure(f"a world of a test's own, until its tenant is answered, p50 of {count}", "ms", ready["p50"])
    yield Figure("the same, p99", "ms", ready["p99"])
