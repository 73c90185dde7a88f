"""What the operator alone may do: see every world, begin it anew, and say when that happens by itself."""

from functools import partial
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.errors import not_found
from sandbox.domain.worldtime import World
from sandbox.parts import Parts
from sandbox.portal import timetables
from sandbox.store import accounts, worlds
from sandbox.store.store import StaleEpoch, Tx
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.world.reset import reset

PAGE = 200  # worlds in one answer


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the operator's operations."""
    return {
        "listWorlds": partial(show_worlds, parts),
        "resetAnyWorld": partial(begin_anew, parts),
        "setWorldTimetable": partial(set_timetable, parts),
    }


def show_worlds(parts: Parts, call: Call) -> Answer:
    """GET /worlds: every world, by name, with its tenants."""
    after = call.query.get("after", "")

    def look(connection: Any) -> list[dict[str, Any]]:
        listed = worlds.after(connection, after, PAGE)
        return [_entry(world, accounts.tenants_in(connection, world.name)) for world in listed]

    items = parts.store.query(look)
    return Answer(200, {"items": items, "next": items[-1]["world"] if items else after})


def _entry(world: World, tenants: list[str]) -> dict[str, Any]:
    times = {"last": world.reset_at, "next": world.resets_at}
    told = {name: to_text(at) for name, at in times.items() if at is not None}
    return {"world": world.name, "epoch": world.epoch, "tenants": tenants, **told}


def begin_anew(parts: Parts, call: Call) -> Answer:
    """POST /worlds/{world}/reset. What it broke off concerns its tenants, and is only counted here."""
    name = call.path["world"]
    try:
        done = reset(parts.store, name, parts.settings.world_start)
    except StaleEpoch:
        raise _unknown(name) from None
    told = {"world": name, "epoch": done.world.epoch, "now": to_text(done.world.virtual_base)}
    return Answer(200, told | {"cancelled": sum(done.cancelled.values()), "onTheWire": []})


def set_timetable(parts: Parts, call: Call) -> Answer:
    """PUT /worlds/{world}/timetable: for any world, a demo world too."""
    name = call.path["world"]

    def keep(tx: Tx) -> dict[str, Any]:
        return timetables.change(parts, tx, call.body)

    try:
        epoch = parts.store.read(name, lambda tx: tx.world.epoch)
        return Answer(200, parts.store.write(name, keep, epoch=epoch))
    except StaleEpoch:
        raise _unknown(name) from None


def _unknown(name: str) -> Exception:
    return not_found(f"there is no world {name}")
