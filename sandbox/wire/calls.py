"""What a handler gets and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.domain.quotas import NO_LIMITS, Quotas


@dataclass(frozen=True)
class Caller:
    """Who signed in: `kind` is tenant, supplier, gateway or operator, `code` says whose, `world` where.

    `epoch` is the world's when the call came in, or for a call inside this process when that began which it belongs to.
    `faults` is how many fault rules there are in the world: with none, nobody looks for one. `resets_at`, in real time,
    is when the timetable resets that world, and `quotas` how much the tenant may have: both told of those who came in
    from outside.
    """

    kind: str
    code: str
    world: str
    epoch: int | None = None
    faults: int = 0
    resets_at: int | None = None
    quotas: Quotas = NO_LIMITS


NOBODY = Caller("", "", "")


@dataclass(frozen=True)
class Call:
    """One request that passed the edge: everything documented about it is present and of the documented shape.

    `headers` holds the documented header parameters by their published names; `at` is the moment in world time that a
    caller in this process acts for, None for everybody else, and `stamp` that of a call which waits for this one; `raw`
    is the body as it came; `address` is where the call came from, "" inside this process; `disorder` is what a rule
    wants to go wrong with the KCIs of what is placed.
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
    address: str = ""
    at: int | None = None
    stamp: int | None = None
    disorder: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """What to send back: `body` is JSON, None for no body, and text where the headers name another type."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Answer]
