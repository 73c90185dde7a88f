"""Calls wait here for their turn to be served: those of one caller never keep another's waiting for long."""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sandbox.wire.courier import WSGIApp
from sandbox.wire.faulty_answers import BrokenOff
from sandbox.world.turns import Turns


def in_turn(app: WSGIApp, turns: Turns, owner: Callable[[str], str], most: int) -> WSGIApp:
    """The app, served in turns. `owner` tells whose an Authorization header is; whoever shows none of ours is known by
    its address. Bodies are read before, however slowly they come; of those that are larger than `most` bytes enough to
    be refused.
    """

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(most + 1))
        elif length.isdecimal() and 0 < int(length) <= most:
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))
        whose = owner(environ.get("HTTP_AUTHORIZATION", "")) or environ.get("REMOTE_ADDR", "")
        with turns.turn(whose):
            return _whole(app(environ, start))

    return answer


def _whole(answer: Iterable[bytes]) -> Iterable[bytes]:
    """All of an answer, so that the server need not come back for its parts."""
    parts: list[bytes] = []
    try:
        for part in answer:
            parts.append(part)  # noqa: PERF402 - what came before it is broken off is wanted too
    except BrokenOff as broken:
        return _broken(parts, broken)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return parts


def _broken(parts: list[bytes], broken: BrokenOff) -> Iterator[bytes]:
    yield from parts
    raise broken
