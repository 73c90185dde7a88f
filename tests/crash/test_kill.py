"""The process is killed, at every edge of what it does and at random under load: nothing is lost, or out of order."""

import random

import pytest

from tests.crash.acts import (
    Act,
    cancellation,
    die_in,
    disorder_of_the_suppliers,
    disorder_of_the_tenants,
    jump,
    reset,
    snapshot,
    story,
)
from tests.crash.lives import Lives

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
REPAIRED = "the last process was killed: lanes played again: "
EDGES = 100_000  # more than any act has

# For each act, edges at which something has been done that is not settled, and how many there are at the least.
ACTS = [
    (story, (2, 38), 60),
    (reset, (2,), 3),
    (snapshot, (5,), 8),
    (jump, (17,), 25),
    (cancellation, (8,), 15),
    (disorder_of_the_tenants, (12,), 20),
    (disorder_of_the_suppliers, (), 20),
]


def test_killed_at_some_edges_nothing_is_lost(lives: Lives) -> None:
    """Of each act a few; all of them by `make prove`."""
    points = [(act, at) for act, edges, _ in ACTS for at in edges]
    assert [die_in(lives, act, at) for act, at in points] == [True for _ in points]
    lives.check()
    assert REPAIRED in (lives.folder / "served.log").read_text()


@pytest.mark.prove
@pytest.mark.parametrize("lives", BOTH, indirect=True)
@pytest.mark.parametrize(("act", "least"), [(act, least) for act, _, least in ACTS])
def test_killed_at_every_edge_nothing_is_lost(lives: Lives, act: Act, least: int) -> None:
    """Every edge of every transaction and every call, and a few more at which nothing happens any more."""
    for at in range(1, EDGES):
        if not die_in(lives, act, at):
            break
        if at % 10 == 0:
            lives.check()
    lives.check()
    assert at > least


def expect_nothing_lost_under_load(lives: Lives, seed: int, deaths: int, orders: int) -> None:
    """Orders from several threads, and an end somewhere among what they cause, again and again."""
    draw = random.Random(seed)
    for _ in range(deaths):
        lives.arm(draw.randint(1, orders * 50))
        lives.place_many(orders)
        if not lives.died(2):
            lives.die()
        lives.start()
    lives.check()
    assert len(lives.answered) > orders


def test_killed_at_random_under_load_nothing_is_lost(lives: Lives) -> None:
    """Twice among twenty orders."""
    expect_nothing_lost_under_load(lives, seed=1, deaths=2, orders=20)


@pytest.mark.prove
@pytest.mark.parametrize("lives", BOTH, indirect=True)
@pytest.mark.parametrize("seed", range(2, 8))
def test_killed_again_and_again_under_load_nothing_is_lost(lives: Lives, seed: int) -> None:
    """Many more ends, each time others."""
    expect_nothing_lost_under_load(lives, seed, deaths=8, orders=25)
