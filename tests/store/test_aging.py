"""What has been kept for long enough goes, the oldest first and in small batches; the rest stays."""

from functools import partial

from sandbox.domain.entities import Ref
from sandbox.store import accounts, aging, recordings, timeline
from sandbox.store.recordings import Exchange
from sandbox.store.store import FORGOTTEN, Store
from sandbox.world.clock import ManualClock

SEVENTH = Ref("order", 7)
HOUR = 3_600_000


def test_what_is_old_is_removed_in_batches(store: Store, clock: ManualClock) -> None:
    began = clock.at
    for number in range(5):
        clock.at = began + number * HOUR
        store.write("earth", lambda tx, n=number: timeline.note(tx, "TENANT1", SEVENTH, "call", {"n": n}))  # type: ignore[misc]
        said = Exchange("moon", 1, "TENANT2", 1, clock.at, number, None, 0, 0, 0, b"{}", b"{}")
        store.transact(partial(recordings.add, exchanges=[said]))
    batches = []
    while removed := store.transact(partial(aging.forget, before=began + 3 * HOUR, most=2)):
        batches.append(removed)
    assert batches == [2, 1, 2, 1]
    left = store.read("earth", lambda tx: timeline.of_entity(tx, "TENANT1", SEVENTH))
    assert [detail["n"] for _, _, detail in left] == [3, 4]
    kept = store.read("moon", lambda tx: recordings.exchanges_of(tx, "TENANT2"))
    assert [each.turn for each in kept] == [3, 4]
    assert store.query(lambda connection: accounts.last_number(connection, "moon", "TENANT2", FORGOTTEN)) == 2
    assert store.query(lambda connection: accounts.last_number(connection, "earth", "TENANT1", FORGOTTEN)) == 0
