"""A run in a process of its own, which can be ended at any moment: that is how the time limit holds whatever hangs."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.conformance.realtime import elapsed, new_name, today
from sandbox.conformance.report import Report, report_of
from sandbox.spec.requirements import load_catalogue

Told = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Guard:
    """How connections are made where others name the target: by `client(local=…, seconds=…)` of this module."""

    module: str
    local: bool


def run(
    profile: Mapping[str, Any],
    *,
    seed: int,
    only: frozenset[str],
    limit: float,
    told: Told = lambda _event: None,
    guard: Guard | None = None,
    stop: threading.Event | None = None,
) -> Report:
    """Examine a target as its profile (as data) describes it, for at most so many seconds. `told` hears all events.

    With a `guard` it runs for somebody else, behind everything else that this machine does. `stop` ends it before its
    time.
    """
    began, started = elapsed(), today()
    events: list[Mapping[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        log, given = Path(folder) / "events", Path(folder) / "run.json"
        log.touch()
        about = {"profile": profile, "seed": seed, "only": sorted(only), "log": str(log)}
        given.touch(0o600)  # there are secrets in it
        given.write_text(json.dumps(about if guard is None else about | {"guard": vars(guard)}))

        def hear(event: Mapping[str, Any]) -> None:
            events.append(event)
            told(event)

        cause = _play(given, log, limit, hear, stop or threading.Event())
    taken = {"seed": seed, "started": started.isoformat(), "seconds": round(elapsed() - began, 1)}
    target = {"suite": profile["suite"], "name": profile["name"], "url": profile.get("url", "")}
    run_id = {"id": new_name()}
    return report_of(events, load_catalogue(), target, {**run_id, **taken, "limit": limit}, only, cause)


def _play(given: Path, log: Path, limit: float, told: Told, stop: threading.Event) -> str | None:
    """Why it did not come to its end, or None."""
    command = [sys.executable, "-m", "sandbox.conformance.child", str(given)]
    with (given.parent / "errors").open("wb+") as errors:
        process = subprocess.Popen(  # noqa: S603 - this very Python, on a file of ours
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, env=_environment()
        )
        try:
            cause = _follow(process, log, elapsed() + limit, limit, told, stop)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()
        errors.seek(0)
        last = errors.read().decode("utf-8", "replace").strip().splitlines()[-1:]
    if cause is None and process.returncode not in (0, 1, 5):
        return f"the suite could not be run: {last[0] if last else f'exit code {process.returncode}'}"
    return cause


def _follow(
    process: "subprocess.Popen[bytes]", log: Path, until: float, limit: float, told: Told, stop: threading.Event
) -> str | None:
    unread = b""
    with log.open("rb") as file:
        while True:
            ended = process.poll() is not None
            *lines, unread = (unread + file.read()).split(b"\n")
            for line in lines:
                told(json.loads(line))
            if ended:
                return None
            if elapsed() > until:
                return f"the time limit of {limit:g} s was over"
            if stop.wait(0.05):
                return "the run was broken off"


def _environment() -> dict[str, str]:
    """Ours, without the sandbox's settings: a suite needs none of them."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}


def tell_into(path: Path) -> Told:
    """What writes events into a file, each in one piece, for `run` to follow."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def tell(event: Mapping[str, Any]) -> None:
        os.write(file, json.dumps(event, default=str).encode() + b"\n")

    return tell
