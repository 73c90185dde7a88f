"""Whoever writes for a call writes in the epoch in which that call began."""

import ast

import pytest

from tests.architecture.checkout import modules, name_of
from tests.architecture.references import dotted

ROOMS = ("sandbox/gateway", "sandbox/suppliers", "sandbox/portal")


def unguarded(name: str, source: str) -> list[str]:
    """Where a room that serves calls writes by itself, not by `Parts.write`, and without naming an epoch."""
    nodes = list(ast.walk(ast.parse(source)))
    named = [
        node.func for node in nodes if isinstance(node, ast.Call) and "epoch" in {each.arg for each in node.keywords}
    ]
    found = (node for node in nodes if isinstance(node, ast.Attribute) and node not in named)
    return [f"{name}:{node.lineno}" for node in found if (dotted(node) or "").endswith("store.write")]


def test_rooms_that_serve_calls_write_in_an_epoch() -> None:
    """`Parts.write` guards against a world that was reset since the call began; the player does so for its jobs."""
    assert [use for room in ROOMS for path in modules(room) for use in unguarded(name_of(path), path.read_text())] == []


@pytest.mark.parametrize("source", ["parts.store.write('DEMO1', work)", "store = parts.store\nwrite = store.write"])
def test_a_planted_write_is_found(source: str) -> None:
    assert unguarded("sandbox/gateway/ordering.py", source) != []


@pytest.mark.parametrize(
    "source", ["parts.write(call, work)\nparts.store.read(world, look)", "parts.store.write(world, work, epoch=epoch)"]
)
def test_a_guarded_write_is_left_alone(source: str) -> None:
    assert unguarded("sandbox/gateway/ordering.py", source) == []
