"""Beginning a world anew by hand, or going back; and when the timetable does so, on every answer."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.errors import invalid
from sandbox.parts import Parts
from sandbox.portal.clock import check_real_time, played_entry
from sandbox.store import partners
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Caller, Handler
from sandbox.wire.edge import CALLER
from sandbox.wire.headers import More
from sandbox.world.reset import Reset, reset
from sandbox.world.rewind import restore

RESETS_AT = "Sandbox-Resets-At"


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the operations around resets."""
    return {"resetWorld": partial(begin_anew, parts)}


def headers(parts: Parts) -> More:
    """What every answer says of the next reset, that of the caller's world where it is known: nothing for never."""

    def made(environ: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        caller: Caller | None = environ.get(CALLER)
        own = caller is not None and caller.world != ""
        coming = caller.resets_at if own and caller else parts.timetable.next(parts.clock.now())
        return [] if coming is None else [(RESETS_AT, to_text(coming))]

    return made


def begin_anew(parts: Parts, call: Call) -> Answer:
    """POST /reset: the next epoch of the caller's world, as it was at its beginning or in a snapshot."""
    name = (call.body or {}).get("snapshot")
    if name is None:
        return Answer(200, begun(call, reset(parts.store, call.caller.world, parts.settings.world_start)))
    done = go_back(parts, call, name)
    if done is None:
        raise invalid(f"/snapshot: you have no snapshot {name}: GET /_sandbox/snapshots lists yours")
    return Answer(200, begun(call, done))


def go_back(parts: Parts, call: Call, name: str) -> Reset | None:
    """Restore a snapshot of the caller's; None when there is none of this name."""
    return restore(parts.store, call.caller.world, call.caller.code, name, check_rewind(call))


def check_rewind(call: Call) -> Callable[[Tx], None]:
    """What is open at a partner's own supplier cannot be brought back: that does not go back with the world."""
    return lambda tx: check_real_time(partners.open_work(tx), call, "no snapshot is taken or restored")


def begun(call: Call, done: Reset) -> dict[str, Any]:
    """A world's beginning as the caller may see it. What concerned others in a shared world stays theirs."""
    world, owner = done.world, call.caller.code
    return {
        "world": world.name,
        "epoch": world.epoch,
        "now": to_text(world.virtual_base),
        "cancelled": done.cancelled.get(owner, 0),
        "onTheWire": [played_entry(job) for job in done.on_the_wire if job.owner == owner],
    }
