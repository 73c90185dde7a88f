"""What is measured: `sandbox serve` in processes of its own, on a database that is thrown away; or another server."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READY_WITHIN = 30  # seconds
STOP_WITHIN = 30  # seconds

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server. `ready_after` is the seconds from its start to its first answer."""

    port: int
    pid: int
    ready_after: float

    def cpu(self) -> float:
        """Seconds of processor time that its processes have used so far."""
        return sum(int(fields[12]) + int(fields[13]) for fields in self._stats()) / _TICKS

    def memory(self) -> float:
        """Megabytes that all its processes take together, what they share counted once (PSS)."""
        shares = [Path(f"/proc/{fields[0]}/smaps_rollup").read_text() for fields in self._stats()]
        return sum(int(line.split()[1]) for text in shares for line in text.splitlines() if line[:4] == "Pss:") / 1000

    def _stats(self) -> list[list[str]]:
        return [fields for fields in _processes() if int(fields[3]) == self.pid]  # of its process group


@contextlib.contextmanager
def serve(folder: Path, **settings: str) -> Iterator[Server]:
    """A sandbox until the block ends, on a file in this folder unless the settings name another database."""
    port = free_port()
    given = {"database_url": f"sqlite:///{folder}/sandbox.db", **settings, "port": str(port)}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    environment |= {f"SANDBOX_{name.upper()}": value for name, value in given.items()}
    command = [sys.executable, "-m", "sandbox", "serve"]
    with started(command, port, "/_sandbox/health", folder / f"served-{port}.log", environment) as server:
        yield server


@contextlib.contextmanager
def started(
    command: Sequence[str], port: int, path: str, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Any server, once it answers at this path, until the block ends."""
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        _wait_until_ready(process, f"http://127.0.0.1:{port}{path}", log)
        yield Server(port, process.pid, time.perf_counter() - began)
    finally:
        _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended while starting:\n{log.read_text()}")
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - loopback
            return
        except urllib.error.HTTPError:
            return  # it answers, whatever that is
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.005)
    raise RuntimeError(f"{process.args!r} did not get ready:\n{log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop; its process group, which nobody else is in, is then killed if anything is left."""
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_WITHIN)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _processes() -> Iterator[list[str]]:
    """(pid, state, parent, group, …): the fields of every process's stat file but its name, which may hold anything."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, _, rest = stat.read_text().partition(" (")
            yield [pid, *rest.rpartition(") ")[2].split()]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
