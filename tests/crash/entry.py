"""`sandbox serve` that kills itself: run as `python -m tests.crash.entry` in place of `python -m sandbox serve`.

The program has no hook for this. Here its one way to write, `Store.transact`, and its one way out, `Courier.send`, are
wrapped from outside, and a request to /_crash says at which of their edges everything ends. One to /_disk says how long
a file may get from now on, as if the disk were full at that.
"""

import itertools
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from granian.server import Server
from sqlalchemy import Connection

from sandbox.cli import serve, worker
from sandbox.settings import read_settings
from sandbox.store.store import Store
from sandbox.wire.courier import Courier, Parcel, Reply, WSGIApp


class Bomb:
    """Counts edges once it is armed, and ends the whole process group at the chosen one.

    A transaction has three: before it, with its work done but not committed, and right after. A call over the network,
    or to an app of this process, has two: before it is sent, and when its answer has come.
    """

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._numbers: Iterator[int] = iter(())
        self._at = 0

    def arm(self, at: int) -> None:
        """End at the `at`-th edge from now."""
        with self._counting:
            self._numbers, self._at = itertools.count(1), at

    def edge(self) -> None:
        """Something begins or ends: it may be the last thing that happens."""
        with self._counting:
            if next(self._numbers, 0) == self._at != 0:
                os.killpg(os.getpgrp(), signal.SIGKILL)

    def around_transactions(self, transact: Callable[..., Any]) -> Callable[..., Any]:
        """The same transaction, with its edges."""

        def watched(store: Store, work: Callable[[Connection], Any], **how: Any) -> Any:
            def work_with_edge(connection: Connection) -> Any:
                result = work(connection)
                self.edge()
                return result

            self.edge()
            result = transact(store, work_with_edge, **how)
            self.edge()
            return result

        return watched

    def around_calls(self, send: Callable[[Courier, Parcel], Reply]) -> Callable[[Courier, Parcel], Reply]:
        """The same call, with its edges."""

        def watched(courier: Courier, parcel: Parcel) -> Reply:
            self.edge()
            reply = send(courier, parcel)
            self.edge()
            return reply

        return watched


def make_app() -> WSGIApp:
    """The worker's application, and beside it the paths that bring it into trouble."""
    bomb = Bomb()
    Store.transact = bomb.around_transactions(Store.transact)  # type: ignore[method-assign]
    Courier.send = bomb.around_calls(Courier.send)  # type: ignore[method-assign, assignment]
    app = worker.make_app()

    def told(name: str, number: int) -> None:
        if name == "/_crash":
            bomb.arm(number)
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (number, resource.RLIM_INFINITY))

    def listening(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in ("/_crash", "/_disk"):
            return app(environ, start)
        told(environ["PATH_INFO"], int(environ["QUERY_STRING"]))
        start("204 No Content", [])
        return []

    return listening


def _server(_target: str, **options: Any) -> Any:
    return Server("tests.crash.entry:make_app", **options)


if __name__ == "__main__":
    vars(serve)["Server"] = _server
    serve.serve(read_settings(), serve.SERVER)
