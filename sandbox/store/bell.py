"""Wakes those in this process who wait for a commit; other processes look again by themselves, twice a second."""

import threading
from collections.abc import Callable, Iterable


class Bell:
    """One condition and a count per topic, so that a ring between looking and waiting is never missed."""

    def __init__(self) -> None:
        self.condition = threading.Condition()
        self._rung: dict[str, int] = {}

    def ring(self, topics: Iterable[str]) -> None:
        """Say that something of these topics was committed."""
        topics = tuple(topics)
        if not topics:
            return
        with self.condition:
            for topic in topics:
                self._rung[topic] = self._rung.get(topic, 0) + 1
            self.condition.notify_all()

    def heard(self, topic: str) -> int:
        """How often it rang: look at this first, then at the data, then wait for it to change."""
        return self._rung.get(topic, 0)

    def wait(self, topic: str, heard: int, wait: Callable[[threading.Condition], None]) -> None:
        """Wait until the topic rings again or `wait` gives up; may return early."""
        with self.condition:
            if self._rung.get(topic, 0) == heard:
                wait(self.condition)
