"""What one sandbox does, each part on a new one: orders taken, KCIs drained, KCIs pushed, lateness, start, memory."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import load
from bench.figures import Figure, at_least, below
from bench.load import Work
from bench.server import Server, serve
from bench.sink import Sink, open_sink
from bench.tenant import Tenant

CONNECTIONS = 16
SHARE = 0.7  # of the capacity: the rate at which latency is measured
MODERATE = 75  # orders a second while lateness is measured; each brings four KCIs
STEADY = 150  # orders a second while memory is measured
SPOKEN = 4  # KCIs that ORDER_SUCCESSFUL's supplier sends; the gateway's own UPDATE comes before them
HOUR_A_SECOND = 3600
TAKEN = f"orders taken, closed loop of {CONNECTIONS}"
PATIENCE = 300  # seconds until something that should come is given up


@dataclass(frozen=True)
class Sizes:
    """How much: `seconds` of load for each figure, `orders` whose KCIs are drained, and pushed; `minute` of load while
    memory is watched; `stored` orders in a database while growth is measured.
    """

    runs: int
    seconds: float
    orders: int
    minute: float = 60
    stored: tuple[int, ...] = (10_000, 100_000)


@dataclass(frozen=True)
class Bench:
    """What one part works with."""

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


@contextmanager
def benched(sizes: Sizes, folder: Path, **settings: str) -> Iterator[Bench]:
    """A sandbox and a tenant's endpoint, until the block ends."""
    with open_sink() as sink, serve(folder, **settings) as server:
        yield Bench(sizes, server, sink)


