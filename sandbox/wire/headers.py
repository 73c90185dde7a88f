"""Headers that every answer carries, whichever app gives it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sandbox.wire.courier import WSGIApp


def with_headers(app: WSGIApp, more: Callable[[], Sequence[tuple[str, str]]]) -> WSGIApp:
    """The app, with what `more` gives at that moment added to each of its answers."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start(status, [*headers, *more()], *error)

        return app(environ, begin)

    return answer
