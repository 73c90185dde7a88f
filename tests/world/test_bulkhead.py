"""What is slow gives its thread back, and is played alone until it is quick again. All times are made up."""

from collections.abc import Iterable

from sandbox.store.lanes import Job
from sandbox.world.bulkhead import SLOW, Bulkhead

THREADS, SPARE = 4, 3


def job(lane: int, owner: str = "TENANT1", kind: str = "push") -> Job:
    """A claimed job of this lane."""
    return Job(lane, "earth", 1, lane, 1, owner, kind, 0, 0, {})


def begin(bulkhead: Bulkhead, jobs: Iterable[Job], now: int = 0) -> list[Job]:
    """They get a thread each."""
    begun = list(jobs)
    for each in begun:
        bulkhead.take(each)
        bulkhead.begin(each, now)
    return begun


def test_an_owner_gets_half_of_the_threads() -> None:
    bulkhead = Bulkhead(THREADS, SPARE)
    first, second = begin(bulkhead, [job(1), job(2, kind="send")])
    assert (bulkhead.free(0), bulkhead.shares().room("TENANT1 ask"), bulkhead.shares().room("TENANT2 ask")) == (2, 0, 2)
    assert bulkhead.end(first, 1)
    assert (bulkhead.free(1), bulkhead.shares().room("TENANT1 ask")) == (3, 1)
    assert not bulkhead.end(second, 2)


def test_what_has_become_slow_takes_no_thread_from_the_others() -> None:
    """Its line is barred as long as something of it goes on, and then played one at a time; the owner's rest is not."""
    bulkhead = Bulkhead(THREADS, SPARE)
    first, second = begin(bulkhead, [job(1), job(2)])
    assert bulkhead.free(SLOW - 1) == 2
    assert bulkhead.free(SLOW) == THREADS
    assert bulkhead.shares().barred == {"TENANT1 push"}
    assert (bulkhead.shares().room("TENANT1 push"), bulkhead.shares().room("TENANT1 send")) == (0, 2)
    assert bulkhead.end(first, 5 * SLOW)
    assert bulkhead.shares().barred == {"TENANT1 push"}
    assert bulkhead.end(second, 5 * SLOW)
    assert not bulkhead.shares().barred
    assert bulkhead.shares().alone == {"TENANT1 push"}
    assert (bulkhead.shares().room("TENANT1 push"), bulkhead.shares().room("TENANT1 send")) == (1, 2)


def test_a_line_that_is_quick_again_is_as_any_other() -> None:
    bulkhead = Bulkhead(THREADS, SPARE)
    (slow,) = begin(bulkhead, [job(1)])
    bulkhead.end(slow, SLOW)
    assert bulkhead.shares().alone == {"TENANT1 push"}
    (quick,) = begin(bulkhead, [job(1)], now=2 * SLOW)
    assert bulkhead.end(quick, 3 * SLOW - 1)
    assert bulkhead.shares().alone == frozenset()


def test_when_the_spare_threads_are_used_up_nothing_more_of_what_is_slow_is_played() -> None:
    """Those found to be slow wait; everybody else goes on."""
    bulkhead = Bulkhead(THREADS, SPARE)
    for number in range(SPARE):
        begin(bulkhead, [job(number, f"TENANT{number}")], now=number * SLOW)
        assert bulkhead.free((number + 1) * SLOW) == THREADS
    (known,) = begin(bulkhead, [job(9, "TENANT9")], now=4 * SLOW)
    assert bulkhead.free(5 * SLOW) == THREADS - 1
    bulkhead.end(known, 6 * SLOW)
    assert bulkhead.free(6 * SLOW) == THREADS
    shares = bulkhead.shares()
    assert "TENANT9 push" in shares.barred
    assert "TENANT4 push" not in shares.barred | shares.alone


def test_what_has_had_its_share_is_put_off() -> None:
    """Nothing of its line is claimed before its time; the owner's other work is."""
    bulkhead = Bulkhead(THREADS, SPARE)
    (early,) = begin(bulkhead, [job(1)])
    assert not bulkhead.put_off(early, until=100)
    bulkhead.end(early, 1)
    assert bulkhead.free(99) == THREADS
    assert (bulkhead.shares().room("TENANT1 push"), bulkhead.shares().room("TENANT1 send")) == (0, 2)
    assert bulkhead.free(100) == THREADS
    assert bulkhead.shares().room("TENANT1 push") == 2


def test_who_was_at_a_limit_is_told_of_when_a_thread_goes_on_with_anothers_work() -> None:
    bulkhead = Bulkhead(THREADS, SPARE)
    first, _ = begin(bulkhead, [job(1), job(2)])
    assert bulkhead.end(first, 1, job(3, owner="TENANT2"))


def test_a_thread_goes_on_with_what_follows() -> None:
    """Nobody is told that there is room, for there is none."""
    bulkhead = Bulkhead(THREADS, SPARE)
    first, second = begin(bulkhead, [job(1), job(2)])
    following = job(3)
    assert bulkhead.shares(beside=first).room("TENANT1 push") == 1
    assert not bulkhead.end(first, 1, following)
    assert (bulkhead.free(1), bulkhead.shares().room("TENANT1 push")) == (2, 0)
    assert bulkhead.end(following, 1)
    assert bulkhead.end(second, 1) is False
    assert bulkhead.free(1) == THREADS


def test_there_are_never_less_threads_than_none() -> None:
    """What has become slow goes on with something quick: its own thread was given to somebody else meanwhile."""
    bulkhead = Bulkhead(THREADS, SPARE)
    (slow,) = begin(bulkhead, [job(1)])
    assert bulkhead.free(SLOW) == THREADS
    begin(bulkhead, [job(10 + number, f"TENANT{number}") for number in range(THREADS)], now=SLOW)
    bulkhead.end(slow, SLOW, job(2))
    assert bulkhead.free(SLOW) == 0


def test_what_waits_for_its_turn_is_not_slow() -> None:
    bulkhead = Bulkhead(THREADS, SPARE)
    waiting = job(1)
    bulkhead.take(waiting)
    assert bulkhead.free(9 * SLOW) == THREADS - 1
    bulkhead.begin(waiting, 9 * SLOW)
    assert bulkhead.free(10 * SLOW - 1) == THREADS - 1
    bulkhead.end(waiting, 10 * SLOW - 1)
    assert bulkhead.shares().alone == frozenset()
