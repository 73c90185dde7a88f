"""A world's time as a small value: virtual_base + rate × (real − real_base), in UTC milliseconds."""

from dataclasses import dataclass, replace

from sandbox.domain.errors import invalid

LONGEST_JUMP = 10 * 366 * 86_400_000  # ten years
LAST = 31_556_995_200_000  # 2970-01-01: the clock stands here for ever; what was planned still has a documented date


@dataclass(frozen=True)
class World:
    """One clock, one seed, one epoch. `gap` is None where KCIs follow the scenario's own offsets.

    While a run (advance, step, drain) owns the world, until `run_until` in real time, the clock stands still between
    the things that the run plays.

    `reset_at` and `resets_at`, in real time, are when the world was last begun anew and when the timetable will do so
    next: None for never. `as_of` is the world time of the snapshot that it then went back to, None for its beginning.
    `faults` is how many fault rules there are in the world.
    """

    name: str
    seed: str
    epoch: int
    virtual_base: int
    real_base: int
    rate: int
    gap: int | None
    run_token: str = ""
    run_until: int = 0
    reset_at: int | None = None
    as_of: int | None = None
    resets_at: int | None = None
    faults: int = 0

    def running(self, real: int) -> bool:
        """Whether an advance, step or drain owns the world at this moment of real time."""
        return self.run_until > real

    def now(self, real: int) -> int:
        """World time at this moment of real time."""
        if self.running(real):
            return self.virtual_base
        return self.virtual_base + min(self.rate * max(0, real - self.real_base), max(0, LAST - self.virtual_base))

    def real_at(self, due: int) -> int | None:
        """When, in real time, the world reaches `due`; None when it never does by itself."""
        if self.rate == 0 or due > LAST:
            return None
        return self.real_base + -(-(due - self.virtual_base) // self.rate)


def moved(world: World, real: int, to: int) -> World:
    """The world standing at `to`, counting on from there. World time never goes back within an epoch."""
    return replace(world, virtual_base=max(world.now(real), to), real_base=real)


def with_rate(world: World, real: int, rate: int) -> World:
    """The world at another speed from now on: 0 frozen, 1 live, 3600 an hour a second."""
    return replace(world, virtual_base=world.now(real), real_base=real, rate=rate)


def begun_anew(world: World, real: int, start: int, resets_at: int | None) -> World:
    """The world in its next epoch: standing at `start`, at the speed of real time, in nobody's hands."""
    return World(world.name, world.seed, world.epoch + 1, start, real, 1, world.gap, reset_at=real, resets_at=resets_at)


def gone_back(world: World, real: int, at: int, rate: int) -> World:
    """The world in its next epoch: as it stood at `at`, in nobody's hands. That may be earlier or later than now."""
    anew = begun_anew(world, real, at, world.resets_at)
    return replace(anew, rate=rate, as_of=at)


def check_jump(now: int, to: int) -> None:
    """Refuse a jump that goes back or is longer than ten years."""
    if to < now:
        raise invalid("world time only moves forward: name a later time, or reset the world")
    if to - now > LONGEST_JUMP:
        raise invalid("a jump is at most ten years: advance in smaller steps")
    if to > LAST:
        raise invalid("the calendar of a world ends with the year 2969: reset it to begin anew")
