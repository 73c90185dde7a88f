"""One process that reserves, orders, gives up and moves appointments by seed, and looks after its diaries meanwhile.

`python -m tests.store.walking DATABASE_URL SEED OPERATIONS` walks; what it ends with says how often what succeeded.
"""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import time
from functools import cache, lru_cache
from random import Random
from typing import Any

from sqlalchemy import Connection, text

from sandbox.domain import slots
from sandbox.domain.errors import Problem
from sandbox.domain.planning import PlannedBeat
from sandbox.domain.slots import Slot
from sandbox.domain.suppliers import Appointments, Supplier
from sandbox.domain.worldtime import World
from sandbox.parts import Parts
from sandbox.settings import Settings
from sandbox.spec.library import load_library
from sandbox.store import worlds
from sandbox.store.store import Store, Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers import booking, moving
from sandbox.wire.calls import Call, Caller
from sandbox.world.clock import ManualClock

WORLD = "diaries"
START = 1_800_000_000_000
CODES = ("ALDER", "BIRCH")
PREMISES = 2  # whose areas' diaries are wanted
DAY_CAPACITY = 4
LOOK_EVERY = 25  # operations

_HELD = text(
    """SELECT supplier, area, slot_start, left_start FROM bookings
       WHERE world = 'diaries' AND epoch = 1 AND supplier IN ('ALDER', 'BIRCH') AND slot_start > :now
       AND (expires_at IS NULL OR expires_at > :now)"""
)


def terms_of(supplier: Supplier) -> Appointments:
    assert supplier.appointments is not None
    return supplier.appointments


@cache
def walked_library() -> Any:
    """The shipped library, with one supplier whose engineers do not suffice for every slot of a day."""
    library = load_library()
    birch = library.suppliers["BIRCH"]
    fewer = replace(terms_of(birch), day_capacity=DAY_CAPACITY, cut_off=time(15))
    return replace(library, suppliers={**library.suppliers, "BIRCH": replace(birch, appointments=fewer)})


def open_parts(url: str) -> Parts:
    """Enough of a sandbox for suppliers' diaries, in a world whose clock stands."""
    clock = ManualClock(START)
    store = Store(url, clock.now)
    nothing: Any = None
    return Parts(Settings(), clock, store, nothing, nothing, walked_library(), *[nothing] * 8)


def make_world(parts: Parts) -> None:
    """The world, once."""
    world = World(WORLD, "seed", 1, START, START, 0, 30_000)
    parts.store.transact(lambda connection: worlds.add(connection, world))


def overfull(parts: Parts) -> list[Any]:
    """Slots and days with more bookings than they take, as of one moment."""

    def look(tx: Tx) -> list[Any]:
        held, days = Counter[Any](), Counter[Any]()
        for code, area, *starts in tx.connection.execute(_HELD, {"now": tx.now}):
            held.update((code, area, start) for start in {*starts} - {None} if start > tx.now)
        for (code, area, start), count in held.items():
            days[code, area, slots.local_date(start)] += count
        most = {code: terms_of(parts.library.suppliers[code]) for code in CODES}
        full = [each for each, count in held.items() if count > most[each[0]].capacity]
        return full + [each for each, count in days.items() if count > (most[each[0]].day_capacity or count)]

    return parts.store.read(WORLD, look)


@lru_cache(maxsize=64)
def _first_slots(code: str, area: str, hour: int) -> list[Slot]:
    return slots.diary(walked_library().suppliers[code], area, hour * 3_600_000, None, "seed")[:4]


