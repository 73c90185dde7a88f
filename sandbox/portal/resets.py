"""Beginning a world anew: by hand, by the timetable, and what is told about it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.parts import Parts
from sandbox.portal.clock import played_entry
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.world.reset import reset
from sandbox.world.schedule import ZONE

RESETS_AT = "Sandbox-Resets-At"
NEAR = 3_600_000  # milliseconds before a scheduled reset in which a notice says that it comes


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the operations around resets."""
    return {
        "resetWorld": partial(begin_anew, parts),
        "showTimetable": partial(show_timetable, parts),
        "listNotices": partial(list_notices, parts),
    }


def headers(parts: Parts) -> Callable[[], Sequence[tuple[str, str]]]:
    """What every answer says of the next reset: nothing where there is none."""

    def made() -> Sequence[tuple[str, str]]:
        coming = parts.timetable.next(parts.clock.now())
        return [] if coming is None else [(RESETS_AT, to_text(coming))]

    return made


def begin_anew(parts: Parts, call: Call) -> Answer:
    """POST /reset: the next epoch of the caller's world. What concerned others in a shared world stays theirs."""
    done = reset(parts.store, call.caller.world, parts.settings.world_start)
    world, owner = done.world, call.caller.code
    body = {
        "world": world.name,
        "epoch": world.epoch,
        "now": to_text(world.virtual_base),
        "cancelled": done.cancelled.get(owner, 0),
        "onTheWire": [played_entry(job) for job in done.on_the_wire if job.owner == owner],
    }
    return Answer(200, body)


def show_timetable(parts: Parts, call: Call) -> Answer:
    """GET /timetable: when the caller's world is reset, and when it was."""
    world = parts.store.read(call.caller.world, lambda tx: tx.world)
    times = {"next": parts.timetable.next(parts.clock.now()), "last": world.reset_at}
    told = {name: to_text(at) for name, at in times.items() if at is not None}
    cron = {"cron": parts.timetable.text} if parts.timetable.text else {}
    return Answer(200, {"world": world.name, "timeZone": str(ZONE), **cron, **told})


def list_notices(parts: Parts, call: Call) -> Answer:
    """GET /notices: that the world was reset, and that it soon will be."""
    world, now = parts.store.read(call.caller.world, lambda tx: (tx.world, tx.real))
    items: list[dict[str, Any]] = []
    if world.reset_at is not None:
        text = f"{world.name} began anew, in epoch {world.epoch}: nothing of before is left"
        items.append({"kind": "WORLD_RESET", "at": to_text(world.reset_at), "text": text})
    coming = parts.timetable.next(now)
    if coming is not None and coming - now <= NEAR:
        text = f"{world.name} begins anew at this time: take what you want to keep"
        items.append({"kind": "RESET_NEAR", "at": to_text(coming), "text": text})
    return Answer(200, {"items": items})
