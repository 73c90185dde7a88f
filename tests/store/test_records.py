"""What is kept comes back as it was, to its owner, in its world and epoch alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sandbox.domain.entities import Entity, Ref
from sandbox.domain.worldtime import World, with_rate
from sandbox.store import (
    accounts,
    bookings,
    entities,
    kcis,
    received,
    reservations,
    supplier_entities,
    timeline,
    worlds,
)
from sandbox.store.accounts import Client, Tenant
from sandbox.store.bookings import Booking
from sandbox.store.kcis import Kci
from sandbox.store.received import Received
from sandbox.store.reservations import Reservation
from sandbox.store.store import Store, Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.store.terms import NO_QUOTAS
from sandbox.world.clock import ManualClock
from tests.store.databases import START
from tests.store.playing import raise_epoch

HIGHEST = 999_999_999_999  # the largest number that the documents allow
SEVENTH = Ref("order", 7)
ORDER = Entity(
    tenant="TENANT1", kind="order", id=HIGHEST, supplier="ALDER", status="ACKNOWLEDGED", conversation="café ✓",
    choice={"X-Kci-Delay": "0"}, body={"id": HIGHEST, "notes": [{"text": "naïve ☂"}]}, sequence=2,
    supplier_sequence=HIGHEST, supplier_reference="ALD1",
)  # fmt: skip
KCI = Kci("TENANT1", "kci-1", "order 7", 1, "conversation", "PENDING", START, '{"text":"☂"}'.encode())
HELD = Received(
    "ALDER", "kci-3", "TENANT1", "order 7", HIGHEST, START, "digest", True, None, {"sequenceNumber": HIGHEST}
)
BOOKING = Booking(
    "ALDER", "TENANT1", HIGHEST, "ALD1", "AREA", START + 8, START + 9, START + 2, "digest", {"id": HIGHEST}
)


def each(add: Callable[[Tx, Any], None], *items: object) -> Callable[[Tx], None]:
    """A write that adds them all."""

    def work(tx: Tx) -> None:
        for item in items:
            add(tx, item)

    return work


def test_an_order_comes_back_as_it_was(store: Store) -> None:
    """Found by its number and by the supplier's reference, and kept as it changes."""
    store.write("earth", lambda tx: entities.add(tx, ORDER))
    changed = replace(ORDER, status="HELD", sequence=3, supplier_reference="ALD2", body={"id": HIGHEST})

    def change(tx: Tx) -> Entity | None:
        found = entities.find(tx, "TENANT1", ORDER.ref, lock=True)
        entities.save(tx, changed)
        return found

    assert store.write("earth", change) == ORDER
    assert store.read("earth", lambda tx: entities.find(tx, "TENANT1", ORDER.ref)) == changed
    assert (
        store.read("earth", lambda tx: entities.find_by_reference(tx, "TENANT1", "ALDER", "order", "ALD2")) == HIGHEST
    )
    assert store.read("earth", lambda tx: entities.find_by_reference(tx, "TENANT1", "BIRCH", "order", "ALD2")) is None
    assert store.read("earth", lambda tx: entities.find_by_reference(tx, "TENANT2", "ALDER", "order", "ALD2")) is None


def test_what_is_not_ones_own_is_not_there(store: Store) -> None:
    """Another tenant's order, another world's, and one of before the reset: all the same as none."""
    store.write("earth", lambda tx: entities.add(tx, ORDER))
    assert store.read("earth", lambda tx: entities.find(tx, "TENANT2", ORDER.ref)) is None
    assert store.read("moon", lambda tx: entities.find(tx, "TENANT1", ORDER.ref)) is None
    raise_epoch(store, "earth")
    assert store.read("earth", lambda tx: entities.find(tx, "TENANT1", ORDER.ref)) is None
    store.write("earth", lambda tx: entities.add(tx, ORDER))


