"""What the rooms above the wire are given: one frozen value, put together in `app`."""

from concurrent.futures import Executor
from dataclasses import dataclass

from sandbox.settings import Settings
from sandbox.spec.library import Library
from sandbox.store.store import Store
from sandbox.wire.auth import Tokens
from sandbox.wire.courier import Courier
from sandbox.world.clock import Clock
from sandbox.world.keys import Keys


@dataclass(frozen=True)
class Parts:
    """The parts of one running sandbox. `fan_out` asks several suppliers at once."""

    settings: Settings
    clock: Clock
    store: Store
    keys: Keys
    tokens: Tokens
    library: Library
    courier: Courier
    fan_out: Executor
