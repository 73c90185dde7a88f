"""The load: orders sent from a process of its own, over connections that are kept open.

Closed loop (`rate` 0): every connection sends its next order when its last is answered, which finds the capacity. Open
model: orders arrive by chance at a fixed mean rate whether or not earlier ones are answered, and an order's latency
counts from its arrival, so that waiting for a slow server is not left out.
"""

import asyncio
import itertools
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.figures import quantiles

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSING = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


@dataclass(frozen=True)
class Work:
    """What to send: these bodies in turn, at most `most` orders and for at most `seconds`, whichever ends first.

    A body of None is none.
    """

    port: int
    path: str
    headers: Mapping[str, str]
    bodies: Sequence[Any]
    connections: int
    seconds: float
    most: int = 1_000_000
    rate: float = 0
    method: str = "POST"


def run(work: Work) -> dict[str, Any]:
    """Send it, from another process: {answered, statuses, seconds, p50, p99 (ms), cpu (seconds of this process)}."""
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(
        command, input=json.dumps(asdict(work)).encode(), stdout=subprocess.PIPE, check=True, timeout=work.seconds + 60
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@dataclass
class Load:
    """The work under way."""

    work: Work
    began: float = 0
    sent: int = 0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    free: deque["Connection"] = field(default_factory=deque)
    waiting: deque[float] = field(default_factory=deque)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._requests = self._written()

    async def play(self) -> None:
        """Send everything, and wait for every answer."""
        connections = await asyncio.gather(*(self._connect() for _ in range(self.work.connections)))
        self.began = time.perf_counter()
        if self.work.rate:
            self.free.extend(connections)
            self._arrive(random.Random(1), self.began)  # noqa: S311 - arrivals are no secret
        else:
            for connection in connections:
                self.next(connection)
        await self.ended.wait()

    async def _connect(self) -> "Connection":
        made = await asyncio.get_running_loop().create_connection(lambda: Connection(self), "127.0.0.1", self.work.port)
        return made[1]

    def again(self) -> None:
        """A connection was ended with its answer: another takes its place."""
        connecting = asyncio.ensure_future(self._connect())
        connecting.add_done_callback(lambda made: self.next(made.result()))

    def request(self) -> bytes:
        """The next order, with an id of its own."""
        return next(self._requests)

    def _written(self) -> Iterator[bytes]:
        lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "127.0.0.1", **self.work.headers}.items())
        head = f"{self.work.method} {self.work.path} HTTP/1.1\r\n{lines}X-Request-ID: load-".encode()
        bodies = [b"" if body is None else json.dumps(body).encode() for body in self.work.bodies]
        tails = [b"\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies]
        for tail in itertools.cycle(tails):
            self.sent += 1
            yield head + b"%d" % self.sent + tail

    def more(self) -> bool:
        """Whether there is anything left to send."""
        return self.sent + len(self.waiting) < self.work.most and time.perf_counter() - self.began < self.work.seconds

    def next(self, connection: "Connection") -> None:
        """A connection has nothing to do: give it the next order, or end."""
        if self.waiting:
            connection.send(self.waiting.popleft())
            return
        if not self.work.rate and self.more():
            connection.send(time.perf_counter())
            return
        self.free.append(connection)
        if len(self.free) == self.work.connections and not self.more():
            self.ended.set()

    def _arrive(self, chance: random.Random, at: float) -> None:
        """An order arrives; the next one's time does not depend on how this one fares."""
        if not self.more():
            if len(self.free) == self.work.connections:
                self.ended.set()
            return
        if self.free:
            self.free.popleft().send(at)
        else:
            self.waiting.append(at)
        following = at + chance.expovariate(self.work.rate)
        loop = asyncio.get_running_loop()
        loop.call_later(following - time.perf_counter(), self._arrive, chance, following)

    def result(self) -> dict[str, Any]:
        """What came of it."""
        return {
            "answered": sum(self.statuses.values()),
            "statuses": self.statuses,
            "seconds": time.perf_counter() - self.began,
            "cpu": time.process_time(),
            **quantiles([1000 * each for each in self.latencies]),
        }


class Connection(asyncio.Protocol):
    """One kept-open connection with at most one order on it."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._since = 0.0
        self._received = b""
        self._last = False  # whether the server has ended it with its answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def send(self, since: float) -> None:
        """Send an order that arrived at this moment."""
        self._since = since
        self._transport.write(self._load.request())

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        if not _whole(self._received, head):
            return
        self._load.statuses[int(self._received[9:12])] += 1
        self._load.latencies.append(time.perf_counter() - self._since)
        self._last = _CLOSING.search(self._received, 0, head) is not None
        self._received = b""
        if self._last:
            self._transport.close()
        else:
            self._load.next(self)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._last:
            self._load.again()
        else:
            self._load.ended.set()


def _whole(received: bytes, head: int) -> bool:
    """Whether the answer whose head ends here has come to its end; ours have a length, some servers send in chunks."""
    if length := _LENGTH.search(received, 0, head):
        return len(received) >= head + 4 + int(length[1])
    return not _CHUNKED.search(received, 0, head) or received.endswith(b"\r\n0\r\n\r\n")


async def _main() -> None:
    load = Load(Work(**json.load(sys.stdin)))
    await load.play()
    print(json.dumps(load.result()))


if __name__ == "__main__":
    asyncio.run(_main())
