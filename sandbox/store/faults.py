"""Fault rules, and their counts: rows, so that they are the same for every process and go with the world's epoch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, select, update

from sandbox.store.accounts import next_number
from sandbox.store.documents import pack, unpack
from sandbox.store.fault_tables import failing, faults
from sandbox.store.schema import worlds
from sandbox.store.statements import Statement
from sandbox.store.store import Tx


@dataclass(frozen=True)
class KeptRule:
    """A rule as it was sent, how many calls it was about, and how many of them it struck."""

    number: int
    matched: int
    done: int
    rule: Mapping[str, Any]


_OWNED = (
    faults.c.world == bindparam("in_world"),
    faults.c.epoch == bindparam("in_epoch"),
    faults.c.owner == bindparam("of_owner"),
)
_NUMBERED = (*_OWNED, faults.c.number == bindparam("of_number"))
_OF_OWNER: Select[Any] = (
    select(faults.c.number, faults.c.matched, faults.c.done, faults.c.rule).where(*_OWNED).order_by(faults.c.number)
)
_READ = Statement(_OF_OWNER)
_LOCK = Statement(_OF_OWNER.with_for_update())
_COUNT = Statement(
    update(faults).where(*_NUMBERED).values(matched=faults.c.matched + 1, done=faults.c.done + bindparam("more"))
)
_ROW = (
    failing.c.world == bindparam("in_world"),
    failing.c.epoch == bindparam("in_epoch"),
    failing.c.owner == bindparam("of_owner"),
    failing.c.number == bindparam("of_number"),
    failing.c.identity == bindparam("of_identity"),
)
_FAILED = Statement(select(failing.c.times).where(*_ROW))
_FAILS_FIRST = Statement(insert(failing))
_FAILS_AGAIN = Statement(update(failing).where(*_ROW).values(times=failing.c.times + 1))
_PASSES = Statement(delete(failing).where(*_ROW))


def add(tx: Tx, owner: str, rule: Mapping[str, Any]) -> KeptRule:
    """Keep a new rule."""
    number = next_number(tx.connection, tx.world.name, owner, "fault")
    row = {**tx.key, "owner": owner, "number": number, "matched": 0, "done": 0, "rule": pack(dict(rule))}
    tx.connection.execute(insert(faults).values(row))
    recount(tx)
    return KeptRule(number, 0, 0, rule)


def of_owner(tx: Tx, owner: str, *, lock: bool = False) -> list[KeptRule]:
    """The owner's rules, the oldest first; `lock` keeps others from counting them until this transaction ends."""
    rows = (_LOCK if lock else _READ).rows(tx.connection, _key(tx, owner))
    return [KeptRule(number, matched, done, unpack(rule)) for number, matched, done, rule in rows]


def remove(tx: Tx, owner: str, number: int | None = None) -> int:
    """Remove one of the owner's rules, or all of them: how many those were."""
    removed = 0
    for table in (failing, faults):
        chosen = delete(table).where(
            table.c.world == tx.world.name, table.c.epoch == tx.world.epoch, table.c.owner == owner
        )
        removed = tx.connection.execute(chosen if number is None else chosen.where(table.c.number == number)).rowcount
    recount(tx)
    return removed


def count(tx: Tx, owner: str, number: int, *, struck: bool) -> None:
    """The rule was about one call more."""
    _COUNT.change(tx.connection, _key(tx, owner) | {"of_number": number, "more": int(struck)})


def failed(tx: Tx, owner: str, number: int, identity: str) -> int:
    """How often running the rule has struck this request."""
    row = _FAILED.one(tx.connection, _row(tx, owner, number, identity))
    return 0 if row is None else int(row[0])


def fails(tx: Tx, owner: str, number: int, identity: str) -> None:
    """The rule strikes this request once more."""
    row = _row(tx, owner, number, identity)
    if not _FAILS_AGAIN.change(tx.connection, row):
        about = {"owner": owner, "number": number, "identity": identity, "times": 1}
        _FAILS_FIRST.change(tx.connection, {**tx.key, **about})


def passes(tx: Tx, owner: str, number: int, identity: str) -> None:
    """The rule lets this request pass."""
    _PASSES.change(tx.connection, _row(tx, owner, number, identity))


def recount(tx: Tx) -> None:
    """Keep in the world's row how many rules there are: whoever reads that it is none need not look further."""
    there = select(func.count()).where(faults.c.world == tx.world.name, faults.c.epoch == tx.world.epoch)
    tx.connection.execute(update(worlds).where(worlds.c.name == tx.world.name).values(faults=there.scalar_subquery()))


def _key(tx: Tx, owner: str) -> dict[str, Any]:
    return {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_owner": owner}


def _row(tx: Tx, owner: str, number: int, identity: str) -> dict[str, Any]:
    return _key(tx, owner) | {"of_number": number, "of_identity": identity}
