"""When a world is reset by itself: its timetable, putting it off, what is told before, and what is kept how long."""

from functools import partial
from typing import Any

from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.errors import NOT_AUTHORISED, Problem, invalid
from sandbox.domain.worldtime import World
from sandbox.parts import Parts
from sandbox.store import terms, worlds
from sandbox.store.store import Tx
from sandbox.store.terms import WorldTerms
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.world.schedule import DAY, ZONE, Timetable, kept_to, next_reset, own_timetable

NEAR = 3_600_000  # milliseconds before a scheduled reset in which a notice says that it comes
MOST_APART = 31  # days between two resets of a world's own timetable, where the deployment has one
_LOOKED_AT = 24  # of its times

_EXPORT = "GET /_sandbox/recording exports it, PUT /_sandbox/pin puts it off"


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the operations around timetables."""
    return {
        "showTimetable": partial(show, parts),
        "setTimetable": partial(choose, parts),
        "pinWorld": partial(pin, parts),
        "listNotices": partial(list_notices, parts),
    }


def show(parts: Parts, call: Call) -> Answer:
    """GET /timetable: when the caller's world is reset, and when it was."""
    return Answer(200, parts.store.read(call.caller.world, partial(timetable_entry, parts)))


def choose(parts: Parts, call: Call) -> Answer:
    """PUT /timetable: another for the caller's world, or again the deployment's. A demo world's is the operator's."""

    def keep(tx: Tx) -> dict[str, Any]:
        if _agreed(tx).partner is None:
            raise Problem(NOT_AUTHORISED, ("the demo worlds are everybody's: the operator says when they go",), 403)
        return change(parts, tx, call.body)

    return Answer(200, parts.write(call, keep))


def change(parts: Parts, tx: Tx, body: dict[str, Any]) -> dict[str, Any]:
    """Keep the world to another timetable from now on: its entry."""
    cron = body["cron"]
    zone: str = body.get("timeZone", ZONE)
    if cron is not None:
        _check(parts, cron, zone, tx.real)
    terms.change_world(tx.connection, tx.world.name, cron=cron, time_zone=None if cron is None else zone)
    _announce(parts, tx)
    return timetable_entry(parts, tx)


def _check(parts: Parts, cron: str, zone: str, now: int) -> None:
    """Refuse what is no timetable, and one that would keep a world for longer than the deployment means to."""
    try:
        wanted = own_timetable(cron, zone)
    except ValueError as error:
        raise invalid(str(error)) from None
    if parts.timetable.text:
        before = now
        for _ in range(_LOOKED_AT):
            following = wanted.next(before)
            if following is None or following - before > MOST_APART * DAY:
                raise invalid(f"/cron: a world is reset at least every {MOST_APART} days")
            before = following


def pin(parts: Parts, call: Call) -> Answer:
    """PUT /pin: until then the timetable does not reset the caller's world; null ends it. By hand it still is reset."""
    until = None if call.body["until"] is None else to_ms(call.body["until"])

    def keep(tx: Tx) -> dict[str, Any]:
        if until is not None:
            latest = _latest(parts, tx)
            if not tx.real < until <= latest:
                days = f"{parts.settings.pin_days} days past the timetable"
                if latest <= tx.real:
                    raise invalid(f"/until: this world has been kept for {days}, and cannot be for longer")
                raise invalid(f"/until: send a time that is still to come, at the latest {to_text(latest)}: {days}")
        terms.change_world(tx.connection, tx.world.name, pinned_until=until)
        _announce(parts, tx)
        return timetable_entry(parts, tx)

    return Answer(200, parts.write(call, keep))


def _latest(parts: Parts, tx: Tx) -> int:
    """The latest time that the world may be pinned until: so long past when it would have gone unpinned."""
    agreed = _agreed(tx)
    began = tx.world.reset_at or agreed.created_at
    due = kept_to(parts.timetable, agreed).next(began)
    return (tx.real if due is None else due) + parts.settings.pin_days * DAY


def _announce(parts: Parts, tx: Tx) -> None:
    worlds.announce_reset(tx.connection, tx.world, next_reset(parts.timetable, _agreed(tx), tx.real))


def _agreed(tx: Tx) -> WorldTerms:
    return terms.of_world(tx.connection, tx.world.name) or WorldTerms(tx.world.name, None, 0)


def timetable_entry(parts: Parts, tx: Tx) -> dict[str, Any]:
    """A world's timetable as it is shown, and how long things are kept."""
    agreed = _agreed(tx)
    kept: Timetable = kept_to(parts.timetable, agreed)
    pinned = agreed.pinned_until if agreed.pinned_until and agreed.pinned_until > tx.real else None
    times = {
        "next": next_reset(parts.timetable, agreed, tx.real),
        "last": tx.world.reset_at,
        "pinnedUntil": pinned,
    }
    told = {name: to_text(at) for name, at in times.items() if at is not None}
    cron = {"cron": kept.text} if kept.text else {}
    days, idle = parts.settings.keep_days, parts.settings.idle_days
    kept_for = {
        **dict.fromkeys(("logs", "recordings"), f"P{days}D" if days else "UNTIL_RESET"),
        "idleTenants": f"P{idle}D" if idle else "FOREVER",
    }
    return {"world": tx.world.name, "timeZone": kept.zone, **cron, **told, "kept": kept_for}


def list_notices(parts: Parts, call: Call) -> Answer:
    """GET /notices: that the world was reset, and that it soon will be."""

    def look(tx: Tx) -> list[dict[str, Any]]:
        world, items = tx.world, []
        if world.reset_at is not None:
            items.append({"kind": "WORLD_RESET", "at": to_text(world.reset_at), "text": _told(world)})
        coming = next_reset(parts.timetable, _agreed(tx), tx.real)
        if coming is not None and coming - tx.real <= NEAR:
            text = f"{world.name} begins anew at this time: take what you want to keep. {_EXPORT}"
            items.append({"kind": "RESET_NEAR", "at": to_text(coming), "text": text})
        return items

    return Answer(200, {"items": parts.store.read(call.caller.world, look)})


def _told(world: World) -> str:
    if world.as_of is None:
        return f"{world.name} began anew, in epoch {world.epoch}: nothing of before is left"
    return f"{world.name} went back to {to_text(world.as_of)}, in epoch {world.epoch}: what came after that is gone"
