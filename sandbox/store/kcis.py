"""KCIs as they were handed over: the ledger, and the mailbox that shows them in order. The bytes are kept once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, insert, select, update

from sandbox.domain.entities import Ref, parse_ref
from sandbox.domain.kci import DELIVERED, PENDING
from sandbox.store.accounts import last_number, next_number
from sandbox.store.schema import kcis, mailbox
from sandbox.store.statements import Statement
from sandbox.store.store import CURSOR, Tx


@dataclass(frozen=True)
class Kci:
    """One KCI to `owner`: `entity` says what it is about; its body is fixed; `status` says how its delivery stands."""

    owner: str
    id: str
    entity: str
    sequence: int
    conversation: str
    status: str
    delivered_on: int
    body: bytes

    @property
    def about(self) -> Ref:
        """What it is about."""
        return parse_ref(self.entity)


_NAMES = ("owner", "id", "entity", "sequence", "conversation", "status", "delivered_on", "body")
_COLUMNS = tuple(kcis.c[name] for name in _NAMES)
_OWNED = (
    kcis.c.world == bindparam("in_world"),
    kcis.c.epoch == bindparam("in_epoch"),
    kcis.c.owner == bindparam("of_owner"),
)
_ADD = Statement(insert(kcis))
_HAND_OVER = Statement(insert(mailbox))
_FIND = Statement(select(*_COLUMNS).where(*_OWNED, kcis.c.id == bindparam("of_id")))
_OF_ENTITY = Statement(
    select(*_COLUMNS).where(*_OWNED, kcis.c.entity == bindparam("of_entity")).order_by(kcis.c.sequence)
)
_SET_STATUS = Statement(
    update(kcis).where(*_OWNED, kcis.c.id == bindparam("of_id")).values(status=bindparam("new_status"))
)
_INBOX = Statement(
    select(mailbox.c.cursor, mailbox.c.marks, *_COLUMNS)
    .join(
        kcis,
        (kcis.c.world == mailbox.c.world)
        & (kcis.c.epoch == mailbox.c.epoch)
        & (kcis.c.owner == mailbox.c.owner)
        & (kcis.c.id == mailbox.c.kci),
    )
    .where(
        mailbox.c.world == bindparam("in_world"),
        mailbox.c.epoch == bindparam("in_epoch"),
        mailbox.c.owner == bindparam("of_owner"),
        mailbox.c.cursor > bindparam("after"),
    )
    .order_by(mailbox.c.cursor)
    .limit(bindparam("most"))
)


def add(tx: Tx, kci: Kci) -> None:
    """Enter a KCI into the ledger."""
    _ADD.change(tx.connection, {**tx.key, **vars(kci)})


def hand_over(tx: Tx, owner: str, kci_id: str, marks: Sequence[str] = ()) -> None:
    """Hand a KCI over to its owner's mailbox, with the kinds of disorder that have been at it."""
    cursor = next_number(tx.connection, tx.world.name, owner, CURSOR)
    row = {"owner": owner, "cursor": cursor, "kci": kci_id, "marks": " ".join(marks)}
    _HAND_OVER.change(tx.connection, {**tx.key, **row})
    tx.rings.add(inbox_topic(owner))


def find(tx: Tx, owner: str, kci_id: str) -> Kci | None:
    """The owner's KCI of this id."""
    row = _FIND.one(tx.connection, _key(tx, owner) | {"of_id": kci_id})
    return None if row is None else Kci(*row)


def of_entity(tx: Tx, owner: str, ref: Ref) -> list[Kci]:
    """The KCIs about this thing, in sequence."""
    return [Kci(*row) for row in _OF_ENTITY.rows(tx.connection, _key(tx, owner) | {"of_entity": str(ref)})]


def set_status(tx: Tx, owner: str, kci_id: str, status: str) -> None:
    """How the delivery of this KCI stands now."""
    _SET_STATUS.change(tx.connection, _key(tx, owner) | {"of_id": kci_id, "new_status": status})


def settle_pending(tx: Tx, owner: str) -> None:
    """Nothing is pushed to this owner any more: what was handed over counts as delivered."""
    tx.connection.execute(
        update(kcis)
        .where(kcis.c.world == tx.world.name, kcis.c.epoch == tx.world.epoch, kcis.c.owner == owner)
        .where(kcis.c.status == PENDING)
        .values(status=DELIVERED)
    )


def read_inbox(tx: Tx, owner: str, after: int, most: int) -> Sequence[tuple[int, tuple[str, ...], Kci]]:
    """(cursor, marks, KCI) of what was handed over after a cursor. Reading changes nothing."""
    rows = _INBOX.rows(tx.connection, _key(tx, owner) | {"after": after, "most": most})
    return [(cursor, tuple(marks.split()), Kci(*row)) for cursor, marks, *row in rows]


def inbox_end(tx: Tx, owner: str) -> int:
    """The cursor of the last KCI ever handed over."""
    return last_number(tx.connection, tx.world.name, owner, CURSOR)


def disorder_taken(tx: Tx, owner: str) -> bool:
    """Whether any KCI that came in disorder has been delivered."""
    same = (kcis.c[name] == mailbox.c[name] for name in ("world", "epoch", "owner"))
    place = (mailbox.c.world == tx.world.name, mailbox.c.epoch == tx.world.epoch, mailbox.c.owner == owner)
    query = select(mailbox.c.kci).join(kcis, and_(*same, kcis.c.id == mailbox.c.kci))
    query = query.where(*place, mailbox.c.marks != "", kcis.c.status == DELIVERED).limit(1)
    return tx.connection.execute(query).first() is not None


def inbox_topic(owner: str) -> str:
    """What the bell rings when this owner gets a KCI."""
    return f"inbox {owner}"


def _key(tx: Tx, owner: str) -> dict[str, Any]:
    return {"in_world": tx.world.name, "in_epoch": tx.world.epoch, "of_owner": owner}
