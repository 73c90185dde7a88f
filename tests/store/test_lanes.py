"""Lanes: what waits is played head first, once, by whoever holds the lease."""

import pytest

from sandbox.domain.worldtime import with_rate
from sandbox.store import lanes, worlds
from sandbox.store.lanes import LaneLost
from sandbox.store.shares import Shares
from sandbox.store.store import StaleEpoch, Store
from sandbox.world.clock import ManualClock
from tests.store.databases import START
from tests.store.playing import LEASE, claim, claim_next, finish, kinds, next_wake, play_all, put, put_one, raise_epoch

NO_SHARES = Shares()


def test_the_lowest_rank_goes_first_whether_or_not_it_is_due(store: Store, clock: ManualClock) -> None:
    """Nothing overtakes the head of its lane, not even what has been due for long."""
    put_one(store, "lane", "second", due=START, rank=2)
    put_one(store, "lane", "first", due=START + 5_000, rank=1)
    assert claim(store) == []
    clock.at += 5_000
    assert play_all(store) == ["first", "second"]


def test_equal_ranks_go_as_they_came(store: Store) -> None:
    """The same rank twice keeps the order in which the jobs were put."""
    for kind in ("a", "b", "c"):
        put_one(store, "lane", kind)
    assert play_all(store) == ["a", "b", "c"]


def test_what_is_due_first_is_claimed_first(store: Store) -> None:
    """Of several lanes the one that has been due for longest comes first."""
    put_one(store, "young", "young", due=START - 1)
    put_one(store, "old", "old", due=START - 2)
    assert kinds(claim(store)) == ["old", "young"]


def test_a_claimed_lane_is_nobody_elses(store: Store) -> None:
    """While its lease runs, a lane is not claimed again."""
    put(store, "lane", "a", "b")
    assert kinds(claim(store)) == ["a"]
    assert claim(store) == []


def test_a_lease_that_ran_out_is_taken_over_and_its_first_holder_settles_nothing(
    store: Store, clock: ManualClock
) -> None:
    """Whoever lost the lane finds the fence raised, and its whole transaction is undone."""
    put(store, "lane", "a", "b")
    slow = claim(store)[0]
    clock.at += LEASE
    quick = claim(store)[0]
    assert (quick.kind, quick.id) == ("a", slow.id)
    with pytest.raises(LaneLost):
        finish(store, slow)
    finish(store, quick)
    assert kinds(claim(store)) == ["b"]


def test_nothing_is_settled_twice(store: Store) -> None:
    """A commit whose answer was lost, tried again, finds the lane given back."""
    put(store, "lane", "a", "b")
    job = claim(store)[0]
    finish(store, job)
    with pytest.raises(LaneLost):
        finish(store, job)
    assert play_all(store) == ["b"]


def test_what_waited_for_its_turn_is_due_when_it_comes(store: Store, clock: ManualClock) -> None:
    """A job behind a late one is played at the time at which it could be, not before the one ahead of it."""
    put(store, "lane", "a", "b")
    late = claim(store)[0]
    clock.at += 1_000
    store.write("earth", lambda tx: lanes.postpone(tx, late, START + 90_000))
    clock.at = START + 90_000
    finish(store, claim(store)[0])
    assert [(job.kind, job.due_at) for job in claim(store)] == [("b", START + 90_000)]


def test_a_postponed_job_counts_its_attempts(store: Store, clock: ManualClock) -> None:
    """It is due again when it was told to be, one attempt older, with the rest of its lane behind it."""
    put(store, "lane", "a", "b")
    first = claim(store)[0]
    store.write("earth", lambda tx: lanes.postpone(tx, first, START + 5_000))
    assert claim(store) == []
    clock.at += 5_000
    assert [(job.kind, job.attempts, job.due_at) for job in claim(store)] == [("a", 1, START + 5_000)]


def test_a_resting_lane_is_left_alone_and_counts_no_attempt(store: Store, clock: ManualClock) -> None:
    """A job that could not even be tried comes again later in real time; what is queued meanwhile does not hurry it."""
    put(store, "lane", "a")
    job = claim(store)[0]
    store.write("earth", lambda tx: lanes.rest(tx, job, START + 5_000))
    put_one(store, "lane", "b", rank=9)
    assert claim(store) == []
    clock.at += 5_000
    assert [(job.kind, job.attempts, job.due_at) for job in claim(store)] == [("a", 0, START)]


def test_a_job_that_is_taken_out_is_gone(store: Store) -> None:
    """The others stay."""
    put(store, "lane", "a", "b", "c")
    store.write("earth", lambda tx: lanes.take_out(tx, "lane", [lanes.waiting(tx, "lane")[1].id]))
    put_one(store, "lane", "instead", rank=1)
    assert play_all(store) == ["a", "instead", "c"]


def test_a_reset_drops_what_waited_and_what_was_on_its_way(store: Store) -> None:
    """In the next epoch nothing of the last one is claimed, and what was claimed in it settles nothing."""
    put(store, "waiting", "a")
    put(store, "claimed", "b")
    claimed = next(job for job in claim(store) if job.kind == "b")
    raise_epoch(store, "earth")
    with pytest.raises(StaleEpoch):
        finish(store, claimed)
    put(store, "waiting", "new")
    assert play_all(store) == ["new"]


def test_worlds_do_not_see_each_others_lanes(store: Store) -> None:
    """A lane of the same name in another world is another lane."""
    put(store, "lane", "a", world="earth")
    put(store, "lane", "b", world="moon")
    raise_epoch(store, "moon")
    assert play_all(store) == ["a"]