@dataclass
class Walk:
    """One process's walk; `mine` are its reservations by (supplier, number), each with its area and slot."""

    parts: Parts
    tenant: str
    chance: Random
    number: int = 0
    mine: dict[tuple[str, int], tuple[str, Slot]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def step(self) -> None:
        """One operation. What is refused is refused, and tried again later."""
        (kind,) = self.chance.choices(list(_KINDS), [weight for weight, _ in _KINDS.values()])
        try:
            if _KINDS[kind][1](self):
                self.done[kind] += 1
        except Problem:
            self.done[f"{kind} refused"] += 1

    def reserve(self) -> bool:
        code = self.chance.choice(CODES)
        supplier = self.parts.library.suppliers[code]
        premises = [each for each in self.parts.library.premises.premises if code in each.suppliers][:PREMISES]
        there, now = self.chance.choice(premises), self.parts.store.read(WORLD, lambda tx: tx.now)
        slot = self.chance.choice(_first_slots(code, there.area, now // 3_600_000))
        self.number += 1
        identifier = there.address["identifier"]
        body = {
            "id": self.number,
            "address": {"id": identifier["id"], "type": identifier["type"]},
            "serviceSpecification": {"id": supplier.specifications[0].id},
            "timeslot": booking.timeslot(slot),
        }
        caller = Caller("gateway", "", WORLD)
        call = Call("handleReserveAppointment", caller, path={"code": code}, headers={"Tenant": self.tenant}, body=body)
        booking.reserve(self.parts, call)
        self.mine[code, self.number] = (there.area, slot)
        return True

    def order(self) -> bool:
        return self._with_one(lambda tx, code, number, area, _slot: booking.claim(
            tx, self.parts.library.suppliers[code], area, self.tenant, number
        ))  # fmt: skip

    def give_up(self) -> bool:
        def work(tx: Tx, code: str, number: int, _area: str, _slot: Slot) -> None:
            booking.give_up(tx, code, self.tenant, {"appointmentReservationId": number})

        return self._with_one(work, forget=True)

    def move(self) -> bool:
        moved = self.chance.random() < 0.8

        def hold(tx: Tx, code: str, number: int, _area: str, slot: Slot) -> None:
            supplier = self.parts.library.suppliers[code]
            later = slots.next_slot_like(supplier, slot.start_ms, slot.end_ms, 1)
            changes = {"appointmentTimeslot": booking.timeslot(later)}
            beat = PlannedBeat(tx.now, "REAPPOINTED", "IN_PROGRESS", None, None, changes)
            moving.held(tx, supplier, self._entity(code, number), beat)

        def settle(tx: Tx, code: str, number: int, _area: str, _slot: Slot) -> None:
            moving.settle(tx, self._entity(code, number), moved=moved)

        place = self._some()
        return self._with_one(hold, place) and self._with_one(settle, place)

    def let_time_pass(self) -> bool:
        minutes = self.chance.randint(1, 20)

        def pass_on(connection: Connection) -> None:
            world = worlds.find(connection, WORLD)
            worlds.set_clock(connection, replace(world, virtual_base=world.virtual_base + minutes * 60_000))

        self.parts.store.transact(pass_on)
        return True

    def _entity(self, code: str, number: int) -> SupplierEntity:
        body = {"appointmentReservationId": number}
        return SupplierEntity(code, self.tenant, "order", number, None, "", 0, "", {}, {}, body)

    def _some(self) -> tuple[str, int] | None:
        return self.chance.choice(list(self.mine)[-30:]) if self.mine else None

    def _with_one(
        self, work: Callable[..., object], place: tuple[str, int] | None = None, *, forget: bool = False
    ) -> bool:
        place = place or self._some()
        if place is None:
            return False
        self.parts.store.write(WORLD, lambda tx: work(tx, *place, *self.mine[place]))
        if forget:
            del self.mine[place]
        return True


_KINDS: dict[str, tuple[int, Callable[[Walk], bool]]] = {
    "reserve": (45, Walk.reserve),
    "order": (22, Walk.order),
    "give up": (10, Walk.give_up),
    "move": (15, Walk.move),
    "time": (8, Walk.let_time_pass),
}


def walk(parts: Parts, seed: str, operations: int) -> Counter[str]:
    """So many operations; how often each kind was done. Raises AssertionError for a diary that is over-full."""
    walker = Walk(parts, f"TENANT{seed}", Random(seed))
    for number in range(operations):
        walker.step()
        if number % LOOK_EVERY == 0:
            wrong = overfull(parts)
            assert not wrong, f"after {number} operations: {wrong}"
    return walker.done


def main() -> int:
    """What `python -m` runs."""
    url, seed, operations = sys.argv[1:]
    parts = open_parts(url)
    try:
        sys.stdout.write(f"{dict(walk(parts, seed, int(operations)))}\n")
    finally:
        parts.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