def test_a_kci_is_handed_over_once_and_its_bytes_stay(store: Store) -> None:
    """The ledger has it by order, the mailbox by cursor; its status changes, its body never."""
    second = replace(KCI, id="kci-2", sequence=2, body=b"{}")
    store.write("earth", each(kcis.add, KCI, second))
    store.write("earth", lambda tx: kcis.hand_over(tx, "TENANT1", "kci-1"))
    store.write("earth", lambda tx: kcis.hand_over(tx, "TENANT1", "kci-2", ["late", "swap"]))
    store.write("earth", lambda tx: kcis.set_status(tx, "TENANT1", "kci-1", "DELIVERED"))
    delivered = replace(KCI, status="DELIVERED")
    assert store.read("earth", lambda tx: kcis.find(tx, "TENANT1", "kci-1")) == delivered
    assert store.read("earth", lambda tx: kcis.of_entity(tx, "TENANT1", SEVENTH)) == [delivered, second]
    marked = (2, ("late", "swap"), second)
    assert store.read("earth", lambda tx: kcis.read_inbox(tx, "TENANT1", 0, 10)) == [(1, (), delivered), marked]
    assert store.read("earth", lambda tx: kcis.read_inbox(tx, "TENANT1", 1, 10)) == [marked]
    assert store.read("earth", lambda tx: kcis.read_inbox(tx, "TENANT1", 0, 1)) == [(1, (), delivered)]
    assert store.read("earth", lambda tx: kcis.inbox_end(tx, "TENANT1")) == 2
    assert store.read("earth", lambda tx: kcis.read_inbox(tx, "TENANT2", 0, 10)) == []
    assert store.read("earth", lambda tx: kcis.find(tx, "TENANT2", "kci-1")) is None


def handed(tx: Tx) -> None:
    """The KCI, entered and handed over."""
    kcis.add(tx, KCI)
    kcis.hand_over(tx, KCI.owner, KCI.id)


def test_a_mailbox_goes_on_counting_after_a_reset(store: Store) -> None:
    """A cursor from before the reset still means: everything since."""
    store.write("earth", handed)
    raise_epoch(store, "earth")
    assert store.read("earth", lambda tx: kcis.read_inbox(tx, "TENANT1", 0, 10)) == []
    store.write("earth", handed)
    assert store.read("earth", lambda tx: kcis.read_inbox(tx, "TENANT1", 1, 10)) == [(2, (), KCI)]


def test_what_suppliers_sent_is_remembered_with_its_answer(store: Store) -> None:
    """The body stays while it waits; what was judged keeps its refusal, in the order of the numbers."""
    second, taken = replace(HELD, kci="kci-2", sequence=2), replace(HELD, kci="kci-1", held=False, body=None)
    store.write("earth", each(received.add, HELD, second, taken))
    assert store.read("earth", lambda tx: received.held(tx, "TENANT1", SEVENTH)) == [second, HELD]
    store.write("earth", lambda tx: received.settle(tx, second))
    refused = replace(second, held=False, body=None)
    assert store.read("earth", lambda tx: received.find(tx, "ALDER", "kci-2")) == refused
    assert store.read("earth", lambda tx: received.held(tx, "TENANT1", SEVENTH)) == [HELD]
    assert store.read("earth", lambda tx: received.find(tx, "BIRCH", "kci-2")) is None


def test_a_reservation_is_used_by_one_order(store: Store) -> None:
    """It comes back with the order that used it."""
    made = Reservation("TENANT1", HIGHEST, START, None, {"id": HIGHEST})
    for_ever = Reservation("TENANT1", 1, None, None, {})
    store.write("earth", each(reservations.add, made, for_ever))

    def use(tx: Tx) -> Reservation | None:
        found = reservations.find(tx, "TENANT1", HIGHEST)
        reservations.use(tx, "TENANT1", HIGHEST, 7)
        return found

    assert store.write("earth", use) == made
    assert store.write("earth", lambda tx: reservations.find(tx, "TENANT1", HIGHEST)) == replace(made, order_id=7)
    assert store.write("earth", lambda tx: reservations.find(tx, "TENANT1", 1)) == for_ever
    assert store.write("earth", lambda tx: reservations.find(tx, "TENANT2", HIGHEST)) is None


def test_a_booking_takes_its_place_until_it_expires(store: Store) -> None:
    """Unless an order has confirmed it; given up, the place is free at once. What has begun is of no interest."""
    store.write("earth", lambda tx: bookings.add(tx, BOOKING))

    def taken(at: int) -> dict[int, int]:
        return store.read("earth", lambda tx: bookings.taken(tx, "ALDER", "AREA"), at=at)

    assert store.read("earth", lambda tx: bookings.find(tx, "ALDER", "TENANT1", HIGHEST)) == BOOKING
    assert (taken(START + 1), taken(START + 2)) == ({START + 8: 1}, {})
    store.write("earth", lambda tx: bookings.change(tx, BOOKING, expires_at=None, slot_start=START + 9))
    assert (taken(START + 2), taken(START + 10)) == ({START + 9: 1}, {})
    store.write("earth", lambda tx: bookings.change(tx, BOOKING, expires_at=START))
    assert taken(START) == {}


