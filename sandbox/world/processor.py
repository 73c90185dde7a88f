"""On which processor a process is. Python computes in one thread at a time; from one processor to another each thread
takes along what it works on, and that costs a third of the time.
"""

import ctypes
import os

_ON_LINUX = hasattr(os, "sched_setaffinity")  # elsewhere the system has its own way


def keep_to_one() -> None:
    """Keep this thread, and all that it begins from now on, to the processor that it is on."""
    if _ON_LINUX:
        os.sched_setaffinity(0, {ctypes.CDLL(None).sched_getcpu()})


def let_go() -> None:
    """Be anywhere again, as far as the system lets us: for a process that somebody who keeps to one has begun."""
    if _ON_LINUX:
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
