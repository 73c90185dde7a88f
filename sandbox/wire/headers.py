"""Headers that every answer carries, whichever app gives it; and the mark of a sandbox on all that goes out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sandbox.wire.courier import WSGIApp

MARK = {"Sandbox": "true"}  # so that nobody takes what is here for the real thing

# For an answer that does not say otherwise itself: it is no page, and is neither kept, framed nor guessed at.
_CAREFUL = {
    **MARK,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}

More = Callable[[Mapping[str, Any]], Sequence[tuple[str, str]]]


def with_headers(app: WSGIApp, more: More) -> WSGIApp:
    """The app, with what is careful and what `more` gives, by the call's environment, added to each of its answers."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            said = {name.title() for name, _ in headers}
            careful = _CAREFUL | _OVER_TLS if environ["wsgi.url_scheme"] == "https" else _CAREFUL
            added = [(name, value) for name, value in careful.items() if name.title() not in said]
            return start(status, [*headers, *added, *more(environ)], *error)

        return app(environ, begin)

    return answer
