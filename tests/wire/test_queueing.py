"""Calls wait for their turn, and are read before."""

import io
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from sandbox.wire.faulty_answers import BrokenOff
from sandbox.wire.queueing import in_turn
from sandbox.world.turns import Turns

WAIT, MOST = 20, 10


class Slow(io.BytesIO):
    """A body that comes when it is let go."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.asked, self.let_go = threading.Event(), threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        """What there is, once it is let go."""
        self.asked.set()
        assert self.let_go.wait(WAIT)
        return super().read(size)


def echo(environ: dict[str, Any], _start: object) -> Iterable[bytes]:
    """An app that answers what it was sent."""
    return [environ["wsgi.input"].read()]


def call(turns: Turns, body: io.BytesIO, **environ: str) -> list[bytes]:
    """What the app answers."""
    app = in_turn(echo, turns, lambda authorization: authorization, MOST)
    return list(app({"wsgi.input": body, **environ}, lambda *_: None))


@pytest.mark.parametrize("framing", [{"CONTENT_LENGTH": "4"}, {"HTTP_TRANSFER_ENCODING": "chunked"}], ids=str)
def test_a_body_that_comes_slowly_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, framing: dict[str, str]
) -> None:
    """It is read before its turn, however it is sent."""
    monkeypatch.setattr("sandbox.world.turns.LONG", WAIT)
    turns, body, answers = Turns(1), Slow(b"body"), list[bytes]()
    slow = threading.Thread(target=lambda: answers.extend(call(turns, body, REMOTE_ADDR="192.0.2.1", **framing)))
    slow.start()
    assert body.asked.wait(WAIT)
    assert call(turns, io.BytesIO(b"more"), CONTENT_LENGTH="4") == [b"more"]
    body.let_go.set()
    slow.join(WAIT)
    assert answers == [b"body"]


def test_of_a_chunked_body_that_is_too_large_enough_is_read_to_refuse_it() -> None:
    assert call(Turns(1), io.BytesIO(b"0123456789abcdef"), HTTP_TRANSFER_ENCODING="chunked") == [b"0123456789a"]


def test_a_body_that_says_that_it_is_too_large_is_not_read() -> None:
    """Whoever refuses it need not."""
    body = io.BytesIO(b"0123456789abcdef")
    app = in_turn(lambda _environ, _start: [], Turns(1), str, MOST)
    assert list(app({"wsgi.input": body, "CONTENT_LENGTH": "16"}, lambda *_: None)) == []
    assert body.tell() == 0


class Said:
    """An answer in pieces, which tells when it was closed."""

    def __init__(self, *pieces: bytes, end: Exception | None = None) -> None:
        self.pieces, self.end, self.closed = pieces, end, 0

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.end is not None:
            raise self.end

    def close(self) -> None:
        """Nothing more is wanted of it."""
        self.closed += 1


def served(said: Said) -> Iterable[bytes]:
    """What the server gets of this answer."""
    app = in_turn(lambda _environ, _start: said, Turns(1), str, MOST)
    return app({"wsgi.input": io.BytesIO()}, lambda *_: None)


def test_an_answer_is_given_to_the_server_whole() -> None:
    said = Said(b"one ", b"two")
    assert served(said) == [b"one ", b"two"]
    assert said.closed == 1


def test_of_one_that_is_broken_off_it_gets_what_came_before() -> None:
    said = Said(b"one ", end=BrokenOff("asked for"))
    answer = iter(served(said))
    assert next(answer) == b"one "
    with pytest.raises(BrokenOff):
        next(answer)
    assert said.closed == 1


def test_what_breaks_otherwise_is_told_before_anything_is_sent() -> None:
    said = Said(b"one ", end=ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        served(said)
    assert said.closed == 1