def start(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """How long it takes until the first answer, and what it takes then."""
    with benched(sizes, folder) as bench:
        yield Figure("ready to answer after start", "s", bench.server.ready_after, target=below(1))
        yield Figure("memory after start", "MB", bench.server.memory())


def orders(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """What each order causes (its sending, the UPDATE, the ACKNOWLEDGED) is played by the same process meanwhile."""
    with benched(sizes, folder) as bench:
        tenant, headers = _warmed_up(bench)
        before = bench.server.cpu()
        closed = bench.place(tenant, headers)
        drain(tenant)
        capacity = closed["answered"] / closed["seconds"]
        yield Figure(TAKEN, "orders/s", capacity, target=at_least(1000))
        yield Figure("their answers, p50", "ms", closed["p50"])
        yield Figure("their answers, p99", "ms", closed["p99"])
        spent = bench.server.cpu() - before
        yield Figure("processor time per order, with its sending and 2 KCIs", "ms", 1000 * spent / closed["answered"])
        opened = bench.place(tenant, headers, rate=SHARE * capacity, connections=4 * CONNECTIONS)
        yield Figure(f"orders arriving at {SHARE:.0%} of that", "orders/s", opened["answered"] / opened["seconds"])
        yield Figure("their answers from arrival, p50", "ms", opened["p50"])
        yield Figure("their answers from arrival, p99", "ms", opened["p99"], target=below(30))
    with benched(sizes, folder, database_url=f"sqlite:///{folder}/moved.db", one_processor="false") as bench:
        moved = bench.place(*_warmed_up(bench))
        taken = moved["answered"] / moved["seconds"]
        yield Figure("orders taken where the system chooses the processors", "orders/s", taken, TAKEN)


def _warmed_up(bench: Bench) -> tuple[Tenant, dict[str, str]]:
    """A tenant and the headers of its orders, of which the server has taken many."""
    tenant = bench.tenant("tenant1")
    headers = tenant.headers("ORDER_ACKNOWLEDGED")
    bench.place(tenant, headers, seconds=bench.sizes.seconds / 2)
    drain(tenant)
    return tenant, headers


def drained(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The world stands still, so that all its KCIs but the first are left for the drain."""
    with benched(sizes, folder) as bench:
        tenant = bench.tenant("tenant2")
        rate, cpu = drain_orders(bench, tenant, "ORDER_SUCCESSFUL", SPOKEN)
        yield Figure("KCIs drained on virtual time, into the mailbox", "KCIs/s", rate, target=at_least(1500))
        yield Figure("processor time per KCI drained", "ms", cpu)


def drain_orders(bench: Bench, tenant: Tenant, scenario: str, spoken: int) -> tuple[float, float]:
    """(KCIs drained a second, processor milliseconds for each): all must be there, `spoken` of every order."""
    count = bench.sizes.orders
    tenant.send("PUT", "/_sandbox/clock", {"rate": 0})
    _, before = tenant.kcis()
    bench.place(tenant, tenant.headers(scenario), most=count, seconds=PATIENCE)
    cursor = _wait_for_updates(tenant, count, before)
    cpu, began = bench.server.cpu(), time.perf_counter()
    drain(tenant)
    seconds, cpu = time.perf_counter() - began, bench.server.cpu() - cpu
    came, _ = tenant.kcis(cursor)
    if came != spoken * count:
        raise RuntimeError(f"{came} KCIs were drained, not {spoken * count}")
    return came / seconds, 1000 * cpu / came


def late(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """A supplier says in a KCI when it was due; the world's clock still runs with the real one."""
    with benched(sizes, folder) as bench:
        tenant = bench.tenant("tenant3")
        call_back(bench, tenant)
        placed = bench.place(tenant, tenant.headers("ORDER_CANCELLED", kci_delay=1), rate=MODERATE)
        came = _arrived(bench, 4 * placed["answered"])
        yield Figure(f"lateness of a KCI at {4 * MODERATE} KCIs/s, p50", "ms", came["p50"])
        yield Figure(f"lateness of a KCI at {4 * MODERATE} KCIs/s, p99", "ms", came["p99"], target=below(20))


def pushed(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The world stands still until every order is at its supplier, then runs so fast that all KCIs are due at once."""
    with benched(sizes, folder) as bench:
        tenant = bench.tenant("tenant3")
        rate, cpu = push_orders(bench, tenant, "ORDER_SUCCESSFUL", SPOKEN)
        yield Figure("KCIs pushed to an endpoint, signed, in sequence", "KCIs/s", rate, target=at_least(500))
        yield Figure("processor time per KCI pushed", "ms", cpu)


def push_orders(bench: Bench, tenant: Tenant, scenario: str, spoken: int) -> tuple[float, float]:
    """(KCIs pushed a second, processor milliseconds for each), `spoken` of every order beside its first."""
    count = bench.sizes.orders
    call_back(bench, tenant)
    tenant.send("PUT", "/_sandbox/clock", {"rate": 0})
    bench.place(tenant, tenant.headers(scenario), most=count, seconds=PATIENCE)
    _arrived(bench, count)
    cpu = bench.server.cpu()
    tenant.send("PUT", "/_sandbox/clock", {"rate": HOUR_A_SECOND})
    came = _arrived(bench, spoken * count)
    cpu = bench.server.cpu() - cpu
    return (came["count"] - 1) / came["seconds"], 1000 * cpu / came["count"]


def memory(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """Whether it is flat: the second half of the time should add nothing that the first did not."""
    with benched(sizes, folder) as bench:
        tenant = bench.tenant("tenant1")
        call_back(bench, tenant)
        for after in ("half of that time", f"{sizes.minute:g} s of load at {STEADY} orders/s"):
            headers = tenant.headers("ORDER_CANCELLED", kci_delay=0)
            placed = bench.place(tenant, headers, rate=STEADY, seconds=sizes.minute / 2)
            _arrived(bench, 4 * placed["answered"])
            yield Figure(f"memory after {after}", "MB", bench.server.memory(), target=below(150))


def generator(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The same load on a server that does nothing: what the figures above could not have exceeded."""
    with benched(sizes, folder) as bench:
        tenant = bench.tenant("tenant1")
        nothing = Work(
            bench.sink.port, "/nothing", tenant.headers(), tenant.orders(), CONNECTIONS, seconds=sizes.seconds / 2
        )
        alone = load.run(nothing)
        yield Figure("the load generator's own limit", "requests/s", alone["answered"] / alone["seconds"])


def call_back(bench: Bench, tenant: Tenant) -> None:
    """Have the tenant's KCIs pushed to the sink."""
    tenant.send("PUT", "/_sandbox/callback", {"url": f"http://127.0.0.1:{bench.sink.port}/kcis"})


def drain(tenant: Tenant) -> None:
    """Play everything that waits in the tenant's world; one call answers after thirty seconds at the latest."""
    deadline = time.monotonic() + PATIENCE
    while tenant.send("POST", "/_sandbox/clock/drain")["more"]:
        if time.monotonic() > deadline:
            raise RuntimeError(f"not drained within {PATIENCE} s")


def _wait_for_updates(tenant: Tenant, orders: int, cursor: str) -> str:
    """The cursor after the UPDATE of every order, which the gateway says once the order is at its supplier."""
    found, deadline = 0, time.monotonic() + PATIENCE
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
