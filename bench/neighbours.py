"""What one tenant's doings are to another: who asks for more than it may, and who resets a world that is full."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench import load
from bench.figures import Figure
from bench.filling import fill
from bench.load import Work
from bench.measures import Sizes
from bench.server import Server, serve
from bench.tenant import Tenant

QUIET = 40  # orders a second of the tenant whose answers are measured
QUOTA = 20  # requests a second that the other may send
GREEDY = 400  # and does send
CONNECTIONS = 16


def measure(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """With ten times the orders of other parts in the world of tenant2."""
    seconds, orders = sizes.seconds, 10 * sizes.orders
    fill(folder, "DEMO2", orders)
    settings = {"operator_secret": "operator-secret"}  # of a sandbox that is thrown away
    with serve(folder, **settings) as server, ThreadPoolExecutor(2) as beside:
        quiet, other = Tenant(server.port, "tenant1"), Tenant(server.port, "tenant2")
        place = _work(server, quiet, QUIET, seconds)
        load.run(place)  # warm-up
        alone = f"answers to {QUIET} orders/s, p99, alone"
        yield Figure(alone, "ms", taken(load.run(place))["p99"])
        Tenant(server.port, "operator").send("PATCH", "/_sandbox/tenants/TENANT2", {"quotas": {"requests": QUOTA}})
        greedy = beside.submit(load.run, _work(server, other, GREEDY, seconds))
        yield Figure("the same beside a tenant at its limit", "ms", taken(load.run(place))["p99"], alone)
        yield Figure(f"refusals of that one, which sends {GREEDY}/s", "1/s", _refusals(greedy.result()))
        time.sleep(1)  # it may send again
        going_on = beside.submit(load.run, place)
        time.sleep(seconds / 4)
        began = time.perf_counter()
        other.send("POST", "/_sandbox/reset")
        took = 1000 * (time.perf_counter() - began)
        yield Figure(f"reset of a world of {orders:,} orders", "ms", took)
        yield Figure("answers to another tenant meanwhile, p99", "ms", taken(going_on.result())["p99"], alone)


def _work(server: Server, tenant: Tenant, rate: int, seconds: float) -> Work:
    headers = tenant.headers("ORDER_ACKNOWLEDGED")
    limits: dict[str, Any] = {"connections": CONNECTIONS, "seconds": seconds, "rate": rate}
    return Work(server.port, "/v1/service-orders", headers, tenant.orders(), **limits)


def taken(done: dict[str, Any]) -> dict[str, Any]:
    """The measured tenant is refused nothing."""
    if set(done["statuses"]) != {"201"}:
        raise RuntimeError(f"orders that were not taken, by status: {done['statuses']}")
    return done


def _refusals(done: dict[str, Any]) -> float:
    """How often a second the other was refused: by its quota, and by nothing else."""
    if not set(done["statuses"]) <= {"201", "429"}:
        raise RuntimeError(f"answers that are neither taken nor over the quota: {done['statuses']}")
    return float(done["statuses"].get("429", 0) / done["seconds"])
