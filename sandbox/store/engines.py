"""Opening the database: SQLite with a writer of its own, or PostgreSQL."""

import fcntl
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, create_engine, event, func, insert, inspect, select
from sqlalchemy.engine import make_url

from sandbox.store.keeping import Connections, Keeper
from sandbox.store.schema import VERSION, about
from sandbox.store.tables import metadata

_READERS = 32
_READERS_CACHE, _WRITER_CACHE = 256, 2_048  # kilobytes of pages that a connection keeps; the system keeps the file
_GATHERED = 4_000  # pages that are written to the log before they are to the file itself: 16 MB
_CONNECTIONS = 16  # to PostgreSQL, for reading and for writing each, and as many again when it is busy
_MAKING_TABLES = 7_301_968_215_042  # names PostgreSQL's lock: any number that other programs hardly use


def is_sqlite(url: str) -> bool:
    """Whether this names an SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path | None:
    """The SQLite file that the URL names; None for PostgreSQL. Raises ValueError where the URL names no file."""
    if not is_sqlite(url):
        return None
    name = make_url(url).database
    if not name or name == ":memory:":
        raise ValueError(f"{url}: the sandbox needs a file, which survives a restart: sqlite:///FILE")
    return Path(name)


def own_file(file: Path) -> IO[str]:
    """Keep the file to this process until the handle is closed: two writers would not know of each other's leases.

    Raises RuntimeError when another process has it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = file.with_suffix(file.suffix + ".lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise RuntimeError(
            f"another sandbox is using {file}: stop it, or name another file in SANDBOX_DATABASE_URL"
        ) from None
    return handle


def open_engines(url: str, *, fsync: bool) -> tuple[Connections, Connections]:
    """(for reading, for writing), with the tables made. Raises RuntimeError when they are of another version."""
    if is_sqlite(url):
        reading: Connections = Keeper(_sqlite(url, fsync=fsync, cache=_READERS_CACHE), "BEGIN")
        # a read lock that wants to become a write lock may find it taken
        writing: Connections = Keeper(_sqlite(url, fsync=fsync, cache=_WRITER_CACHE), "BEGIN IMMEDIATE")
    else:
        # Several statements of one read see the same moment, as they do on SQLite; a write sees what others committed.
        pool = {"pool_size": _CONNECTIONS, "max_overflow": _CONNECTIONS}
        reading = create_engine(url, isolation_level="REPEATABLE READ", hide_parameters=True, **pool)
        writing = create_engine(url, isolation_level="READ COMMITTED", hide_parameters=True, **pool)
    try:
        _make_tables(writing, make_url(url).render_as_string())
    except BaseException:
        writing.dispose()
        raise
    return reading, writing


def _sqlite(url: str, *, fsync: bool, cache: int) -> Engine:
    # The connection used last is the one whose pages and statements are at hand.
    engine = create_engine(
        url,
        pool_size=_READERS,
        max_overflow=-1,  # what is taken is kept, not given back: who would have to wait would wait in vain
        pool_use_lifo=True,
        hide_parameters=True,  # what is in a database is nothing for a log
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin transactions by its own rules
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if fsync else 'NORMAL'}",
            "busy_timeout=10000",
            "foreign_keys=ON",
            f"cache_size={-cache}",
            f"wal_autocheckpoint={_GATHERED}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _make_tables(connections: Connections, named: str) -> None:
    """Tables where there are none yet; several processes may start at once. Those of another version are left alone."""
    with connections.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_MAKING_TABLES)))
        if not inspect(connection).has_table(about.name):
            metadata.create_all(connection)
            connection.execute(insert(about).values(version=VERSION))
        found = connection.execute(select(about.c.version)).scalar()
        if found != VERSION:
            raise RuntimeError(
                f"the database is of version {found}, this program of {VERSION}: its data is disposable, so remove "
                f"{named} (or its tables) and start again"
            )
