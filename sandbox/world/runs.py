"""Moving a world's clock by hand: advance, step, drain. What is due on the way is played, each thing at its own time.

While a run owns the world its clock stands at the thing being played, the loop leaves the world alone, and calls that
arrive are stamped with that moment; what they cause joins the run.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.domain.errors import INVALID_REQUEST, Problem
from sandbox.domain.worldtime import World, check_jump, moved
from sandbox.store import claiming, lanes, partners, worlds
from sandbox.store.lanes import Job
from sandbox.store.store import StaleEpoch, Store, Tx, act_anew
from sandbox.world.clock import Clock
from sandbox.world.keys import new_token
from sandbox.world.player import Handlers, nothing_more, play
from sandbox.world.turns import away, let_others

SETTLING = 2_000  # milliseconds that a run waits for lanes that the loop had claimed before; then it sets them aside
_POLL = 5  # milliseconds between looks at them


@dataclass(frozen=True)
class Played:
    """What a run did: world time at its end, what was played, and whether something is left that another run may play:
    its own time was up, or the loop had not yet finished what it had begun before.
    """

    now: int
    fired: tuple[Job, ...]
    more: bool


@dataclass(frozen=True)
class _Run:
    world: str
    epoch: int
    token: str


@dataclass(frozen=True)
class _Next:
    """What a run plays next, None for nothing; whether more is left; and whether the run has lost its world."""

    job: Job | None
    more: bool
    lost: bool = False


@dataclass(frozen=True)
class Conductor:
    """Runs worlds. `run_limit` bounds a run in real milliseconds, `lease` is how long one job may take.

    Raises StaleEpoch when the world is reset meanwhile, or was since the caller saw it in `epoch`.
    """

    store: Store
    clock: Clock
    handlers: Handlers
    run_limit: int
    lease: int

    def advance(self, world: str, target: Callable[[int], int], *, epoch: int | None = None) -> Played:
        """Play what is due up to `target(now)`, then set the clock to it. Refuses a jump back or too far."""
        return self._run(world, epoch, target, retries=True)

    def step(self, world: str, *, epoch: int | None = None) -> Played:
        """Play the one thing that is due next."""
        return self._run(world, epoch, None, retries=True, most=1)

    def drain(self, world: str, *, epoch: int | None = None) -> Played:
        """Play until nothing waits but callbacks that keep failing."""
        return self._run(world, epoch, None, retries=False)

    def _run(
        self,
        name: str,
        epoch: int | None,
        target: Callable[[int], int] | None,
        *,
        retries: bool,
        most: int | None = None,
    ) -> Played:
        deadline = self.clock.now() + self.run_limit
        token = new_token()
        epoch, upto = self.store.write(name, lambda tx: self._begin(tx, token, target), epoch=epoch)
        run = _Run(name, epoch, token)
        fired: list[Job] = []
        broken: list[int] = []

        def claim(tx: Tx) -> _Next | None:
            in_time = self.clock.now() < deadline
            return self._next(tx, token, upto, broken, retries=retries) if in_time else None

        try:
            self._let_finish(name, min(deadline, self.clock.now() + SETTLING))
            following: _Next | None = None
            while most is None or len(fired) < most:
                following = following or self.store.write(name, claim, epoch=epoch)
                if following is None:
                    return self._end(run, fired, None, more=True)
                if following.lost:
                    raise _refused("this run took too long over one thing and lost the clock: look at it, then go on")
                job = following.job
                if job is None:
                    left = following.more or self._in_play(name)
                    return self._end(run, fired, None if left else upto, more=left)
                fired.append(job)
                let_others()
                following = self._play(job, broken, claim if len(fired) != most else None)
            return self._end(run, fired, None, more=False)
        except BaseException:
            self._end(run, fired, None, more=True)
            raise

    def _play(self, job: Job, broken: list[int], claim: Callable[[Tx], _Next | None] | None) -> _Next | None:
        """Play one thing, and claim the next in the transaction that settles it: what that found, None if it did not
        come to it.
        """
        held, following = play(self.store, self.handlers, job, claim or nothing_more, self._wait)
        if not held:
            broken.append(job.lane_id)
        return following

    def _wait(self, until: int) -> bool:
        """What is too much for a moment is waited for: a run leaves no first attempt out."""
        condition = threading.Condition()
        with away(), condition:
            self.clock.wait(condition, until)
        return True

    def _begin(self, tx: Tx, token: str, target: Callable[[int], int] | None) -> tuple[int, int | None]:
        """Take the world, then look at its clock: from here on nobody else moves it, unless a reset takes it away."""
        if not worlds.begin_run(tx.connection, tx.world.name, token, tx.real, tx.real + self.lease):
            raise _refused("another advance, step or drain of this world is under way: wait for its answer")
        world = _present(tx)
        now = replace(world, run_until=0).now(tx.real)
        upto = None if target is None else target(now)
        if upto is not None:
            check_jump(now, upto)
        worlds.set_clock(tx.connection, replace(world, virtual_base=now, real_base=tx.real))
        return world.epoch, upto

    def _let_finish(self, name: str, until: int) -> None:
        """Let the loop settle what it had claimed before. Not for ever: it may itself be waiting for whoever asked for
        this run, such as a tenant's endpoint that moves the clock before it answers.
        """
        while self._in_play(name) and self.clock.now() < until:
            act_anew()
            heard = self.store.bell.heard(lanes.playing(name))
            with away():
                self.store.bell.wait(
                    lanes.playing(name), heard, lambda condition: self.clock.wait(condition, self.clock.now() + _POLL)
                )

    def _in_play(self, name: str) -> bool:
        return self.store.read(name, lambda tx: claiming.anything_leased(tx, tx.real))

    def _next(self, tx: Tx, token: str, upto: int | None, broken: list[int], *, retries: bool) -> _Next:
        """Claim the next thing and set the clock to it.

        Nothing more is claimed once work with a partner's supplier is open, begun in a tenant's KCI handler, say: from
        then on time goes by as it really does.
        """
        if partners.open_work(tx):
            return _Next(None, more=True)
        due = claiming.due_next(tx, upto, retries=retries, beside=broken)
        if due is None:
            return _Next(None, more=False)
        lane_id, due_at = due
        until = tx.real + self.lease
        world = replace(moved(tx.world, tx.real, due_at), run_token=token, run_until=until)
        if not worlds.keep_run(tx.connection, token, world):
            _present(tx)
            return _Next(None, more=True, lost=True)
        return _Next(claiming.lease(tx, lane_id, until), more=True)

    def _end(self, run: _Run, fired: list[Job], upto: int | None, *, more: bool) -> Played:
        def end(tx: Tx) -> int:
            to = tx.now if upto is None else upto
            world = replace(moved(tx.world, tx.real, to), run_token="", run_until=0)
            tx.rings.add(lanes.playing(tx.world.name))
            return (world if worlds.keep_run(tx.connection, run.token, world) else tx.world).now(tx.real)

        now = self.store.write(run.world, end, epoch=run.epoch)
        return Played(now, tuple(fired), more)


def _present(tx: Tx) -> World:
    """The world as it is now, which on PostgreSQL may be later than when the transaction began."""
    world = worlds.find(tx.connection, tx.world.name)
    if world.epoch != tx.world.epoch:
        raise StaleEpoch(world.name)
    return world


def _refused(message: str) -> Problem:
    return Problem(INVALID_REQUEST, (message,), 409)
