"""Rows of worlds: their clocks and epochs."""

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from sandbox.domain.worldtime import World
from sandbox.store import beginnings
from sandbox.store.schema import worlds
from sandbox.store.statements import Statement

_COLUMNS = tuple(worlds.c)
_FIND = Statement(select(*_COLUMNS).where(worlds.c.name == bindparam("of_world")))
_KEEP_RUN = Statement(
    update(worlds)
    .where(worlds.c.name == bindparam("of_world"), worlds.c.run_token == bindparam("held_token"))
    .values({name: bindparam(f"new_{name}") for name in ("virtual_base", "real_base", "run_token", "run_until")})
)


class Outrun(Exception):
    """Between looking at a world and changing it, somebody moved it further on: to be looked at again."""


def look(connection: Connection, name: str) -> World | None:
    """The world of this name, if there is one."""
    row = _FIND.one(connection, {"of_world": name})
    return None if row is None else World(*row)


def find(connection: Connection, name: str) -> World:
    """The world of this name. Raises LookupError."""
    world = look(connection, name)
    if world is None:
        raise LookupError(f"there is no world {name}")
    return world


def every(connection: Connection) -> list[World]:
    """All worlds, by name."""
    return [World(*row) for row in connection.execute(select(*_COLUMNS).order_by(worlds.c.name))]


def add(connection: Connection, world: World) -> None:
    """A new world."""
    connection.execute(insert(worlds).values(_row(world)))
    beginnings.note(connection, world)


def set_clock(connection: Connection, world: World) -> None:
    """Keep the world's clock as this value has it. Raises Outrun rather than set it back."""
    kept = connection.execute(
        update(worlds)
        .where(worlds.c.name == world.name, worlds.c.epoch == world.epoch, worlds.c.virtual_base <= world.virtual_base)
        .values(virtual_base=world.virtual_base, real_base=world.real_base, rate=world.rate)
    )
    if kept.rowcount != 1:
        raise Outrun(world.name)


def place_clock(connection: Connection, name: str, at: int, real: int) -> None:
    """Set the world's clock to `at`, earlier or later: for a world that is played again."""
    connection.execute(update(worlds).where(worlds.c.name == name).values(virtual_base=at, real_base=real))


def skip_to(connection: Connection, name: str, epoch: int) -> None:
    """Leave what is in the world behind, and let it be in this epoch: for a world that is played again."""
    connection.execute(update(worlds).where(worlds.c.name == name).values(epoch=epoch))


def begin_epoch(connection: Connection, world: World) -> None:
    """Keep the world as this value has it, in its next epoch: what was in it before is invisible from now on.

    Until the transaction ends nobody claims anything in it. Raises Outrun when somebody else has begun that epoch.
    """
    begun = connection.execute(
        update(worlds).where(worlds.c.name == world.name, worlds.c.epoch == world.epoch - 1).values(_row(world))
    )
    if begun.rowcount != 1:
        raise Outrun(world.name)
    beginnings.note(connection, world)


def announce_reset(connection: Connection, world: World, resets_at: int | None) -> None:
    """Keep when the timetable will reset the world, unless somebody else has kept something meanwhile."""
    connection.execute(
        update(worlds)
        .where(worlds.c.name == world.name, worlds.c.resets_at.is_not_distinct_from(world.resets_at))
        .values(resets_at=resets_at)
    )


def begin_run(connection: Connection, name: str, token: str, real: int, until: int) -> bool:
    """Take the world's clock for one run; False while another run has it."""
    taken = connection.execute(
        update(worlds).where(worlds.c.name == name, worlds.c.run_until <= real).values(run_token=token, run_until=until)
    )
    return taken.rowcount == 1


def keep_run(connection: Connection, token: str, world: World) -> bool:
    """Keep time and run as this value has them, while the run of this token has the clock; False once it lost it."""
    values = {
        "new_virtual_base": world.virtual_base,
        "new_real_base": world.real_base,
        "new_run_token": world.run_token,
        "new_run_until": world.run_until,
    }
    return _KEEP_RUN.change(connection, {"of_world": world.name, "held_token": token, **values}) == 1


def _row(world: World) -> dict[str, Any]:
    return {column.name: getattr(world, column.name) for column in _COLUMNS}
