"""What is measured, in one run on new sandboxes: orders taken, KCIs drained, KCIs pushed, lateness, start, memory; and
what neighbours notice of each other, and how long a test waits for its world.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import load, neighbours, worlds
from bench.figures import Figure
from bench.load import Work
from bench.server import Server, serve
from bench.sink import Sink, open_sink
from bench.tenant import Tenant

CONNECTIONS = 16
SHARE = 0.7  # of the capacity: the rate at which latency is measured
MODERATE = 20  # orders a second while lateness is measured; each brings four KCIs
SPOKEN = 4  # KCIs that ORDER_SUCCESSFUL's supplier sends; the gateway's own UPDATE comes before them
HOUR_A_SECOND = 3600
PATIENCE = 300  # seconds until something that should come is given up


@dataclass(frozen=True)
class Sizes:
    """How much: `seconds` of load for each figure, `orders` whose KCIs are drained, and pushed."""

    runs: int
    seconds: float
    orders: int


@dataclass(frozen=True)
class Bench:
    """What one run works with."""

    sizes: Sizes
    server: Server
    sink: Sink

    def tenant(self, client_id: str) -> Tenant:
        """A tenant, signed in. tenant1 and tenant2 have a world each."""
        return Tenant(self.server.port, client_id)

    def place(self, tenant: Tenant, headers: dict[str, str], **how: Any) -> dict[str, Any]:
        """Send orders from the load's process; every one must be taken."""
        limits = {"seconds": self.sizes.seconds, "connections": CONNECTIONS, **how}
        done = load.run(Work(self.server.port, "/v1/service-orders", headers, tenant.orders(), **limits))
        refused = {status: count for status, count in done["statuses"].items() if status != "201"}
        if refused or not done["answered"]:
            raise RuntimeError(f"orders that were not taken, by status: {refused or 'none was answered'}")
        return done


