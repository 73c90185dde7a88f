"""Connections to SQLite that are kept."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sandbox.store.engines import open_engines
from sandbox.store.keeping import Keeper

MANY = 100  # more than the pool would keep


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    """Connections for reading."""
    reading, _ = open_engines(f"sqlite:///{tmp_path}/kept.db", fsync=False)
    assert isinstance(reading, Keeper)
    return reading


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
