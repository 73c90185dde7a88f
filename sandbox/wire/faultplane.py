"""Which fault strikes a call. Asked only where a world has rules at all, which whoever calls knows already.

Rules and their counts are rows, changed in one transaction for each call that a rule is about: so the same calls, one
after another, meet the same faults, whichever process serves them and however often it was started.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from prometheus_client import Counter

from sandbox.domain import wirefaults
from sandbox.domain.wirefaults import Occasion, Rule
from sandbox.store import faults
from sandbox.store.store import Store, Tx
from sandbox.wire.calls import Caller
from sandbox.wire.waiting import Waiters
from sandbox.world.clock import Clock
from sandbox.world.turns import pause

FAULTS = Counter(
    "sandbox_faults", "Faults that struck calls of this process, by leg and kind", ["leg", "kind"], registry=None
)

HEADER = "X-Sandbox-Fault"  # names the rule, on what it has struck


@dataclass(frozen=True)
class Fault:
    """What is to be done to one call, by which rule: fault-3."""

    rule: str
    when: str
    do: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Which deed."""
        return str(self.do["kind"])


class FaultPlane:
    """Decides, and does the waiting. `delays` bounds how many calls it may hold up."""

    def __init__(self, store: Store, clock: Clock, delays: Waiters) -> None:
        self._store = store
        self._clock = clock
        self._delays = delays

    def strike(self, caller: Caller, occasion: Occasion, at: int | None = None) -> Fault | None:
        """What is done to this call of the owner that `caller` names; the oldest rule that strikes does it alone."""
        owner = caller.code

        def look(tx: Tx) -> bool:
            return any(wirefaults.matches(rule, occasion) for _, rule in _live(tx, owner, lock=False))

        moment: dict[str, Any] = {"at": at, "epoch": caller.epoch}
        if not self._store.read(caller.world, look, **moment):
            return None
        struck = self._store.write(caller.world, lambda tx: _strike(tx, owner, occasion), acts=False, **moment)
        if struck is not None:
            FAULTS.labels(occasion.leg, struck.kind).inc()
        return struck

    def hold_up(self, owner: str, milliseconds: int, *, bounded: bool) -> None:
        """Wait so long in real time. Raises 429 where the wait is `bounded` and too many wait already."""
        with self._delays.waiting(owner) if bounded else nullcontext():
            pause(self._clock, milliseconds)


def identity(*parts: str | bytes | None) -> str:
    """The same for a request that is sent again."""
    made = sha256()
    for part in parts:
        made.update(b"\0" + (part if isinstance(part, bytes) else (part or "").encode()))
    return made.hexdigest()[:32]


def rule_name(number: int) -> str:
    """How the header calls a rule."""
    return f"fault-{number}"


def _live(tx: Tx, owner: str, *, lock: bool) -> list[tuple[faults.KeptRule, Rule]]:
    rules = ((kept, wirefaults.rule_from(kept.rule)) for kept in faults.of_owner(tx, owner, lock=lock))
    return [(kept, rule) for kept, rule in rules if not wirefaults.ended(rule, kept.done, tx.now)]


def _strike(tx: Tx, owner: str, occasion: Occasion) -> Fault | None:
    """Count the call with each rule that it is about, up to the one that strikes it."""
    for kept, rule in _live(tx, owner, lock=True):
        if not wirefaults.matches(rule, occasion):
            continue
        by_chance = rule.schedule == "percent"
        running = faults.failed(tx, owner, kept.number, occasion.identity) if by_chance else 0
        struck = wirefaults.strikes(rule, kept.matched + 1, running, tx.world.seed)
        faults.count(tx, owner, kept.number, struck=struck)
        if struck:
            if by_chance:
                faults.fails(tx, owner, kept.number, occasion.identity)
            return Fault(rule_name(kept.number), rule.when, rule.do)
        if running:
            faults.passes(tx, owner, kept.number, occasion.identity)
    return None
