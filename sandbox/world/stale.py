"""Ids of what a reset has removed: numbers only rise, so one that was given out and is not there any more is known."""

from sandbox.domain.durations import to_text
from sandbox.domain.errors import NOT_FOUND, Problem, not_found
from sandbox.store.accounts import last_number
from sandbox.store.store import Tx


def missing(tx: Tx, owner: str, kind: str, text: str, *, gone: int | None = None) -> Problem:
    """Why the owner has no order (or other `kind`) of this number: there never was one, or it was removed.

    `gone` is the status of the latter; by itself it is 404, as the published operations have it.
    """
    reset_at = tx.world.reset_at
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else 0
    if reset_at is not None and 0 < number <= last_number(tx.connection, tx.world.name, owner, kind):
        when = f"by the reset of {to_text(reset_at)}, or by one before it"
        return Problem(NOT_FOUND, (f"{kind} {number} was removed {when}",), gone)
    return not_found(f"you have no {kind} {text}")
