"""Time and chance of a run. What it examines lives in real time, so this room does too; no other module of it asks."""

import secrets
import time
from datetime import UTC, datetime


def elapsed() -> float:
    """Seconds on a clock that only counts."""
    return time.monotonic()


def today() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def new_name(size: int = 8) -> str:
    """A name that nothing else has, of twice so many characters."""
    return secrets.token_hex(size)


def first_number() -> int:
    """Where this run's numbers begin: no run of the seconds before has reached it."""
    return int(time.time() * 10) % 10_000_000_000 * 10


def rest(seconds: float) -> None:
    """Let so much time go by."""
    time.sleep(seconds)
