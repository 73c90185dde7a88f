"""What recurs on the wall clock: the published resets, the sweeping after them, the removal of what is kept for too
long, and the closing of tenants that stay away. KCIs are no part of it: they wait as rows.

The claim of a scheduled reset is a row too, so it happens once however many processes keep this schedule; and one that
came due while none was up happens when the next one starts.
"""

import logging
import re
import threading
from datetime import UTC, datetime
from functools import lru_cache, partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from sandbox.domain.worldtime import World
from sandbox.store import accounts, aging, founding, terms, worlds
from sandbox.store.store import Store, Unavailable
from sandbox.store.terms import WorldTerms
from sandbox.world.clock import Clock
from sandbox.world.reset import BATCH, reset_if_due, sweep

log = logging.getLogger("sandbox.schedule")

ZONE = "Europe/London"
LOOK_AGAIN = 1  # minutes after which a schedule looks by itself, whatever the timetables say
DAY = 86_400_000  # milliseconds
PAUSE = 0.02  # seconds between two batches of a sweep, so that it never has the database to itself

_SEND = "send minute, hour, day, month and weekday as cron has them, such as 0 3 * * sun, or nothing for never"


class Timetable:
    """When worlds are reset, by the clock on the wall of a time zone: five fields of cron, or nothing for never.

    Raises ValueError for what is no timetable, and says where that stood (`named`). Where the clocks go back, the hour
    that comes twice is kept to twice.
    """

    def __init__(self, text: str, zone: str = ZONE, named: str = "SANDBOX_RESET") -> None:
        self.text = text
        self.zone = zone
        self.trigger = _read(text, zone, named) if text else None
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


@lru_cache(1024)
def own_timetable(text: str, zone: str) -> Timetable:
    """A world's own timetable. Raises ValueError."""
    return Timetable(text, zone, named="/cron")


def kept_to(deployment: Timetable, agreed: WorldTerms | None) -> Timetable:
    """The timetable that a world is kept to: its own, or everybody's."""
    if agreed is None or agreed.cron is None or agreed.time_zone is None:
        return deployment
    return own_timetable(agreed.cron, agreed.time_zone)


def next_reset(deployment: Timetable, agreed: WorldTerms | None, now: int) -> int | None:
    """When the timetable resets a world next: the first of its times that is not before it is pinned until."""
    if agreed is not None and agreed.closed_at is not None:
        return None
    pinned = 0 if agreed is None else (agreed.pinned_until or 0)
    return kept_to(deployment, agreed).next(max(now, pinned - 1))


def _read(text: str, zone: str, named: str) -> CronTrigger:
    try:
        where = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"there is no time zone {zone!r}: send its name, such as {ZONE}") from None
    fields = text.split()
    if len(fields) == 5 and re.search("[0-9]", fields[4]):
        raise ValueError(f"{named}={text!r}: name the weekdays, mon to sun: not everybody counts from the same")
    if len(fields) == 5 and "*" not in (fields[2], fields[4]):
        raise ValueError(f"{named}={text!r}: say the day of the month or the weekday, and * for the other")
    try:
        trigger = CronTrigger.from_crontab(text, timezone=where)
    except ValueError as error:
        raise ValueError(f"{named}={text!r}: {error}; {_SEND}") from None
    if trigger.get_next_fire_time(None, datetime.fromtimestamp(0, UTC)) is None:
        raise ValueError(f"{named}={text!r}: there is no such day; {_SEND}")
    return trigger


class Schedule:
    """Keeps all worlds to their timetables, sweeps, forgets what was noted `keep_days` ago, and closes the tenants that
    have not signed in for `idle_days`; 0 for never. Started by a process that serves.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        timetable: Timetable,
        world_start: str,
        *,
        idle_days: int = 0,
        keep_days: int = 0,
    ) -> None:
        self._store = store
        self._clock = clock
        self._timetable = timetable
        self._world_start = world_start
        self._idle_days = idle_days
        self._keep_days = keep_days
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(timezone=ZONE)

    def start(self) -> None:
        """Look at once, then whenever a world's time has come, and every few minutes."""
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it would tell of every look
        at_once, every = DateTrigger(timezone=ZONE), IntervalTrigger(minutes=LOOK_AGAIN, timezone=ZONE)
        for trigger in (at_once, every):
            self._scheduler.add_job(self._look, trigger, coalesce=True, misfire_grace_time=None)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the batch or the reset that is under way, and do nothing more."""
        self._stopping.set()
        self._scheduler.shutdown()

    def _look(self) -> None:
        """Look, and have the next look come when the next world is due."""
        due = self.tick()
        if due is not None and not self._stopping.is_set():
            trigger = DateTrigger(datetime.fromtimestamp(due / 1000, UTC))
            more = {"id": "due", "replace_existing": True, "coalesce": True, "misfire_grace_time": None}
            self._scheduler.add_job(self._look, trigger, **more)

    def tick(self) -> int | None:
        """Reset the worlds whose time has come, then sweep: when the next is due. Harmless at any time, and by several
        at once.
        """
        due: int | None = None
        try:
            agreed = {each.world: each for each in self._store.query(terms.worlds_of)}
            coming = [
                self._keep(world, agreed.get(world.name), self._clock.now())
                for world in self._store.query(worlds.every)
            ]
            due = min((each for each in coming if each is not None), default=None)
            self._close_idle()
            removed = sweep(self._store, self._pause)
            self._forget()
        except Unavailable as error:
            log.warning("the database is unavailable: looking again in %s min: %s", LOOK_AGAIN, error)
            return due
        if removed:
            log.info("swept %s rows of earlier epochs", removed)
        return due

    def _pause(self) -> bool:
        """Let others have the database for a moment; False when it is to end."""
        return not self._stopping.wait(PAUSE)

    def _forget(self) -> None:
        """Remove timelines, and what was recorded, of too long ago."""
        if not self._keep_days:
            return
        before, removed = self._clock.now() - self._keep_days * DAY, 0
        while batch := self._store.transact(partial(aging.forget, before=before, most=BATCH)):
            removed += batch
            if not self._pause():
                break
        if removed:
            log.info("removed %s rows of timelines and recordings older than %s days", removed, self._keep_days)

    def _close_idle(self) -> None:
        """Close the tenants that stay away; a partner's who is seen again signs up again."""
        if not self._idle_days:
            return
        now = self._clock.now()
        since = now - self._idle_days * DAY
        for idle in self._store.query(lambda connection: terms.idle_since(connection, since)):
            tenant = self._store.query(partial(accounts.find_tenant, code=idle.tenant))
            if tenant is not None:
                self._store.transact(partial(founding.close_idle, tenant=tenant, since=since, real=now))
                log.info("closed %s, which has not signed in for %s days", tenant.code, self._idle_days)

    def _keep(self, world: World, agreed: WorldTerms | None, now: int) -> int | None:
        """Keep one world to its timetable: when it is due next."""
        due, coming = world.resets_at, next_reset(self._timetable, agreed, now)
        if due is not None and due <= now and coming is not None:
            done = reset_if_due(self._store, world.name, self._world_start, due, coming)
            if done is not None:
                log.info("reset %s by the timetable: it is in epoch %s", world.name, done.world.epoch)
        elif due != coming:
            self._store.transact(lambda connection: worlds.announce_reset(connection, world, coming))
        return coming
