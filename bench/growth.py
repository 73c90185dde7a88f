"""What stored orders cost those that come after them: a database is filled in bulk, then worked in the same world."""

from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.filling import fill
from bench.measures import Sizes, benched, drain, drain_orders, push_orders

WORLD, CLIENT = "SHARED", "tenant4"  # whose first tenant has what is stored
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
        cpu = bench.server.cpu()
        closed = bench.place(tenant, headers)
        drain(tenant)
        cpu = 1000 * (bench.server.cpu() - cpu) / closed["answered"]
        yield from _figures("orders taken", "orders/s", stored, (closed["answered"] / closed["seconds"], cpu))
        yield from _figures("KCIs drained", "KCIs/s", stored, drain_orders(bench, tenant, SCENARIO, SPOKEN))
        yield from _figures("KCIs pushed", "KCIs/s", stored, push_orders(bench, tenant, SCENARIO, SPOKEN))


def _figures(what: str, unit: str, stored: int, measured: tuple[float, float]) -> Iterator[Figure]:
    """The rate, which depends on what else the machine does, and the processor time, which hardly does."""
    rate, cpu = measured
    for work, in_unit, value in ((what, unit, rate), (f"{what}: processor time each", "ms", cpu)):
        beside = f"{work}, 0 orders stored" if stored else ""
        yield Figure(f"{work}, {stored:,} orders stored", in_unit, value, beside)
