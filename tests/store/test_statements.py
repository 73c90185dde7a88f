"""Statements that the driver runs: the same rows, counts and errors as through SQLAlchemy."""

import pytest
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from sandbox.store.schema import counters, received
from sandbox.store.statements import Statement
from sandbox.store.store import Store, Unavailable
from tests.store.databases import open_store

OURS = {"of_owner": "TENANT1"}
_OF_OWNER = counters.c.owner == bindparam("of_owner")

ADD = Statement(insert(counters))
FIND = Statement(select(counters.c.kind, counters.c.value).where(_OF_OWNER).order_by(counters.c.value))
SET = Statement(update(counters).where(_OF_OWNER))
RAISE = Statement(
    update(counters)
    .where(_OF_OWNER, counters.c.value >= 2)
    .values(value=counters.c.value + bindparam("more"))
    .returning(counters.c.value)
)


def add(store: Store, **values: int) -> None:
    """A counter of each kind."""
    for kind, value in values.items():
        row = {"world": "earth", "owner": "TENANT1", "kind": kind, "value": value}
        store.transact(lambda connection, row=row: ADD.change(connection, row))  # type: ignore[misc]


def test_rows_come_in_the_order_of_the_columns(store: Store) -> None:
    add(store, b=2, a=1)
    assert store.query(lambda connection: FIND.rows(connection, OURS)) == [("a", 1), ("b", 2)]
    assert store.query(lambda connection: FIND.one(connection, OURS)) == ("a", 1)
    assert store.query(lambda connection: FIND.one(connection, {"of_owner": "TENANT2"})) is None


def test_changes_are_counted_and_returned(store: Store) -> None:
    """Parameters of the statement's own, such as a literal, stay what they are."""
    add(store, a=1, b=2)
    assert store.transact(lambda connection: SET.change(connection, {"of_owner": "TENANT2", "value": 9})) == 0
    assert store.transact(lambda connection: RAISE.rows(connection, {**OURS, "more": 5})) == [(7,)]
    assert store.transact(lambda connection: RAISE.rows(connection, {**OURS, "more": 1})) == [(8,)]
    assert store.transact(lambda connection: SET.change(connection, {**OURS, "value": 9})) == 2
    assert store.query(lambda connection: FIND.one(connection, OURS)) == ("a", 9)


def test_every_kind_of_value_comes_back_as_it_was(store: Store) -> None:
    keep = Statement(insert(received))
    find = Statement(select(received).where(received.c.kci == bindparam("of_kci")))
    kept = {
        "world": "earth", "epoch": 1, "supplier": "ALDER", "kci": "k", "tenant": "T'1%s?:x", "entity": "order 7",
        "sequence": 1, "received_on": 2**41, "digest": "naïve", "held": True, "refusal": b"\x00\xff", "body": None,
    }  # fmt: skip
    store.transact(lambda connection: keep.change(connection, kept))
    assert store.query(lambda connection: find.one(connection, {"of_kci": "k"})) == tuple(kept.values())


def test_what_the_driver_refuses_is_an_error_of_sqlalchemys(store: Store) -> None:
    add(store, a=1)
    with pytest.raises(IntegrityError):
        add(store, a=1)
    nowhere = Statement(text("SELECT * FROM nowhere"))
    with store._reading.begin() as connection, pytest.raises((OperationalError, ProgrammingError)):  # as they class it
        nowhere.rows(connection, {})


@pytest.mark.postgres
def test_lost_connections_are_not_used_again(postgres_url: str) -> None:
    """The server went away and came back: one call fails, not one for each connection that was open."""
    store = open_store(postgres_url)
    pid, end = Statement(text("SELECT pg_backend_pid()")), Statement(text("SELECT pg_terminate_backend(:pid)"))
    with store._reading.begin() as one, store._reading.begin() as other:
        pids = [row[0] for connection in (one, other) for row in pid.rows(connection, {})]
    store.transact(lambda connection: [end.rows(connection, {"pid": each}) for each in pids])
    with pytest.raises(Unavailable):
        store.query(lambda connection: pid.rows(connection, {}))
    found = store.query(lambda connection: pid.one(connection, {}))
    assert found is not None
    assert found[0] not in pids
    store.close()


def test_other_parameters_than_the_first_time_are_refused(store: Store) -> None:
    """A value that the compiled statement does not know would be left out without a word."""
    change = Statement(update(counters).where(_OF_OWNER))
    store.transact(lambda connection: change.change(connection, {**OURS, "value": 1}))
    with pytest.raises(TypeError, match="kind, of_owner, value"):
        store.transact(lambda connection: change.change(connection, {**OURS, "value": 1, "kind": "a"}))
