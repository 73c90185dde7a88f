"""Who has to wait for the recorder keeps nobody else waiting. What is recorded, other tests show."""

import threading
from typing import Any

import pytest

from sandbox.store.recordings import Exchange
from sandbox.wire.recorder import Recorder
from sandbox.world.turns import Turns, away

WAIT = 20
SAID = Exchange("earth", 1, "T", 1, 0, 1, 0, 0, 0, 0, b"{}", b"{}")


class Busy:
    """A store in which somebody else is writing: whoever wants to write has to wait."""

    def __init__(self) -> None:
        self.asked, self.let_go = threading.Event(), threading.Event()
        self.written = 0

    def real_now(self) -> int:
        """No time goes by."""
        return 0

    def query(self, _work: object) -> int:
        """Nothing was kept before."""
        return 0

    def transact(self, _work: object) -> None:
        """As a writer that waits for another one."""
        with away():
            self.asked.set()
            assert self.let_go.wait(WAIT)
        self.written += 1


def test_who_waits_for_what_the_recorder_writes_has_no_turn_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have to wait until the recorder has its own again."""
    monkeypatch.setattr("sandbox.world.turns.LONG", WAIT)
    turns, store = Turns(1), Busy()
    busy: Any = store
    recorder = Recorder(busy, 1_000, turns)

    def flush(owner: str) -> None:
        with turns.turn(owner):
            recorder.note(SAID)
            recorder.flush()

    first, second = (threading.Thread(target=flush, args=[owner]) for owner in ("recorder", "A"))
    first.start()
    assert store.asked.wait(WAIT)
    second.start()
    while len(recorder._said) < 1:
        pass
    with turns.turn("B"):
        pass
    store.let_go.set()
    for each in (first, second):
        each.join(WAIT)
        assert not each.is_alive()
    assert store.written == 2