def run(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The figures of one run, in the order of the table."""
    with open_sink() as sink, serve(folder) as server:
        bench = Bench(sizes, server, sink)
        at_start = server.memory()
        yield from _orders(bench)
        yield from _drained(bench)
        yield from _late(bench)
        yield from _pushed(bench)
        yield Figure("ready to answer after start", "s", server.ready_after)
        yield Figure("memory after start", "MB", at_start)
        yield Figure("memory after this load", "MB", server.memory())
        yield from _generator(bench)
    yield from neighbours.measure(sizes.seconds, 10 * sizes.orders, folder / "neighbours")
    yield from worlds.measure(sizes.orders // 2)


def _orders(bench: Bench) -> Iterator[Figure]:
    """What each order causes (its sending, the UPDATE, the ACKNOWLEDGED) is played by the same process meanwhile."""
    tenant = bench.tenant("tenant1")
    headers = tenant.headers("ORDER_ACKNOWLEDGED")
    bench.place(tenant, headers, seconds=bench.sizes.seconds / 2)  # warm-up
    _drain(tenant)
    before = bench.server.cpu()
    closed = bench.place(tenant, headers)
    _drain(tenant)
    capacity = closed["answered"] / closed["seconds"]
    yield Figure(f"orders taken, closed loop of {CONNECTIONS}", "orders/s", capacity)
    yield Figure("their answers, p50", "ms", closed["p50"])
    yield Figure("their answers, p99", "ms", closed["p99"])
    spent = bench.server.cpu() - before
    yield Figure("processor time per order, with its sending and 2 KCIs", "ms", 1000 * spent / closed["answered"])
    opened = bench.place(tenant, headers, rate=SHARE * capacity, connections=4 * CONNECTIONS)
    _drain(tenant)
    yield Figure(f"orders arriving at {SHARE:.0%} of that", "orders/s", opened["answered"] / opened["seconds"])
    yield Figure("their answers from arrival, p50", "ms", opened["p50"])
    yield Figure("their answers from arrival, p99", "ms", opened["p99"])


def _drained(bench: Bench) -> Iterator[Figure]:
    """The world stands still, so that all its KCIs but the first are left for the drain."""
    tenant, orders = bench.tenant("tenant2"), bench.sizes.orders
    tenant.send("PUT", "/_sandbox/clock", {"rate": 0})
    bench.place(tenant, tenant.headers("ORDER_SUCCESSFUL"), most=orders, seconds=PATIENCE)
    cursor = _wait_for_updates(tenant, orders)
    cpu, began = bench.server.cpu(), time.perf_counter()
    _drain(tenant)
    seconds, cpu = time.perf_counter() - began, bench.server.cpu() - cpu
    count, _ = tenant.kcis(cursor)
    if count != SPOKEN * orders:
        raise RuntimeError(f"{count} KCIs were drained, not {SPOKEN * orders}")
    yield Figure("KCIs drained on virtual time, into the mailbox", "KCIs/s", count / seconds)
    yield Figure("processor time per KCI drained", "ms", 1000 * cpu / count)


def _late(bench: Bench) -> Iterator[Figure]:
    """A supplier says in a KCI when it was due; the world's clock still runs with the real one."""
    tenant = bench.tenant("tenant3")
    tenant.send("PUT", "/_sandbox/callback", {"url": f"http://127.0.0.1:{bench.sink.port}/kcis"})
    placed = bench.place(tenant, tenant.headers("ORDER_CANCELLED", kci_delay=1), rate=MODERATE)
    came = _arrived(bench, 4 * placed["answered"])
    yield Figure(f"lateness of a KCI at {MODERATE} orders/s, p50", "ms", came["p50"])
    yield Figure(f"lateness of a KCI at {MODERATE} orders/s, p99", "ms", came["p99"])


def _pushed(bench: Bench) -> Iterator[Figure]:
    """The world stands still until every order is at its supplier, then runs so fast that all KCIs are due at once."""
    tenant, orders = bench.tenant("tenant3"), bench.sizes.orders
    tenant.send("PUT", "/_sandbox/clock", {"rate": 0})
    bench.place(tenant, tenant.headers("ORDER_SUCCESSFUL"), most=orders, seconds=PATIENCE)
    _arrived(bench, orders)
    cpu = bench.server.cpu()
    tenant.send("PUT", "/_sandbox/clock", {"rate": HOUR_A_SECOND})
    came = _arrived(bench, SPOKEN * orders)
    cpu = bench.server.cpu() - cpu
    yield Figure("KCIs pushed to an endpoint, signed, in sequence", "KCIs/s", (came["count"] - 1) / came["seconds"])
    yield Figure("processor time per KCI pushed", "ms", 1000 * cpu / came["count"])


def _generator(bench: Bench) -> Iterator[Figure]:
    """The same load on a server that does nothing: what the figures above could not have exceeded."""
    tenant = bench.tenant("tenant1")
    nothing = Work(
        bench.sink.port, "/nothing", tenant.headers(), tenant.orders(), CONNECTIONS, seconds=bench.sizes.seconds / 2
    )
    alone = load.run(nothing)
    yield Figure("the load generator's own limit", "requests/s", alone["answered"] / alone["seconds"])


def _drain(tenant: Tenant) -> None:
    """Play everything that waits in the tenant's world; one call answers after thirty seconds at the latest."""
    deadline = time.monotonic() + PATIENCE
    while tenant.send("POST", "/_sandbox/clock/drain")["more"]:
        if time.monotonic() > deadline:
            raise RuntimeError(f"not drained within {PATIENCE} s")


def _wait_for_updates(tenant: Tenant, orders: int) -> str:
    """The cursor after the UPDATE of every order, which the gateway says once the order is at its supplier."""
    found, cursor, deadline = 0, "0", time.monotonic() + PATIENCE
    while found < orders:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{found} of {orders} orders were sent within {PATIENCE} s")
        more, cursor = tenant.kcis(cursor)
        found += more
        time.sleep(0.05)
    return cursor


def _arrived(bench: Bench, count: int) -> dict[str, Any]:
    """What the sink says of the next so many KCIs: every one must come, signed, in the sequence of its order."""
    came = bench.sink.wait_for(count, PATIENCE)
    if (came["count"], came["disordered"], came["unsigned"]) != (count, 0, 0):
        raise RuntimeError(f"{count} KCIs, signed and in sequence, should have come: {came}")
    return came
