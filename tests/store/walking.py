"""One process that reserves, orders, gives up and moves appointments by seed, and looks after its diaries meanwhile.

`python -m tests.store.walking DATABASE_URL SEEDS OPERATIONS` walks, and tells on the way how far it has come. At its
end it writes, as JSON, how often what succeeded.
"""

import json
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
from sandbox.domain.premises import Premises
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
Place = tuple[str, int]
CODES = ("ALDER", "BIRCH")
PREMISES = 2  # whose areas' diaries are wanted
DAY_CAPACITY = 4
REMEMBERED = 30  # reservations, of which one is ordered, moved or given up
MOST_HELD = 4  # appointments that are being moved
LOOK_EVERY, TELL_EVERY = 25, 10_000  # operations

_HELD = text(
    """SELECT slot_start, left_start FROM bookings
       WHERE world = 'diaries' AND epoch = 1 AND supplier = :supplier AND area = :area AND slot_start > :now
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
        for code in CODES:
            for area in {each.area for each in _wanted(code)}:
                for starts in tx.connection.execute(_HELD, {"supplier": code, "area": area, "now": tx.now}):
                    held.update((code, area, start) for start in {*starts} - {None} if start > tx.now)
        for (code, area, start), count in held.items():
            days[code, area, slots.local_date(start)] += count
        most = {code: terms_of(parts.library.suppliers[code]) for code in CODES}
        full = [each for each, count in held.items() if count > most[each[0]].capacity]
        return full + [each for each, count in days.items() if count > (most[each[0]].day_capacity or count)]

    return parts.store.read(WORLD, look)


@cache
def _wanted(code: str) -> list[Premises]:
    return [each for each in walked_library().premises.premises if code in each.suppliers][:PREMISES]


@lru_cache(maxsize=64)
def _first_slots(code: str, area: str, hour: int) -> list[Slot]:
    return slots.diary(walked_library().suppliers[code], area, hour * 3_600_000, None, "seed")[:4]


@dataclass
class Walk:
    """One process's walk. `mine` are its last reservations by (supplier, number), each with its area and slot; `held`
    those that are being moved.

    It acts now at the present moment, and now at the one that it last knew of, as calls do that took their time.
    """

    parts: Parts
    tenant: str
    chance: Random
    known: int = START
    number: int = 0
    mine: dict[Place, tuple[str, Slot]] = field(default_factory=dict)
    held: list[Place] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def step(self) -> None:
        """One operation. What is refused is refused, and tried again later."""
        kind = self.chance.choices(_NAMES, _WEIGHTS)[0] if self.mine else "reserve"
        try:
            _KINDS[kind][1](self)
            self.done[kind] += 1
        except Problem:
            self.done[f"{kind} refused"] += 1

    def reserve(self) -> None:
        code = self.chance.choice(CODES)
        supplier, there = self.parts.library.suppliers[code], self.chance.choice(_wanted(code))
        slot = self.chance.choice(_first_slots(code, there.area, self.known // 3_600_000))
        self.number += 1
        identifier = there.address["identifier"]
        body = {
            "id": self.number,
            "address": {"id": identifier["id"], "type": identifier["type"]},
            "serviceSpecification": {"id": supplier.specifications[0].id},
            "timeslot": booking.timeslot(slot),
        }
        caller, headers = Caller("gateway", "", WORLD), {"Tenant": self.tenant}
        call = Call("handleReserveAppointment", caller, path={"code": code}, headers=headers, body=body, at=self._at())
        booking.reserve(self.parts, call)
        self.mine[code, self.number] = (there.area, slot)
        if len(self.mine) > REMEMBERED:
            del self.mine[next(iter(self.mine))]

    def order(self) -> None:
        code, number = place = self._some()
        supplier, (area, _) = self.parts.library.suppliers[code], self.mine[place]
        self._write(lambda tx: booking.claim(tx, supplier, area, self.tenant, number))

    def give_up(self) -> None:
        code, number = place = self._some()
        self._write(lambda tx: booking.give_up(tx, code, self.tenant, {"appointmentReservationId": number}))
        del self.mine[place]

    def move(self) -> None:
        """Its supplier begins to move one, or ends that, to the one slot or the other."""
        if self.chance.randrange(MOST_HELD) < len(self.held):
            place, moved = self.held.pop(self.chance.randrange(len(self.held))), self.chance.random() < 0.8
            self._write(lambda tx: moving.settle(tx, self._entity(*place), moved=moved))
            return
        code, number = place = self._some()
        supplier, (_, slot) = self.parts.library.suppliers[code], self.mine[place]
        later = slots.next_slot_like(supplier, slot.start_ms, slot.end_ms, 1)
        changes = {"appointmentTimeslot": booking.timeslot(later)}
        beat = PlannedBeat(self.known, "REAPPOINTED", "IN_PROGRESS", None, None, changes)
        self._write(lambda tx: moving.held(tx, supplier, self._entity(code, number), beat))
        self.held.append(place)

    def let_time_pass(self) -> None:
        minutes = self.chance.randint(1, 20)

        def pass_on(connection: Connection) -> int:
            world = worlds.find(connection, WORLD)
            later = replace(world, virtual_base=world.virtual_base + minutes * 60_000)
            worlds.set_clock(connection, later)
            return later.virtual_base

        self.known = self.parts.store.transact(pass_on)

    def _at(self) -> int | None:
        return self.chance.choice((self.known, None))

    def _some(self) -> Place:
        return self.chance.choice(list(self.mine))

    def _write(self, work: Callable[[Tx], object]) -> None:
        self.parts.store.write(WORLD, work, at=self._at())

    def _entity(self, code: str, number: int) -> SupplierEntity:
        body = {"appointmentReservationId": number}
        return SupplierEntity(code, self.tenant, "order", number, None, "", 0, "", {}, {}, body)


_KINDS: dict[str, tuple[int, Callable[[Walk], None]]] = {
    "reserve": (45, Walk.reserve),
    "order": (22, Walk.order),
    "give up": (10, Walk.give_up),
    "move": (15, Walk.move),
    "time": (8, Walk.let_time_pass),
}
_NAMES, _WEIGHTS = list(_KINDS), [weight for weight, _ in _KINDS.values()]


def walk(parts: Parts, seeds: str, operations: int) -> Counter[str]:
    """So many operations of each of these tenants, in turn; how often each kind was done.

    Raises AssertionError for a diary that is over-full.
    """
    walks = [Walk(parts, f"TENANT{seed}", Random(seed)) for seed in seeds]
    for number in range(1, operations + 1):
        for each in walks:
            each.step()
        if number % LOOK_EVERY == 0:
            wrong = overfull(parts)
            assert not wrong, f"after {number} operations: {wrong}"
        if number % TELL_EVERY == 0:
            sys.stderr.write(f"{number} operations: { {each.tenant: dict(each.done) for each in walks} }\n")
    return sum((each.done for each in walks), Counter())


def main() -> int:
    """What `python -m` runs."""
    url, seeds, operations = sys.argv[1:]
    parts = open_parts(url)
    try:
        sys.stdout.write(json.dumps(walk(parts, seeds, int(operations))))
    finally:
        parts.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
