"""`sandbox serve` that kills itself: run as `python -m tests.crash.entry` in place of `python -m sandbox serve`.

The program has no hook for this. Here its one way to write, `Store.transact`, is wrapped from outside, and a request
to /_crash says at which of the following transactions everything ends, and where in it.
"""

import itertools
import os
import signal
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from granian.server import Server
from sqlalchemy import Connection

from sandbox.cli import serve, worker
from sandbox.settings import read_settings
from sandbox.store.store import Store
from sandbox.wire.courier import WSGIApp

PLACES = ("before", "inside", "after")


class Bomb:
    """Counts transactions once it is armed, and ends the whole process group in the chosen one."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._numbers: Iterable[int] = ()
        self._at = 0
        self._place = ""

    def arm(self, at: int, place: str) -> None:
        """End in the `at`-th transaction from now: before it, with its work done but not committed, or right after."""
        with self._counting:
            self._numbers, self._at, self._place = itertools.count(1), at, place

    def wrap(self, transact: Callable[..., Any]) -> Callable[..., Any]:
        """The same transaction, which may be the last."""

        def counted(store: Store, work: Callable[[Connection], Any], **how: Any) -> Any:
            place = self._place_of_this_one()

            def work_and_end(connection: Connection) -> Any:
                result = work(connection)
                self._end_if(place == "inside")
                return result

            self._end_if(place == "before")
            result = transact(store, work_and_end, **how)
            self._end_if(place == "after")
            return result

        return counted

    def _place_of_this_one(self) -> str:
        with self._counting:
            return self._place if next(iter(self._numbers), 0) == self._at else ""

    @staticmethod
    def _end_if(here: bool) -> None:
        if here:
            os.killpg(os.getpgrp(), signal.SIGKILL)


def make_app() -> WSGIApp:
    """The worker's application, and beside it the path that arms the bomb."""
    bomb = Bomb()
    Store.transact = bomb.wrap(Store.transact)  # type: ignore[method-assign]
    app = worker.make_app()

    def armed(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/_crash":
            return app(environ, start)
        query = parse_qs(environ["QUERY_STRING"])
        bomb.arm(int(query["at"][0]), query["place"][0])
        start("204 No Content", [])
        return []

    return armed


def _server(_target: str, **options: Any) -> Any:
    return Server("tests.crash.entry:make_app", **options)


if __name__ == "__main__":
    vars(serve)["Server"] = _server
    serve.serve(read_settings(), serve.SERVER)
