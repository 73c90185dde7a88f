"""Many clients whose answers are delayed on purpose, by a fault that their tenant has set; and what others notice."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench import load
from bench.figures import Figure, at_least
from bench.load import Work
from bench.measures import CONNECTIONS, Bench, Sizes, benched
from bench.neighbours import QUIET, taken

CLIENTS = 100
DELAY = 50  # milliseconds
# A deployment for many that wait: a thread for each of them, and as many again for the others.
SETTINGS = {"threads": str(2 * CLIENTS + 56), "delayed_calls": str(CLIENTS)}


def measure(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """tenant1 reads an order again and again, from all clients at once; tenant2 places orders at a moderate rate."""
    with benched(sizes, folder, **SETTINGS) as bench, ThreadPoolExecutor(1) as beside:
        slow, quiet = bench.tenant("tenant1"), bench.tenant("tenant2")
        headers = {**slow.headers(), "X-Request-ID": "benchmark"}
        order = slow.send("POST", "/v1/service-orders", slow.orders()[0])
        slow.send("POST", "/_sandbox/faults", {"every": 1, "do": {"kind": "delay", "milliseconds": DELAY}})
        reading = Work(
            bench.server.port,
            f"/v1/service-orders/{order['id']}",
            {name: value for name, value in headers.items() if name not in ("X-Request-ID", "Content-Type")},
            [None],
            connections=CLIENTS,
            seconds=1.5 * sizes.seconds,
            method="GET",
        )
        place = _orders(bench, quiet.headers("ORDER_ACKNOWLEDGED"), quiet.orders())
        load.run(place)  # warm-up
        alone = taken(load.run(place))
        going_on = beside.submit(load.run, reading)
        time.sleep(sizes.seconds / 4)  # the server has its threads by then
        with_them = taken(load.run(place))
        read = going_on.result()
        if set(read["statuses"]) != {"200"}:
            raise RuntimeError(f"answers that should only have been late: {read['statuses']}")
        rate, others = read["answered"] / read["seconds"], f"answers to another tenant's {QUIET} orders/s, p99, alone"
        yield Figure(
            f"answers to {CLIENTS} clients, delayed by {DELAY} ms on purpose", "1/s", rate, target=at_least(1500)
        )
        yield Figure(others, "ms", alone["p99"])
        yield Figure("the same beside those clients, p99", "ms", with_them["p99"], others)


def _orders(bench: Bench, headers: dict[str, str], bodies: list[Any]) -> Work:
    limits: dict[str, Any] = {"connections": CONNECTIONS, "seconds": bench.sizes.seconds, "rate": QUIET}
    return Work(bench.server.port, "/v1/service-orders", headers, bodies, **limits)
