"""Snapshots of a world: kept under a name, listed, deleted, gone back to."""

from functools import partial
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.errors import Problem, not_found
from sandbox.parts import Parts
from sandbox.portal import resets
from sandbox.store import accounts, snapshots
from sandbox.store.snapshots import Snapshot
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.world.rewind import Room, forget, take


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the operations around snapshots."""
    return {
        "takeSnapshot": partial(keep, parts),
        "listSnapshots": partial(show_all, parts),
        "deleteSnapshot": partial(delete, parts),
        "restoreSnapshot": partial(go_back, parts),
    }


def keep(parts: Parts, call: Call) -> Answer:
    """POST /snapshots: 201 with the world as it stands at this moment, under a name."""
    caller, name = call.caller, call.body["name"]
    room, check = Room(parts.settings.snapshots, parts.settings.snapshot_bytes), resets.check_rewind(call)
    parts.recorder.flush()  # what was said so far is part of the world
    made = take(parts.store, caller.world, caller.code, name, room, check, caller.epoch)
    return Answer(201, _entry(made, alone=_alone(parts, call)))


def show_all(parts: Parts, call: Call) -> Answer:
    """GET /snapshots: the caller's own, oldest first."""
    found = parts.store.read(call.caller.world, lambda tx: snapshots.of_owner(tx, call.caller.code))
    alone = _alone(parts, call)
    return Answer(200, {"items": [_entry(each, alone=alone) for each in found]})


def delete(parts: Parts, call: Call) -> Answer:
    """DELETE /snapshots/{name}."""
    caller, name = call.caller, call.path["name"]
    if not forget(parts.store, caller.world, caller.code, name, caller.epoch):
        raise _unknown(name)
    return Answer(204)


def go_back(parts: Parts, call: Call) -> Answer:
    """POST /snapshots/{name}/restore: the next epoch of the world, as the snapshot has it."""
    name = call.path["name"]
    done = resets.go_back(parts, call, name)
    if done is None:
        raise _unknown(name)
    return Answer(200, resets.begun(call, done))


def _unknown(name: str) -> Problem:
    return not_found(f"you have no snapshot {name}")


def _alone(parts: Parts, call: Call) -> bool:
    """Whether the caller shares its world with nobody."""
    return len(parts.store.query(lambda connection: accounts.tenants_in(connection, call.caller.world))) <= 1


def _entry(snapshot: Snapshot, *, alone: bool) -> dict[str, Any]:
    """A snapshot as its owner sees it. How much is in a world would tell those who share it of each other."""
    return {
        "name": snapshot.name,
        "at": to_text(snapshot.at),
        "taken": to_text(snapshot.taken_at),
        "epoch": snapshot.taken_in,
        **({"bytes": snapshot.bytes} if alone else {}),
    }
