"""The process in which a run takes place: `python -m sandbox.conformance.child FILE`."""

import importlib
import json
import os
import resource
import sys
from functools import partial
from pathlib import Path

LAST_IN_LINE = 10  # nice
MOST_MEMORY = 2 << 30  # bytes


def main(given: Path) -> int:
    """Play the run that the file describes; pytest's exit code."""
    from sandbox.conformance.plugin import run
    from sandbox.conformance.profile import profile_from
    from sandbox.conformance.runner import tell_into
    from sandbox.conformance.setup import Setup, suite_folder

    about = json.loads(given.read_text())
    profile = profile_from(about["profile"])
    connect, guard = None, about.get("guard")
    if guard is not None:
        os.nice(LAST_IN_LINE)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        opened = importlib.import_module(guard["module"]).client
        connect = partial(opened, local=guard["local"], seconds=profile.answer)
    setup = Setup(profile, tell_into(Path(about["log"])), about["seed"], frozenset(about["only"]), connect)
    return run(setup, suite_folder(profile.suite))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
