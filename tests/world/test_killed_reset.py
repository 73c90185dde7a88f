"""A reset that is killed, at every statement of it and of the sweep that follows: the world is either old or new."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from sandbox.store import worlds
from sandbox.world.reset import reset, sweep
from tests.store.databases import add_worlds, open_store
from tests.support.bulk import fill, rows_of
from tests.world.killed_resets import RESET

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.prove)])
def test_killed_at_any_statement_the_world_is_either_old_or_new(tmp_path: Path, stride: int) -> None:
    """Old: every row is there, and it can be reset. New: begun anew, and what is left of before goes by and by."""
    template = tmp_path / "template.db"
    store = open_store(f"sqlite:///{template}")
    add_worlds(store, "earth")
    fill(store, "earth", 2)
    whole = rows_of(store, "earth")
    old = store.query(partial(worlds.find, name="earth"))
    store.close()
    command = [sys.executable, "-m", "tests.world.killed_resets", str(template), str(stride)]
    subprocess.run(command, cwd=ROOT, check=True)
    epochs, partly_swept = [], 0
    for file in sorted(tmp_path.glob("killed-*.db")):
        store = open_store(f"sqlite:///{file}")
        world = store.query(partial(worlds.find, name="earth"))
        left = rows_of(store, "earth")
        epochs.append(world.epoch)
        if world.epoch == 1:
            assert (world, left) == (old, whole)
            assert reset(store, "earth", "now").world.epoch == 2
        else:
            assert (world.epoch, world.reset_at, world.run_until) == (2, old.real_base, 0)
            assert {epoch for _, epoch in left} <= {1}
            partly_swept += 0 < sum(left.values()) < sum(whole.values())
        sweep(store, lambda: True)
        assert rows_of(store, "earth") == {}
        store.close()
    assert epochs == sorted(epochs)
    assert 5 < epochs.count(1) < RESET
    assert partly_swept > 5
