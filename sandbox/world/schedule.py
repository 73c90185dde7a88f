"""What recurs on the wall clock: the published resets, and the sweeping after them. KCIs are no part of it: they wait
as rows.

The claim of a scheduled reset is a row too, so it happens once however many processes keep this schedule; and one that
came due while none was up happens when the next one starts.
"""

import logging
import re
import threading
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from sandbox.domain.worldtime import World
from sandbox.store import worlds
from sandbox.store.store import Store, Unavailable
from sandbox.world.clock import Clock
from sandbox.world.reset import reset_if_due, sweep

log = logging.getLogger("sandbox.schedule")

ZONE = ZoneInfo("Europe/London")
LOOK_AGAIN = 5  # minutes after which a schedule looks by itself, whatever the timetable says
PAUSE = 0.02  # seconds between two batches of a sweep, so that it never has the database to itself

_SEND = "send minute, hour, day, month and weekday as cron has them, such as 0 3 * * sun, or nothing for never"


class Timetable:
    """When all worlds are reset, by the wall clock of the UK: five fields of cron, or nothing for never.

    Raises ValueError for what is no timetable. Where the clocks go back, the hour that comes twice is kept to twice.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.trigger = _read(text) if text else None
        self._known = (0, 0)

    def next(self, after: int) -> int | None:
        """The first reset after this moment of real time; None for never."""
        if self.trigger is None:
            return None
        since, coming = self._known  # every answer tells it: it is looked up once, not each time
        if since <= after < coming:
            return coming
        found = self.trigger.get_next_fire_time(None, datetime.fromtimestamp((after + 1) / 1000, UTC))
        if found is None:
            return None
        coming = int(found.timestamp() * 1000)
        self._known = (after, coming)
        return coming


def _read(text: str) -> CronTrigger:
    fields = text.split()
    if len(fields) == 5 and re.search("[0-9]", fields[4]):
        raise ValueError(f"SANDBOX_RESET={text!r}: name the weekdays, mon to sun: not everybody counts from the same")
    if len(fields) == 5 and "*" not in (fields[2], fields[4]):
        raise ValueError(f"SANDBOX_RESET={text!r}: say the day of the month or the weekday, and * for the other")
    try:
        trigger = CronTrigger.from_crontab(text, timezone=ZONE)
    except ValueError as error:
        raise ValueError(f"SANDBOX_RESET={text!r}: {error}; {_SEND}") from None
    if trigger.get_next_fire_time(None, datetime.fromtimestamp(0, UTC)) is None:
        raise ValueError(f"SANDBOX_RESET={text!r}: there is no such day; {_SEND}")
    return trigger


class Schedule:
    """Keeps all worlds to the timetable, and sweeps. Started by a process that serves."""

    def __init__(self, store: Store, clock: Clock, timetable: Timetable, world_start: str) -> None:
        self._store = store
        self._clock = clock
        self._timetable = timetable
        self._world_start = world_start
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(timezone=ZONE)

    def start(self) -> None:
        """Look at once, then at every time of the timetable, and every few minutes."""
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it would tell of every look
        at_once, every = DateTrigger(timezone=ZONE), IntervalTrigger(minutes=LOOK_AGAIN, timezone=ZONE)
        for trigger in (at_once, every, self._timetable.trigger):
            if trigger is not None:
                self._scheduler.add_job(self.tick, trigger, coalesce=True, misfire_grace_time=None)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the batch or the reset that is under way, and do nothing more."""
        self._stopping.set()
        self._scheduler.shutdown()

    def tick(self) -> None:
        """Reset the worlds whose time has come, then sweep. Harmless at any time, and by several at once."""
        try:
            for world in self._store.query(worlds.every):
                self._keep(world, self._clock.now())
            removed = sweep(self._store, lambda: not self._stopping.wait(PAUSE))
        except Unavailable as error:
            log.warning("the database is unavailable: looking again in %s minutes: %s", LOOK_AGAIN, error)
            return
        if removed:
            log.info("swept %s rows of earlier epochs", removed)

    def _keep(self, world: World, now: int) -> None:
        due, coming = world.resets_at, self._timetable.next(now)
        if due is not None and due <= now and coming is not None:
            done = reset_if_due(self._store, world.name, self._world_start, due, coming)
            if done is not None:
                log.info("reset %s by the timetable: it is in epoch %s", world.name, done.world.epoch)
        elif due != coming:
            self._store.transact(lambda connection: worlds.announce_reset(connection, world, coming))
