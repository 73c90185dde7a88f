"""The sandbox that is measured: `sandbox serve` in processes of its own, on a file that is thrown away."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

READY_WITHIN = 30  # seconds
STOP_WITHIN = 30  # seconds

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running sandbox. `ready_after` is the seconds from its start to its first answer."""

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
    """A sandbox on a file in this folder, until the block ends."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    environment |= {"SANDBOX_PORT": str(port), "SANDBOX_DATABASE_URL": f"sqlite:///{folder}/sandbox.db"}
    environment |= {f"SANDBOX_{name.upper()}": value for name, value in settings.items()}
    log = folder / "served.log"
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "serve"],
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, port, log)
        yield Server(port, process.pid, time.perf_counter() - began)
    finally:
        _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the sandbox ended while starting:\n{log.read_text()}")
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_sandbox/health", timeout=5).close()
            return
        time.sleep(0.005)
    raise RuntimeError(f"the sandbox did not get ready:\n{log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop; its process group, which nobody else is in, is killed only if it does not."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _processes() -> Iterator[list[str]]:
    """(pid, state, parent, group, …): the fields of every process's stat file but its name, which may hold anything."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, _, rest = stat.read_text().partition(" (")
            yield [pid, *rest.rpartition(") ")[2].split()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
