"""The pytest plugin: the fixture `sandbox`, a world of its own for every test.

All worlds of a process live on one ground, made for the first test that wants one; each worker of pytest-xdist is a
process. A world's name and seed follow from the test's, so a test sees the same bytes wherever and whenever it runs.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # whoever has the plugin and does not use it waits for nothing
    from sandbox.inprocess.ground import Ground
    from sandbox.inprocess.own_world import OwnWorld

_MARK = (
    "sandbox(start=None, gap=None, seed=None, real=None): how this test's world begins: the time that it begins at, as "
    "2027-06-07T09:00:00Z; seconds between KCIs, where not a scenario's own days and hours hold; another seed; the "
    "moment of real time at which KCIs are signed, where not the present one"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", _MARK)


@pytest.fixture(scope="session")
def sandbox_ground() -> Iterator["Ground"]:
    """The sandbox that all worlds of this process live in."""
    from sandbox.inprocess.ground import open_ground

    with open_ground() as ground:
        yield ground


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, sandbox_ground: "Ground") -> Iterator["OwnWorld"]:
    """A world of this test's own, with a tenant in it that is signed in."""
    name = f"TEST_{sha256(request.node.nodeid.encode()).hexdigest()[:12]}"
    with sandbox_ground.world(name, **_marked(request.node)) as world:
        yield world


def _marked(node: Any) -> dict[str, Any]:
    mark = node.get_closest_marker("sandbox")
    return {} if mark is None else {name: value for name, value in mark.kwargs.items() if value is not None}
