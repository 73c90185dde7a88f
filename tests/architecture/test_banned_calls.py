"""Time and chance are values: the wall clock is read in one module, and chance is drawn in another."""

from fnmatch import fnmatchcase

import pytest

from tests.architecture.checkout import modules, name_of
from tests.architecture.references import references

ONLY_ROOM = {
    "sandbox/world/clock.py": (
        "time",
        "time.*",
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "asyncio.sleep",
        "sched.*",
        "threading.Timer",
    ),
    "sandbox/world/keys.py": ("random", "random.*", "secrets", "secrets.*", "os.urandom", "uuid.uuid1", "uuid.uuid4"),
}

OUTSIDE = "sandbox/conformance/realtime.py"  # the examiners look at others' systems, in real time


def banned(name: str, source: str) -> list[str]:
    """What this module uses though another room alone may."""
    return sorted(
        {
            f"{name}:{line} {used}"
            for room, patterns in ONLY_ROOM.items()
            if name not in (room, OUTSIDE)
            for line, used in references(source)
            if any(fnmatchcase(used, pattern) for pattern in patterns)
        }
    )


def test_the_program_reads_the_clock_and_draws_chance_in_one_room_each() -> None:
    assert [use for path in modules() for use in banned(name_of(path), path.read_text())] == []


PLANTED = {
    "import time\ntime.sleep(1)": "time.sleep",
    "import time as t\nt.monotonic()": "time.monotonic",
    "from time import sleep as rest\nrest(1)": "time.sleep",
    "def wait():\n    from time import sleep\n    sleep(1)": "time.sleep",
    "import datetime\ndatetime.datetime.now()": "datetime.datetime.now",
    "import datetime as d\nd.datetime.utcnow()": "datetime.datetime.utcnow",
    "from datetime import datetime as dt\ndt.now()": "datetime.datetime.now",
    "from datetime import date\nDAY = date.today": "datetime.date.today",
    "from dataclasses import field\nfrom datetime import datetime\nat = field(default_factory=datetime.now)": (
        "datetime.datetime.now"
    ),
    "import random\nrandom.Random(1)": "random.Random",
    "from uuid import uuid4 as fresh\nfresh()": "uuid.uuid4",
    "import uuid\nuuid.uuid1()": "uuid.uuid1",
    "import secrets\nsecrets.token_hex()": "secrets.token_hex",
    "import os\nos.urandom(8)": "os.urandom",
}


@pytest.mark.parametrize("source", PLANTED)
def test_a_planted_use_is_found_whatever_its_name(source: str) -> None:
    assert any(use.endswith(PLANTED[source]) for use in banned("sandbox/gateway/ordering.py", source))


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.fromisoformat('2030-01-01')",
        "from uuid import UUID\nUUID(int=1)",
        "def due(time):\n    return time.now()",
        "clock.now(); self.random.draw()",
    ],
)
def test_values_and_names_of_our_own_are_left_alone(source: str) -> None:
    assert banned("sandbox/gateway/ordering.py", source) == []


@pytest.mark.parametrize("room", ONLY_ROOM)
def test_the_one_room_may(room: str) -> None:
    allowed = "import time\ntime.time()" if room.endswith("clock.py") else "import secrets\nsecrets.token_hex()"
    assert banned(room, allowed) == []
    assert banned("sandbox/world/player.py", allowed) != []
