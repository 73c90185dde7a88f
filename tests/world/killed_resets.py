"""Run as a program: resets and sweeps a copy of a store again and again, killed one statement later each time.

Leaves one file for each statement, as it was when the process was killed there.
"""

import os
import shutil
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from sandbox.store.store import Store
from sandbox.world.clock import ManualClock
from sandbox.world.reset import reset, sweep
from tests.store.databases import START

NEVER = 10**9
RESET = 15  # statements: a few more than it has


def reset_until_killed(file: Path, statement: int) -> None:
    """Reset the world of this file and sweep, and die before this statement is run."""
    left = NEVER

    def count(_text: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "connect")
    def _count(connection: Any, _record: object) -> None:
        assert isinstance(connection, sqlite3.Connection)
        connection.set_trace_callback(count)

    store = Store(f"sqlite:///{file}", ManualClock(START).now)
    left = statement
    reset(store, "earth", "now")
    sweep(store, lambda: True)
    store.close()


def main(template: Path, stride: int) -> None:
    """A file for each statement of the reset, and for every so many of the sweep, to its end."""
    first = Path(shutil.copy(template, template.with_name("first.db")))
    reset_until_killed(first, NEVER)  # what is compiled now, the children need not compile
    statement = 0
    while True:
        file = template.with_name(f"killed-{statement:03}.db")
        shutil.copy(template, file)
        child = os.fork()  # while no other thread runs
        if child == 0:
            reset_until_killed(file, statement)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return
        statement += 1 if statement < RESET else stride


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
