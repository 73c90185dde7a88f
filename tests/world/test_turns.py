"""Who computes: owners in turn, calls before jobs, and nobody while it waits for somebody else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from sandbox.world.clock import SystemClock
from sandbox.world.turns import CALLS, LONG, Turns, _Turn, away, let_others, pause

WAIT = 20


class Stage:
    """Threads that want a turn, and the order in which they had one."""

    def __init__(self, at_once: int = 1) -> None:
        self.turns = Turns(at_once)
        self.had: list[str] = []
        self.threads: list[threading.Thread] = []

    def want(self, *owners: str, job: bool = False, work: Callable[[], object] = lambda: None) -> None:
        """A thread for each, which now waits for its turn."""
        for owner in owners:

            def run(owner: str = owner) -> None:
                with self.turns.turn(owner, job=job):
                    self.had.append(f"{owner}'s job" if job else owner)
                    work()

            self.threads.append(threading.Thread(target=run))
            before = self.turns.waiting, len(self.had)
            self.threads[-1].start()
            while (self.turns.waiting, len(self.had)) == before:
                pass

    def end(self) -> list[str]:
        """In which order they had it."""
        for each in self.threads:
            each.join(WAIT)
            assert not each.is_alive()
        return self.had


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, no turn takes long."""
    monkeypatch.setattr("sandbox.world.turns.LONG", WAIT)


@contextmanager
def busy(turns: Turns) -> Iterator[None]:
    """Somebody has the turn while the block lasts."""
    with turns.turn("BUSY"):
        yield


def is_free(turns: Turns) -> bool:
    """Whether another thread would get a turn at once."""
    had = threading.Event()

    def try_it() -> None:
        with turns.turn("ANOTHER"):
            had.set()

    thread = threading.Thread(target=try_it, daemon=True)
    thread.start()
    while thread.is_alive() and not turns.waiting:
        pass
    return had.is_set()


@pytest.mark.usefixtures("unhurried")
def test_owners_are_served_in_turn() -> None:
    """Whoever wants much waits for itself."""
    stage = Stage()
    with busy(stage.turns):
        stage.want("GREEDY", "GREEDY", "GREEDY", "MODEST", "LATE")
    assert stage.end() == ["GREEDY", "MODEST", "LATE", "GREEDY", "GREEDY"]


@pytest.mark.usefixtures("unhurried")
def test_an_owners_calls_go_before_its_jobs_but_not_for_ever() -> None:
    """Nor do they go before the jobs of others."""
    stage = Stage()
    with busy(stage.turns):
        stage.want("A", job=True)
        stage.want("B", job=True)
        stage.want(*["A"] * (CALLS + 2))
    assert stage.end() == ["A", "B's job", *["A"] * (CALLS - 1), "A's job", "A", "A"]


@pytest.mark.usefixtures("unhurried")
def test_who_waits_for_somebody_lets_the_others_compute() -> None:
    """And has to wait for its next turn like anybody else."""
    stage, let_go = Stage(), threading.Event()

    def work() -> None:
        with away():
            stage.want("MODEST", work=let_go.set)
            assert let_go.wait(WAIT)
        stage.had.append("again")

    stage.want("WAITING", work=work)
    assert stage.end() == ["WAITING", "MODEST", "again"]


@pytest.mark.usefixtures("unhurried")
def test_who_comes_back_is_the_first_of_its_owners() -> None:
    """Even a job: it may have a connection on which an answer waits to be read."""
    stage, answered = Stage(), threading.Event()

    def work() -> None:
        with away():
            assert answered.wait(WAIT)
        stage.had.append("again")

    stage.want("A", job=True, work=work)
    with busy(stage.turns):
        stage.want("B", "A", "A")
        answered.set()
        while stage.turns.waiting < 4:
            pass
    assert stage.end() == ["A's job", "B", "again", "A", "A"]


@pytest.mark.usefixtures("unhurried")
def test_who_lets_others_go_first_lets_its_owners_other_calls() -> None:
    """A drain takes half a minute, and its tenant may look at its inbox meanwhile."""
    stage = Stage()
    with stage.turns.turn("A"):
        stage.want("A", "B")
        let_others()
        stage.had.append("again")
    assert stage.end() == ["A", "B", "again"]


@pytest.mark.usefixtures("unhurried")
def test_who_is_interrupted_while_it_waits_keeps_nobody_waiting() -> None:
    """By a Ctrl-C in a test that has the sandbox in its own process, say."""
    turns = Turns(1)
    turns.take(other := _Turn(turns, "OTHER", is_job=False))
    mine = _Turn(turns, "A", is_job=False)
    mine.gate = Interrupting()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        turns.take(mine)
    assert turns.waiting == 0
    turns.give(other)
    assert is_free(turns)


class Interrupting:
    """A gate at which a Ctrl-C comes."""

    def acquire(self, timeout: float = -1) -> bool:
        """The second time somebody has to wait."""
        if timeout >= 0:
            raise KeyboardInterrupt
        return True


def test_what_takes_long_goes_on_beside_the_others() -> None:
    """So that nothing that was not thought of keeps everybody waiting."""
    stage, let_go = Stage(), threading.Event()
    stage.want("LONG", work=lambda: let_go.wait(WAIT))
    stage.want("LONG TOO", work=lambda: let_go.wait(WAIT))
    stage.want("MODEST", work=let_go.set)
    assert stage.end() == ["LONG", "LONG TOO", "MODEST"]
    with busy(stage.turns):
        stage.want("A", "B")
        assert stage.turns.waiting == 2  # those that took long have given back nothing that they had no more


@pytest.mark.usefixtures("unhurried")
def test_a_turn_is_given_back_whatever_happens() -> None:
    """A call that fails, and one that is interrupted while it waits for somebody."""
    turns = Turns(1)
    with suppress(ZeroDivisionError), turns.turn("A"):
        raise ZeroDivisionError
    with suppress(ZeroDivisionError), turns.turn("A"), away():
        raise ZeroDivisionError
    assert is_free(turns)


@pytest.mark.usefixtures("unhurried")
def test_a_call_inside_a_call_is_part_of_its_turn() -> None:
    """A tenant in this process calls from inside its endpoint, say."""
    stage = Stage()
    with stage.turns.turn("A"):
        with stage.turns.turn("B"):
            pass
        stage.want("C")
        stage.had.append("A goes on")
        pause(SystemClock(), 1)
        stage.had.append("A again")
    assert stage.end() == ["A goes on", "C", "A again"]


def test_several_may_compute_at_once() -> None:
    """Where transactions wait for another process, or for the disk."""
    stage, both = Stage(2), threading.Barrier(2)
    stage.want("A", work=lambda: both.wait(WAIT))
    stage.want("A", work=lambda: both.wait(WAIT))
    assert stage.end() == ["A", "A"]
    assert LONG < WAIT
