"""A served sandbox in a process of its own, and how to talk to it over real HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.support.sandboxes import Json, Send


@contextmanager
def served(folder: Path, *, port: int | None = None, **settings: str) -> Iterator[str]:
    """The base URL of a sandbox that serves from this folder until the block ends."""
    port = port or free_port()
    process = start(folder, port, **settings)
    try:
        yield wait_until_ready(process, port)
    finally:
        stop(process)


def start(folder: Path, port: int, command: str = "serve", **settings: str) -> subprocess.Popen[bytes]:
    """Start `sandbox serve` as the leader of a process group of its own; its log is served.log in the folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    environment |= {"SANDBOX_PORT": str(port), "SANDBOX_DATABASE_URL": f"sqlite:///{folder}/sandbox.db"}
    environment |= {f"SANDBOX_{name.upper()}": value for name, value in settings.items()}
    with (folder / "served.log").open("ab") as log:
        words = [sys.executable, "-m", "sandbox", command]
        return subprocess.Popen(words, env=environment, stdout=log, stderr=log, start_new_session=True)


def wait_until_ready(process: subprocess.Popen[bytes], port: int, seconds: float = 20) -> str:
    """The base URL, once the sandbox answers. Fails when the process ends first."""
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the sandbox ended while starting"
        try:
            if requests.get(f"{url}/_sandbox/health", timeout=1).status_code == 200:
                return url
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.02)
    raise AssertionError("the sandbox did not get ready")


def stop(process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Ask it to stop, and wait for it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the server and its worker at once: nobody can clean up."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def over_http(url: str) -> Send:
    """Calls a served sandbox."""
    session = requests.Session()

    def send(method: str, path: str, **more: Any) -> tuple[int, Json]:
        response = session.request(
            method,
            url + path,
            headers=more.get("headers"),
            json=more.get("json"),
            data=more.get("form") or more.get("data"),
            params=more.get("query"),
            timeout=60,
        )
        return response.status_code, response.json() if response.content else None

    return send