def test_a_suppliers_order_comes_back_as_it_was(store: Store) -> None:
    """In the supplier's words, under the gateway's number."""
    about = ("ALDER", "TENANT1", *SEVENTH, "ALD1", "conversation")
    taken = SupplierEntity(*about, 0, "digest", {"X-Kci-Delay": "0"}, {"status": 202}, {"status": "RECEIVED"})
    later = replace(taken, sequence=1, body={"status": "ACKNOWLEDGED"})
    store.write("earth", lambda tx: supplier_entities.add(tx, taken))
    assert store.read("earth", lambda tx: supplier_entities.find(tx, "ALDER", "TENANT1", SEVENTH)) == taken
    store.write("earth", lambda tx: supplier_entities.save(tx, later))
    assert store.read("earth", lambda tx: supplier_entities.find(tx, "ALDER", "TENANT1", SEVENTH)) == later
    assert store.read("earth", lambda tx: supplier_entities.find(tx, "BIRCH", "TENANT1", SEVENTH)) is None


def test_a_timeline_is_in_the_order_in_which_things_happened(store: Store) -> None:
    """Also when they are stamped with the same moment, or with an earlier one."""
    for kind, at in (("call", START + 1), ("state", START + 1), ("kci", START)):
        store.write("earth", lambda tx, kind=kind: timeline.note(tx, "TENANT1", SEVENTH, kind, {"of": kind}), at=at)  # type: ignore[misc]
    assert store.read("earth", lambda tx: timeline.of_entity(tx, "TENANT1", SEVENTH)) == [
        (START + 1, "call", {"of": "call"}),
        (START + 1, "state", {"of": "state"}),
        (START, "kci", {"of": "kci"}),
    ]
    assert store.read("earth", lambda tx: timeline.of_entity(tx, "TENANT1", Ref("test", 7))) == []


def test_clients_and_tenants_outlive_resets(store: Store) -> None:
    """Credentials and callbacks lie outside of what a reset restores."""
    client = Client("client", "tenant", "TENANT9", "earth", "hash", 1)
    tenant = Tenant("TENANT9", "earth", ("ALDER", "CEDAR"), None, None)
    store.transact(lambda connection: accounts.add_client(connection, client))
    store.transact(lambda connection: accounts.add_tenant(connection, tenant))
    store.transact(
        lambda connection: accounts.set_callback(connection, "TENANT9", "http://127.0.0.1/kcis", b"\x00\xff")
    )
    raise_epoch(store, "earth")
    changed = replace(tenant, callback_url="http://127.0.0.1/kcis", callback_secret=b"\x00\xff")
    known = store.query(lambda connection: accounts.find_client(connection, "client"))
    assert known == accounts.Known(client, 2, None, 0, None, "", NO_QUOTAS)
    assert store.query(lambda connection: accounts.find_tenant(connection, "TENANT9")) == changed
    assert store.query(lambda connection: accounts.find_client(connection, "nobody")) is None
    assert store.query(lambda connection: accounts.find_tenant(connection, "nobody")) is None


def test_a_worlds_clock_is_kept(store: Store, clock: ManualClock) -> None:
    """Base, rate and epoch; each world its own."""
    store.write("earth", lambda tx: worlds.set_clock(tx.connection, with_rate(tx.world, START, 3600)))
    clock.at += 1_000
    assert store.read("earth", lambda tx: tx.now) == START + 3_600_000
    assert store.read("moon", lambda tx: tx.now) == START + 1_000
    names = [world.name for world in store.query(worlds.every)]
    assert names == ["earth", "moon"]


@pytest.mark.parametrize("column", ["virtual_base", "real_base"])
def test_milliseconds_of_a_far_year_fit(store: Store, column: str) -> None:
    """Times are too large for four bytes."""
    world = World("far", "seed", 1, 31_556_889_864_403, 31_556_889_864_403, 0, None)
    store.transact(lambda connection: worlds.add(connection, world))
    assert getattr(store.query(lambda connection: worlds.find(connection, "far")), column) == 31_556_889_864_403
