"""Every step that the tables of the life cycles allow can be taken, by those who take it, from every state."""

from collections.abc import Iterator

import pytest

from tests.docs.coverage_page import steps
from tests.gateway.courses import FIRST, Course, Place, Step, route
from tests.gateway.stage import Played, play
from tests.support.sandboxes import open_sandbox
from tests.support.showing import NEW

# What only an unsolicited cease does: it has tests of its own.
ELSEWHERE = {("order", FIRST, event) for event in ("CREATED", "ACKNOWLEDGED")}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """One supplier and one world for all: each step is taken by an order or a problem of the test's own."""
    sandbox = open_sandbox(tmp_path_factory.mktemp("steps"))
    yield play(sandbox)
    sandbox.close()


EVENTS = sorted(
    {
        (kind, step.event)
        for kind in ("order", "problem")
        for step in steps(kind)
        if step.state != NEW and (kind, step.state, step.event) not in ELSEWHERE
    }
)


@pytest.mark.parametrize(("kind", "event"), EVENTS)
def test_every_step_of_an_event(played: Played, kind: str, event: str) -> None:
    """From each state in which the event may come, to each status that it may state; the tenant sees where it led."""
    todo = {Step(*step[1:]) for step in steps(kind) if step.event == event and step.state != NEW}
    todo -= {step for step in todo if (kind, step.state, event) in ELSEWHERE}
    course = Course(played, kind)
    while todo:
        way = route(kind, course.place, todo)
        if not way and course.place == Place():
            break
        if not way:
            course = Course(played, kind)
        for step in way:
            course.go(step)
            todo.discard(step)
        assert not way or course.shown()["status"] == way[-1].after, way
    assert todo == set()
