"""Opening the database: SQLite with a writer of its own, or PostgreSQL."""

import fcntl
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, create_engine, event, insert, select
from sqlalchemy.engine import make_url

from sandbox.store.schema import VERSION, about, metadata

_READERS = 32


def is_sqlite(url: str) -> bool:
    """Whether this names an SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path | None:
    """The SQLite file that the URL names; None for PostgreSQL."""
    return Path(make_url(url).database or "") if is_sqlite(url) else None


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


def open_engines(url: str, *, fsync: bool) -> tuple[Engine, Engine]:
    """(for reading, for writing), with the tables made. Raises RuntimeError when the file is of another version."""
    if not is_sqlite(url):
        engine = create_engine(url, pool_size=_READERS, max_overflow=_READERS)
        _make_tables(engine)
        return engine, engine
    reading = _sqlite(url, "BEGIN", fsync=fsync)
    writing = _sqlite(
        url, "BEGIN IMMEDIATE", fsync=fsync
    )  # a read lock that wants to become a write lock may find it taken
    _make_tables(writing)
    return reading, writing


def _sqlite(url: str, begin: str, *, fsync: bool) -> Engine:
    engine = create_engine(url, pool_size=_READERS, max_overflow=_READERS, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin transactions by its own rules
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if fsync else 'NORMAL'}",
            "busy_timeout=10000",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _make_tables(engine: Engine) -> None:
    metadata.create_all(engine)
    with engine.begin() as connection:
        found = connection.execute(select(about.c.version)).scalar()
        if found is None:
            connection.execute(insert(about).values(version=VERSION))
        elif found != VERSION:
            raise RuntimeError(
                f"the database is of version {found}, this program of {VERSION}: its data is disposable, so remove "
                f"{engine.url.render_as_string()} (or its tables) and start again"
            )
