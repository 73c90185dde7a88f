"""Never more bookings than a diary takes, whoever wants them, in however many processes."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.store import bookings
from tests.store.walking import make_world, open_parts, overfull, walk

ROOT = Path(__file__).parents[2]
ENOUGH = {"reserve", "reserve refused", "order", "order refused", "give up", "move", "time"}
SHORT, LONG = 400, 500_000  # operations of each of two walkers


def test_no_diary_is_filled_beyond_its_places(database_url: str) -> None:
    """The short form: two walkers in this process, on either database."""
    parts = open_parts(database_url)
    try:
        make_world(parts)
        with ThreadPoolExecutor(2) as threads:
            walks = [threads.submit(walk, parts, seed, SHORT) for seed in ("1", "2")]
            done = [each.result(300) for each in walks]
        assert all(set(each) >= ENOUGH for each in done), done
        assert overfull(parts) == []
    finally:
        parts.store.close()


def test_the_walk_sees_it_when_what_has_expired_is_not_given_up_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A diary that is opened without care, and two tenants in turn: the same walk every time."""
    monkeypatch.setattr(bookings, "open_diary", lambda *_: None)
    parts = open_parts(f"sqlite:///{tmp_path}/store.db")
    try:
        make_world(parts)
        with pytest.raises(AssertionError, match=r"after [0-9]+ operations"):
            walk(parts, "12", 10 * SHORT)
    finally:
        parts.store.close()


@pytest.mark.prove
@pytest.mark.postgres
def test_a_million_operations_of_two_processes_overfill_nothing(postgres_url: str) -> None:
    """The whole: half a million operations each, in two processes on one PostgreSQL. `-s` shows how far they are."""
    parts = open_parts(postgres_url)
    try:
        make_world(parts)
        command = [sys.executable, "-m", "tests.store.walking", postgres_url]
        walks = [subprocess.Popen([*command, seed, str(LONG)], cwd=ROOT, stdout=subprocess.PIPE) for seed in "12"]
        told = [each.communicate()[0] for each in walks]
        assert [each.returncode for each in walks] == [0, 0], told
        done = [json.loads(each) for each in told]
        assert all(set(each) >= ENOUGH and sum(each.values()) == LONG for each in done), done
        assert overfull(parts) == []
    finally:
        parts.store.close()