def test_a_run_keeps_the_loop_out_of_its_world(store: Store, clock: ManualClock) -> None:
    """While a run owns the world nothing of it is claimed; when the run's own lease ends, it is."""
    put(store, "lane", "a", world="earth")
    put(store, "lane", "b", world="moon")
    assert store.transact(lambda tx: worlds.begin_run(tx, "earth", "token", START, START + LEASE))
    assert not store.transact(lambda tx: worlds.begin_run(tx, "earth", "other", START, START + LEASE))
    assert play_all(store) == ["b"]
    clock.at += LEASE
    assert play_all(store) == ["a"]


def wake(store: Store, shares: Shares = NO_SHARES) -> int | None:
    """When the player is to look next, as of START."""
    return next_wake(store, shares)


def test_one_owner_gets_no_more_than_its_share(store: Store) -> None:
    """What one owner has in play counts, and others are served although its lanes were due first."""
    for number in range(4):
        put(store, f"hanging {number}", f"hanging {number}", owner="TENANT3", due=START - 10)
    put(store, "other", "other", owner="TENANT4")
    first = claim(store, most=4, shares=Shares({}, 2))
    assert kinds(first) == ["hanging 0", "hanging 1", "other"]
    shares = Shares({"TENANT3": 2, "TENANT4": 1}, 2)
    assert wake(store, shares) is None
    put(store, "another", "another", owner="TENANT4")
    assert wake(store, shares) == START
    assert kinds(claim(store, most=4, shares=shares)) == ["another"]
    assert wake(store, shares) is None
    assert wake(store) == START - 10


def test_all_that_one_owner_may_have_counts_whatever_it_is(store: Store) -> None:
    """What was due first goes first, of each kind."""
    for number, kind in enumerate(("push", "send", "push", "send")):
        put(store, f"{kind} {number}", f"{kind} {number}", owner="TENANT3", due=START - 10 + number)
    assert kinds(claim(store, most=4, shares=Shares({}, 3))) == ["push 0", "send 1", "push 2"]


def test_worlds_are_gone_through_in_the_order_in_which_something_came_due(store: Store) -> None:
    put(store, "lane", "late", world="earth", due=START - 10)
    put(store, "lane", "later", world="moon", due=START - 20)
    assert kinds(claim(store, most=1)) == ["later"]
    assert kinds(claim(store)) == ["late"]


def test_of_what_is_slow_one_thing_is_played_at_once(store: Store) -> None:
    """Of a barred line nothing; the owner's other lines, and others' lines of the same kind, are not concerned."""
    for number in range(3):
        put(store, f"push TENANT3 {number}", f"push {number}", owner="TENANT3", due=START - 10)
    put(store, "push TENANT4 1", "push", owner="TENANT4")
    put(store, "ask TENANT3 1", "ask", owner="TENANT3")
    slow = frozenset(["TENANT3 push", "TENANT4 ask"])
    assert kinds(claim(store, shares=Shares(alone=slow))) == ["push 0", "push", "ask"]
    assert claim(store, shares=Shares(barred=slow)) == []
    assert kinds(claim(store)) == ["push 1", "push 2"]


def test_the_next_wake_is_in_real_time(store: Store) -> None:
    """At an hour a second, what is due in an hour wakes the player in a second; a frozen world never does."""
    put_one(store, "lane", "a", due=START + 3_600_001)
    assert wake(store) == START + 3_600_001
    store.write("earth", lambda tx: worlds.set_clock(tx.connection, with_rate(tx.world, START, 3600)))
    assert wake(store) == START + 1_001  # never too early
    store.write("earth", lambda tx: worlds.set_clock(tx.connection, with_rate(tx.world, START, 0)))
    assert wake(store) is None


def test_what_is_due_in_a_frozen_world_is_played_now(store: Store) -> None:
    """What came due before it was frozen, or is due at the moment at which it stands."""
    put_one(store, "lane", "a", due=START)
    store.write("earth", lambda tx: worlds.set_clock(tx.connection, with_rate(tx.world, START, 0)))
    assert wake(store) == START
    assert kinds(claim(store)) == ["a"]
    assert wake(store) is None


def test_the_only_player_may_end_all_leases(store: Store) -> None:
    """After a restart of the one process nobody waits for the leases of the dead."""
    put(store, "lane", "a")
    claim(store)
    store.transact(lanes.release_all)
    assert kinds(claim(store)) == ["a"]


def test_a_run_claims_in_order_of_time(store: Store) -> None:
    """The next thing by its limit, passing over lanes that are set aside."""
    put_one(store, "later", "later", due=START + 10)
    put_one(store, "sooner", "sooner", due=START + 5)
    assert claim_next(store, START + 4) is None
    sooner = claim_next(store, START + 5)
    assert sooner is not None
    assert sooner.kind == "sooner"
    store.write("earth", lambda tx: lanes.rest(tx, sooner, START + 5_000))
    later = claim_next(store, None, beside=[sooner.lane_id])
    assert later is not None
    assert later.kind == "later"


def test_a_drain_passes_over_what_keeps_failing(store: Store) -> None:
    """Only what was tried and failed: what merely rests is played."""
    put(store, "failing", "failing")
    put(store, "resting", "resting")
    failing, resting = claim(store)
    store.write("earth", lambda tx: lanes.postpone(tx, failing, START + 5_000))
    store.write("earth", lambda tx: lanes.rest(tx, resting, START + 5_000))
    found = claim_next(store, None, retries=False)
    assert found is not None
    assert found.kind == "resting"
    assert claim_next(store, None, retries=False, beside=[found.lane_id]) is None
