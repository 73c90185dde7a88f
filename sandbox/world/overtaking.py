"""Playing what is due in a lane before whoever queued it goes on: so that something overtakes an answer, on purpose."""

from collections.abc import Sequence

from sandbox.store import claiming
from sandbox.store.claiming import Claimed
from sandbox.store.store import Store, Tx
from sandbox.world.clock import Clock
from sandbox.world.player import Handlers, play
from sandbox.world.turns import pause

LONGEST = 5_000  # real milliseconds that an answer is held back
_POLL = 10


def play_first(
    store: Store,
    clock: Clock,
    handlers: Handlers,
    world: str,
    epoch: int | None,
    lanes: Sequence[str],
    *,
    lease: int,
    at: int | None = None,
) -> None:
    """Play the head of each of these lanes, in their order, or wait for whoever plays it already.

    `at` is the moment in world time that the caller acts for.
    """
    until = clock.now() + LONGEST
    for lane in lanes:

        def take(tx: Tx, lane: str = lane) -> Claimed:
            return claiming.claim_lane(tx, lane, tx.real + lease)

        while (claimed := store.write(world, take, at=at, epoch=epoch)).busy and clock.now() < until:
            pause(clock, _POLL)
        if claimed.job is not None:
            play(store, handlers, claimed.job)
