"""Looking at what the gateway and the fakes say to each other, and answering in their place."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.app import Sandbox
from tests.support.sandboxes import Json

Environ = dict[str, Any]


def spied(
    sandbox: Sandbox, answer: Callable[[Environ], tuple[str, bytes] | None], whom: str = "suppliers"
) -> list[Environ]:
    """Every call of the suppliers, or of the gateway, that the other side makes from now on.

    Where `answer` gives a status line and a body, whoever is called hears nothing of it.
    """
    seen: list[Environ] = []
    real = sandbox.parts.courier.apps[whom]

    def spy(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        seen.append(environ)
        given = answer(environ)
        if given is None:
            return real(environ, start)
        start(given[0], [("Content-Type", "application/json")])
        return [given[1]]

    sandbox.parts.courier.apps[whom] = spy
    return seen


def body_of(environ: Environ) -> Json:
    """The JSON body of a call in this process; it can still be read by whom it was sent to."""
    body: Json = json.loads(environ["wsgi.input"].getvalue())
    return body
