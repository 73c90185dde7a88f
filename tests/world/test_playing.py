"""Playing one job: what happens when it goes wrong, and that nothing is settled by whoever lost it."""

import pytest

from sandbox.store import claiming, lanes
from sandbox.store.lanes import Job
from sandbox.store.store import Store, Tx, Unavailable
from sandbox.world.clock import ManualClock
from sandbox.world.player import AFTER_FAILURE, Handlers, Settle, play
from tests.store.databases import START
from tests.store.playing import LEASE, claim, next_wake, put, raise_epoch


class Notes:
    """Handlers that note what was played; `failure` is raised once by whatever it says."""

    def __init__(self) -> None:
        self.settled: list[str] = []
        self.in_handler: Exception | None = None
        self.in_settle: Exception | None = None
        self.again: int | None = None

    @property
    def handlers(self) -> Handlers:
        """For jobs of any of these kinds."""
        return {"a": self.handle, "b": self.handle}

    def handle(self, job: Job) -> Settle:
        """Note the job when it is settled."""
        if self.in_handler is not None:
            raise self.in_handler

        def settle(tx: Tx) -> int | None:
            if self.in_settle is not None:
                raise self.in_settle
            self.settled.append(f"{job.kind} at {tx.now - START}")
            return self.again

        return settle


@pytest.fixture
def notes() -> Notes:
    """Nothing goes wrong unless the test says so."""
    return Notes()


def test_a_job_is_settled_at_its_own_time(store: Store, clock: ManualClock, notes: Notes) -> None:
    """However late in real time it is played."""
    put(store, "lane", "a", "b", due=START - 7)
    clock.at += 5_000
    assert play(store, notes.handlers, claim(store)[0])[0]
    assert notes.settled == ["a at -7"]
    assert [job.kind for job in claim(store)] == ["b"]


def test_a_job_may_ask_to_be_tried_again(store: Store, notes: Notes) -> None:
    """At the time that it says, with what waits behind it."""
    put(store, "lane", "a", "b", due=START)
    notes.again = START + 1
    assert play(store, notes.handlers, claim(store)[0])[0]
    assert claim(store) == []


@pytest.mark.parametrize("place", ["in_handler", "in_settle"])
@pytest.mark.parametrize("failure", [ZeroDivisionError(), Unavailable("the disk is full")])
def test_a_handler_that_breaks_leaves_the_job_and_its_lane_rests(
    store: Store, clock: ManualClock, notes: Notes, place: str, failure: Exception
) -> None:
    """It is played again after a while, as if it had not been tried."""
    put(store, "lane", "a", "b")
    setattr(notes, place, failure)
    assert not play(store, notes.handlers, claim(store)[0])[0]
    assert claim(store) == []
    clock.at += AFTER_FAILURE
    setattr(notes, place, None)
    again = claim(store)[0]
    assert (again.kind, again.attempts, again.due_at) == ("a", 0, START)
    assert play(store, notes.handlers, again)[0]
    assert notes.settled == ["a at 0"]


def test_a_job_whose_lease_was_lost_is_dropped(store: Store, clock: ManualClock, notes: Notes) -> None:
    """The one who has it now settles it; nothing is tried again on the loser's behalf."""
    put(store, "lane", "a")
    slow = claim(store)[0]
    clock.at += LEASE
    quick = claim(store)[0]
    assert play(store, notes.handlers, slow)[0]
    assert store.read("earth", lambda tx: claiming.anything_leased(tx, clock.at))
    assert play(store, notes.handlers, quick)[0]
    assert next_wake(store) is None


def test_a_job_of_before_a_reset_is_dropped(store: Store, notes: Notes) -> None:
    """It finds nothing of its epoch, and leaves nothing in the next."""
    put(store, "lane", "a")
    job = claim(store)[0]
    raise_epoch(store, "earth")
    assert play(store, notes.handlers, job)[0]
    assert notes.settled == []
    assert claim(store) == []


def test_a_job_that_breaks_when_its_lane_is_lost_harms_nobody(store: Store, clock: ManualClock, notes: Notes) -> None:
    """The loser may not even let the lane rest."""
    put(store, "lane", "a")
    slow = claim(store)[0]
    clock.at += LEASE
    quick = claim(store)[0]
    notes.in_handler = ZeroDivisionError()
    assert not play(store, notes.handlers, slow)[0]
    store.write("earth", lambda tx: lanes.finish(tx, quick))
    assert claim(store) == []
