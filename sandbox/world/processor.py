"""On which processor a process is. Python computes in one thread at a time; from one processor to another each thread
takes along what it works on.
"""

import ctypes
import os
from contextlib import suppress


def keep_to_one() -> None:
    """Keep this thread, and all that it begins from now on, to the processor that it is on."""
    with suppress(AttributeError, OSError, ValueError):  # not on Linux, or not allowed: it is only slower
        os.sched_setaffinity(0, {ctypes.CDLL(None).sched_getcpu()})
