"""Who may hold a thread by waiting in it: so many of each owner's calls at once, and so many in all."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.domain.errors import INVALID_REQUEST, Problem


class Waiters:
    """How many calls of each owner wait, with a limit for each and one for all: they hold threads that others need.

    `what` names them in a refusal: "long polls".
    """

    def __init__(self, what: str, limit: int, altogether: int | None = None) -> None:
        self._what = what
        self._limit = limit
        self._altogether = altogether
        self._waiting: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def waiting(self, owner: str) -> Iterator[None]:
        """One more while the block lasts. Raises 429 when the owner, or everybody together, has as many as may be."""
        with self._lock:
            full = self._altogether is not None and self._waiting.total() >= self._altogether
            if full or self._waiting[owner] >= self._limit:
                told = f"at most {self._limit} {self._what} at once: wait for one of yours"
                raise Problem(INVALID_REQUEST, (told,), 429, retry_after=1)
            self._waiting[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[owner] -= 1
