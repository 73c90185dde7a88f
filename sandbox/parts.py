"""What the rooms above the wire are given: one frozen value, put together in `app`."""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sandbox.settings import Settings
from sandbox.spec.library import Library
from sandbox.store.store import Store, Tx
from sandbox.wire.admission import Buckets
from sandbox.wire.auth import Tokens
from sandbox.wire.calls import Call
from sandbox.wire.courier import Courier
from sandbox.wire.faultplane import FaultPlane
from sandbox.wire.recorder import Recorder
from sandbox.wire.waiting import Waiters
from sandbox.world.clock import Clock
from sandbox.world.keys import Keys
from sandbox.world.own_files import OwnFiles
from sandbox.world.schedule import Timetable
from sandbox.world.turns import Turns, away

T = TypeVar("T")


@dataclass(frozen=True)
class Parts:
    """The parts of one running sandbox. `fan_out` asks several suppliers `at_once`, `supplier_calls` bounds who waits
    for partners' own, `plane` knows what is to go wrong, `timetable` is that of worlds that have none of their own,
    `buckets` hold what tenants may do in a second, `turns` say who computes.
    """

    settings: Settings
    clock: Clock
    store: Store
    keys: Keys
    tokens: Tokens
    library: Library
    courier: Courier
    fan_out: Executor
    supplier_calls: Waiters
    plane: FaultPlane
    timetable: Timetable
    buckets: Buckets
    recorder: Recorder
    turns: Turns

    @cached_property
    def own(self) -> OwnFiles:
        """What tenants brought beside the library."""
        return OwnFiles(self.store, self.library)

    def at_once(self, call: Call, work: Callable[..., T], *items: Iterable[Any]) -> list[T]:
        """What `work` gives for each of the items, in their order: all of it is waited for at the same time."""

        def in_turn(*item: Any) -> T:
            with self.turns.turn(call.caller.code):
                return work(*item)

        with away():
            return list(self.fan_out.map(in_turn, *items))

    def write(self, call: Call, work: Callable[[Tx], T]) -> T:
        """Write in the caller's world, at the moment that the call acts for.

        Raises StaleEpoch when the world was reset since the call began: then nothing of it is kept.
        """
        at = call.stamp if call.at is None else call.at
        return self.store.write(call.caller.world, work, at=at, epoch=call.caller.epoch)
