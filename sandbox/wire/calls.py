"""What a handler gets and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Caller:
    """Who signed in: `kind` is tenant, supplier or gateway, `code` says whose, `world` where.

    `epoch` is the world's when the call came in, or for a call inside this process when that began which it belongs to.
    `faults` is how many fault rules there are in the world: with none, nobody looks for one.
    """

    kind: str
    code: str
    world: str
    epoch: int | None = None
    faults: int = 0


NOBODY = Caller("", "", "")


@dataclass(frozen=True)
class Call:
    """One request that passed the edge: everything documented about it is present and of the documented shape.

    `headers` holds the documented header parameters by their published names; `at` is the moment in world time that a
    caller in this process acts for, None for everybody else; `raw` is the body as it came. `disorder` is what a
    fault rule wants to go wrong with the KCIs of what is placed.
    """

    operation: str
    caller: Caller
    request_id: str = ""
    conversation_id: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    raw: bytes = b""
    authorization: str = ""
    at: int | None = None
    disorder: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """What to send back: `body` is JSON, None for no body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Answer]
