"""What stored orders cost those that come after them: a database is filled in bulk, then worked in the same world."""

from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.filling import fill
from bench.measures import Sizes, benched, drain, drain_orders, push_orders

WORLD, CLIENT = "DEMO3", "tenant4"  # whose first tenant has what is stored
SCENARIO, SPOKEN = "ORDER_CANCELLED", 3  # leaves no line behind


def measure(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The same work with nothing stored, and with each number of orders."""
    for stored in (0, *sizes.stored):
        place = folder / str(stored)
        place.mkdir()
        yield from _with(sizes, place, stored)


def _with(sizes: Sizes, folder: Path, stored: int) -> Iterator[Figure]:
    if stored:
        fill(folder, WORLD, stored)
    with benched(sizes, folder) as bench:
        tenant = bench.tenant(CLIENT)
        headers = tenant.headers(SCENARIO)
        bench.place(tenant, headers, seconds=sizes.seconds / 2)  # warm-up
        drain(tenant)
        closed = bench.place(tenant, headers)
        drain(tenant)
        yield _figure("orders taken", "orders/s", stored, closed["answered"] / closed["seconds"])
        drained, _ = drain_orders(bench, tenant, SCENARIO, SPOKEN)
        yield _figure("KCIs drained", "KCIs/s", stored, drained)
        pushed, _ = push_orders(bench, tenant, SCENARIO, SPOKEN)
        yield _figure("KCIs pushed", "KCIs/s", stored, pushed)


def _figure(what: str, unit: str, stored: int, value: float) -> Figure:
    return Figure(f"{what}, {stored:,} orders stored", unit, value, f"{what}, 0 orders stored" if stored else "")
