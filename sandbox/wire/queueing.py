"""Calls wait here for their turn to be served: those of one caller never keep another's waiting for long."""

import io
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.wire.courier import WSGIApp
from sandbox.world.turns import Turns


def in_turn(app: WSGIApp, turns: Turns, owner: Callable[[str], str], most: int) -> WSGIApp:
    """The app, served in turns. `owner` tells whose an Authorization header is; bodies of up to `most` bytes are read
    before, however slowly they come.
    """

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and 0 < int(length) <= most:
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))
        with turns.turn(owner(environ.get("HTTP_AUTHORIZATION", ""))):
            return app(environ, start)

    return answer
