"""How a world's epochs began, so that they can begin so again: their time, and the numbers given out by then."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from sandbox.domain.worldtime import World
from sandbox.store.documents import pack, unpack
from sandbox.store.recording_tables import beginnings
from sandbox.store.schema import counters


@dataclass(frozen=True)
class Beginning:
    """How `epoch` began: at `at` in its own time and at `real`. `counters` are the last numbers by owner and kind."""

    epoch: int
    real: int
    at: int
    rate: int
    counters: Mapping[str, Mapping[str, int]]


def note(connection: Connection, world: World) -> None:
    """The world has just begun the epoch that it is in."""
    reached: dict[str, dict[str, int]] = {}
    given = select(counters.c.owner, counters.c.kind, counters.c.value).where(
        counters.c.world == world.name, counters.c.kind != "diary"
    )
    for owner, kind, value in connection.execute(given):
        reached.setdefault(owner, {})[kind] = value
    row = {"world": world.name, "epoch": world.epoch, "began": world.epoch, "real": world.real_base}
    row |= {"at": world.virtual_base, "rate": world.rate, "counters": pack(reached)}
    connection.execute(insert(beginnings).values(row))


def of(connection: Connection, world: World) -> list[Beginning]:
    """How the world's present epoch began, preceded by how those began that it went back to."""
    columns = (beginnings.c[name] for name in ("began", "real", "at", "rate", "counters"))
    query = select(*columns).where(beginnings.c.world == world.name, beginnings.c.epoch == world.epoch)
    rows = connection.execute(query.order_by(beginnings.c.began)).all()
    return [Beginning(began, real, at, rate, unpack(reached)) for began, real, at, rate, reached in rows]
