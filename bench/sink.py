"""The tenant's endpoint: takes KCIs in a process of its own, and says how many came, how late and in what order."""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, cast

import orjson

from bench.figures import quantiles

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True)
class Sink:
    """A running sink: `port` is where it takes KCIs."""

    port: int
    asked: IO[str]
    answered: IO[str]

    def wait_for(self, count: int, seconds: float) -> dict[str, Any]:
        """What has come since the last call, once that many KCIs have, or time is up.

        {count, seconds from the first to the last, disordered, unsigned, p50 and p99 of lateness in ms}
        """
        print(json.dumps({"count": count, "seconds": seconds}), file=self.asked, flush=True)
        result: dict[str, Any] = json.loads(self.answered.readline())
        return result


@contextlib.contextmanager
def open_sink() -> Iterator[Sink]:
    """A sink on a free port, until the block ends."""
    command = [sys.executable, "-m", "bench.sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        asked, answered = cast(IO[str], process.stdin), cast(IO[str], process.stdout)
        try:
            yield Sink(int(answered.readline()), asked, answered)
        finally:
            asked.close()  # which is how it is told to stop
            process.wait(10)


@dataclass
class Arrivals:
    """What has come."""

    times: list[float] = field(default_factory=list)
    lateness: list[float] = field(
        default_factory=list
    )  # milliseconds between a supplier's KCI being due and its arrival
    disordered: int = 0
    unsigned: int = 0
    last: dict[int, int] = field(default_factory=dict)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: int = 0

    def take(self, head: bytes, body: bytes) -> None:
        """Note one KCI. The world's clock runs with ours: it is due when its supplier says it issued it."""
        now = time.time()
        kci = orjson.loads(body)
        order, number = kci["entity"]["id"], kci["sequenceNumber"]
        self.times.append(now)
        self.disordered += number != self.last.get(order, 0) + 1
        self.last[order] = number
        self.unsigned += b"webhook-signature" not in head
        if "issuedOn" in kci:
            self.lateness.append(1000 * (now - datetime.fromisoformat(kci["issuedOn"]).timestamp()))
        if len(self.times) == self.wanted:
            self.enough.set()

    async def report(self, count: int, seconds: float) -> dict[str, Any]:
        """What came since the last report, once it is `count` or time is up."""
        self.wanted = count
        self.enough.clear()
        if len(self.times) < count:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.enough.wait(), seconds)
        told = {
            "count": len(self.times),
            "seconds": self.times[-1] - self.times[0] if self.times else 0,
            "disordered": self.disordered,
            "unsigned": self.unsigned,
            **quantiles(self.lateness),
        }
        self.times, self.lateness, self.disordered, self.unsigned = [], [], 0, 0
        return told


class Connection(asyncio.Protocol):
    """One kept-open connection that KCIs come by. Anything but a KCI is a load generator finding its own limit."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        length = _LENGTH.search(self._received, 0, head)
        end = head + 4 + (int(length[1]) if length else 0)
        if len(self._received) < end:
            return
        if self._received.startswith(b"POST /kcis"):
            self._arrivals.take(self._received[:head].lower(), self._received[head + 4 : end])
        self._received = self._received[end:]
        self._transport.write(_ANSWER)


async def _main() -> None:
    arrivals = Arrivals()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(arrivals), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    while line := await asked.readline():
        print(json.dumps(await arrivals.report(**json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(_main())
