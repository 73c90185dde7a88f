"""The only place that looks at the wall clock."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Real time in UTC milliseconds."""

    def now(self) -> int:
        """This moment."""
        ...

    def wait(self, condition: threading.Condition, until: int) -> None:
        """Wait on a held condition until it is notified or real time reaches `until`."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """This moment."""
        return time.time_ns() // 1_000_000

    def wait(self, condition: threading.Condition, until: int) -> None:
        """Wait on a held condition until it is notified or real time reaches `until`."""
        condition.wait(max(0, until - self.now()) / 1000)


class ManualClock:
    """A clock that moves only when told: for tests, demos and replay. A wait returns at once, its end reached."""

    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        """This moment."""
        return self.at

    def wait(self, condition: threading.Condition, until: int) -> None:
        """Reach `until` at once; nobody moves the hands meanwhile."""
        self.at = max(self.at, until)


def stopwatch() -> float:
    """Seconds of real time since some moment, for measuring: nobody sets them."""
    return time.monotonic()
