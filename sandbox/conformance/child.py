"""The process in which a run takes place: `python -m sandbox.conformance.child FILE`."""

import json
import sys
from pathlib import Path


def main(given: Path) -> int:
    """Play the run that the file describes; pytest's exit code."""
    from sandbox.conformance.plugin import run
    from sandbox.conformance.profile import profile_from
    from sandbox.conformance.runner import tell_into
    from sandbox.conformance.setup import Setup, suite_folder

    about = json.loads(given.read_text())
    profile = profile_from(about["profile"])
    setup = Setup(profile, tell_into(Path(about["log"])), about["seed"], frozenset(about["only"]))
    return run(setup, suite_folder(profile.suite))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
