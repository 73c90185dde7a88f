"""Connections to SQLite that are kept."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from sandbox.store.engines import open_engines
from sandbox.store.keeping import Keeper
from sandbox.store.schema import counters
from sandbox.store.statements import Statement

MANY = 100  # more than the pool would keep


ROW = {"world": "earth", "owner": "t1", "kind": "order", "value": 1}
COUNT = select(func.count()).select_from(counters)


@pytest.fixture
def both(tmp_path: Path) -> tuple[Keeper, Keeper]:
    """Connections for reading and for writing."""
    reading, writing = open_engines(f"sqlite:///{tmp_path}/kept.db", fsync=False)
    assert isinstance(reading, Keeper)
    assert isinstance(writing, Keeper)
    return reading, writing


@pytest.fixture
def keeper(both: tuple[Keeper, Keeper]) -> Keeper:
    """Connections for reading."""
    return both[0]


def add(connection: Connection, way: str) -> None:
    """A row, by SQLAlchemy itself or by a statement of ours."""
    if way == "sqlalchemy":
        connection.execute(insert(counters), [ROW])
    else:
        Statement(insert(counters)).change(connection, ROW)


def fail(writing: Keeper, way: str) -> None:
    """Write, and come to nothing."""
    with writing.begin() as connection:
        add(connection, way)
        raise ZeroDivisionError


def end_and_fail(writing: Keeper) -> None:
    """Write, lose it, and come to nothing."""
    with writing.begin() as connection:
        add(connection, "statement")
        connection.execute(text("ROLLBACK"))
        raise ZeroDivisionError


def refer_to_nothing(writing: Keeper) -> None:
    """Write what cannot be committed."""
    with writing.begin() as connection:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        add(connection, "statement")
        connection.execute(text("INSERT INTO jobs VALUES (1, 99, 0, 0, 'send', 0, '')"))


def test_as_many_as_are_wanted_at_once_are_made_and_used_again(keeper: Keeper) -> None:
    for _ in range(2):
        with ExitStack() as opened:
            used = {id(opened.enter_context(keeper.begin())) for _ in range(MANY)}
        assert len(used) == MANY
    assert len(keeper._idle) == MANY
    keeper.dispose()
    assert not keeper._idle


def test_one_that_has_failed_is_not_used_again(keeper: Keeper) -> None:
    with keeper.begin() as failing:
        pass
    with pytest.raises(DBAPIError), keeper.begin() as connection:
        connection.execute(text("SELECT nonsense"))
    with keeper.begin() as other:
        assert other is not failing
        assert other.execute(text("SELECT 1")).scalar() == 1


def test_one_whose_work_was_refused_is(keeper: Keeper) -> None:
    """Nothing is wrong with it."""
    with keeper.begin() as first:
        pass
    with pytest.raises(ZeroDivisionError), keeper.begin():
        raise ZeroDivisionError
    with keeper.begin() as again:
        assert again is first


@pytest.mark.parametrize("way", ["sqlalchemy", "statement"])
def test_what_is_written_is_kept_at_the_end_of_the_block_or_not_at_all(both: tuple[Keeper, Keeper], way: str) -> None:
    """However it is written; nobody else sees it before."""
    reading, writing = both
    with pytest.raises(ZeroDivisionError):
        fail(writing, way)
    with writing.begin() as connection:
        assert connection.execute(COUNT).scalar() == 0
        add(connection, way)
        with reading.begin() as other:
            assert other.execute(COUNT).scalar() == 0
    with reading.begin() as other:
        assert other.execute(COUNT).scalar() == 1


@pytest.mark.parametrize(("spoil", "told"), [(end_and_fail, ZeroDivisionError), (refer_to_nothing, DBAPIError)])
def test_a_transaction_that_cannot_be_ended_as_usual_leaves_nothing(
    both: tuple[Keeper, Keeper], spoil: Callable[[Keeper], None], told: type[Exception]
) -> None:
    """SQLite rolls back by itself when the disk is full, say; and some references are looked at only at the end."""
    _, writing = both
    with pytest.raises(told):
        spoil(writing)
    with writing.begin() as connection:
        assert connection.execute(COUNT).scalar() == 0


def test_a_read_sees_one_moment(both: tuple[Keeper, Keeper]) -> None:
    reading, writing = both
    with reading.begin() as early:
        assert early.execute(COUNT).scalar() == 0
        with writing.begin() as connection:
            add(connection, "statement")
        assert early.execute(COUNT).scalar() == 0
