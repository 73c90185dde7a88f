"""The process is killed, at every step of a story and at random under load: no KCI is lost, none comes out of order."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.entry import PLACES
from tests.crash.lives import Lives
from tests.store.databases import open_postgres, open_schema
from tests.support.sink import open_sink


@pytest.fixture
def lives(tmp_path: Path) -> Iterator[Lives]:
    """A sandbox in its first life."""
    with open_sink() as sink:
        lives = Lives(tmp_path, sink)
        try:
            lives.begin()
            yield lives
        finally:
            lives.end()


def die_in_every(lives: Lives, points: list[tuple[int, str]]) -> int:
    """Place an order for each point, the number of a transaction and a place in it; how often it died there."""
    deaths = 0
    for at, place in points:
        lives.arm(at, place)
        lives.place()
        if lives.died(10):
            deaths += 1
            lives.start()
    return deaths


def test_killed_at_some_steps_of_a_story_nothing_is_lost(lives: Lives) -> None:
    """At the order itself, at its sending, at a KCI, at a push; before, inside and after the transaction."""
    points = [
        (1, "inside"),
        (1, "after"),
        (3, "after"),
        (4, "inside"),
        (6, "after"),
        (9, "before"),
        (13, "inside"),
        (20, "after"),
    ]
    assert die_in_every(lives, points) == len(points)
    lives.check()
    assert "the last process was killed: lanes played again: 1" in (lives.folder / "served.log").read_text()


@pytest.mark.prove
@pytest.mark.parametrize("place", PLACES)
def test_killed_at_every_step_of_a_story_nothing_is_lost(lives: Lives, place: str) -> None:
    """All transactions that the story of one order takes, and a few more at which nothing happens any more."""
    for at in range(1, 200):
        if not die_in_every(lives, [(at, place)]):
            break
        if at % 5 == 0:
            lives.check()
    lives.check()
    assert at > 20


def expect_nothing_lost_under_load(lives: Lives, seed: int, deaths: int, orders: int) -> None:
    """Orders from several threads, and an end somewhere among their transactions, again and again."""
    draw = random.Random(seed)
    for _ in range(deaths):
        lives.arm(draw.randint(1, orders * 12), draw.choice(PLACES))
        lives.place_many(orders)
        if not lives.died(3):
            lives.die()
        lives.start()
    lives.check()
    assert len(lives.answered) > orders


def test_killed_at_random_under_load_nothing_is_lost(lives: Lives) -> None:
    """Three times among twenty orders."""
    expect_nothing_lost_under_load(lives, seed=1, deaths=3, orders=20)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(2, 12))
def test_killed_again_and_again_under_load_nothing_is_lost(lives: Lives, seed: int) -> None:
    """Many more ends, each time others."""
    expect_nothing_lost_under_load(lives, seed, deaths=8, orders=25)


@pytest.mark.prove
@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(20, 23))
def test_killed_under_load_on_postgres_nothing_is_lost(tmp_path: Path, seed: int) -> None:
    """There nobody knows that the last player is dead, and its leases run out first."""
    with open_postgres() as server, open_schema(server) as database, open_sink() as sink:
        settings = {
            "SANDBOX_DATABASE_URL": database,
            "SANDBOX_LEASE": "3000",
            "SANDBOX_PUSH_TIMEOUT": "1000",
            "SANDBOX_SUPPLIER_TIMEOUT": "1000",
        }
        lives = Lives(tmp_path, sink, settings)
        try:
            lives.begin()
            expect_nothing_lost_under_load(lives, seed, deaths=4, orders=15)
        finally:
            lives.end()
