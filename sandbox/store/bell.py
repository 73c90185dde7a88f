"""Wakes those in this process who wait for a commit; other processes look by themselves, every so often."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable


class Bell:
    """A count per topic, so that a ring between looking and waiting is never missed.

    A topic is a subject, or a subject and what about it: `inbox TENANT1`. A ring wakes those alone who wait for its
    topic, or for all of its subject.
    """

    def __init__(self) -> None:
        lock = threading.Lock()
        self._lock = lock
        self._rung: defaultdict[str, int] = defaultdict(int)
        self._about: dict[str, set[str]] = {}  # of the subjects that somebody gathers
        self._conditions: defaultdict[str, threading.Condition] = defaultdict(lambda: threading.Condition(lock))

    def ring(self, topics: Iterable[str]) -> None:
        """Say that something of these topics was committed."""
        with self._lock:
            for topic in topics:
                subject, _, about = topic.partition(" ")
                if subject in self._about:
                    self._about[subject].add(about)
                for each in {subject, topic}:
                    self._rung[each] += 1
                    self._conditions[each].notify_all()

    def gather(self, subject: str) -> set[str]:
        """What has rung about this subject since this was last asked: for one listener."""
        with self._lock:
            rung, self._about[subject] = self._about.get(subject, set()), set()
            return rung - {""}

    def heard(self, topic: str) -> int:
        """How often it rang: look at this first, then at the data, then wait for it to change."""
        with self._lock:
            return self._rung[topic]

    def wait(self, topic: str, heard: int, wait: Callable[[threading.Condition], None]) -> None:
        """Wait until the topic rings again or `wait` gives up; may return early."""
        with self._lock:
            if self._rung[topic] == heard:
                wait(self._conditions[topic])
