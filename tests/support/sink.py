"""A tenant's endpoint that takes KCIs over real HTTP, and does with them what the test says."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Taken:
    """One delivery as it came."""

    headers: dict[str, str]
    raw: bytes

    @property
    def kci(self) -> Any:
        """The body."""
        return json.loads(self.raw)


@dataclass
class Sink:
    """What came, in order of arrival; `answer(taken)` gives the HTTP status to send back."""

    url: str = ""
    taken: list[Taken] = field(default_factory=list)
    answer: Callable[[Taken], int] = lambda _taken: 204
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, seconds: float = 20) -> list[Taken]:
        """The first `count` deliveries; fails when they do not come in time."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.taken) >= count, seconds), (
                f"{len(self.taken)} of {count} came"
            )
            return list(self.taken)


@contextmanager
def open_sink(answer: Callable[[Taken], int] | None = None) -> Iterator[Sink]:
    """An endpoint on a free port of this machine, until the block ends."""
    sink = Sink()
    if answer is not None:
        sink.answer = answer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            taken = Taken({name.lower(): value for name, value in self.headers.items()}, raw)
            status = sink.answer(taken)
            with sink.arrived:
                sink.taken.append(taken)
                sink.arrived.notify_all()
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    sink.url = f"http://127.0.0.1:{server.server_address[1]}/kcis"
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
