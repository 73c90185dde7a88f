"""Conformance runs of the sandbox itself, each in a process of its own that this one watches.

A run asks a partner's system hundreds of questions, so its host must want that: it is this machine in local mode, the
host of the tenant's verified callback, or it shows the tenant's code at a well-known place.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.domain.durations import to_text
from sandbox.domain.errors import INVALID_REQUEST, Problem, invalid
from sandbox.domain.personal import judge, redacted
from sandbox.domain.reach import is_own_machine, origin_of
from sandbox.parts import Parts
from sandbox.spec.requirements import Catalogue
from sandbox.store import accounts, examinations
from sandbox.store.documents import pack
from sandbox.store.examinations import Examination
from sandbox.wire.courier import NoAnswer, Parcel
from sandbox.wire.outbound import check_url
from sandbox.world.clock import stopwatch
from sandbox.world.keys import new_code

AT_ONCE = 2  # runs in one process
KEPT = 10  # runs of a tenant
GRACE = 30_000  # milliseconds after its time limit, in which a run is still to be ended
PLACE = "/.well-known/fibre-sandbox"
ANSWER = 5_000  # milliseconds that a host has for saying that it wants to be examined
SLOW = "ReadTimeoutError"
TOLD_EVERY = 0.5  # seconds
LARGEST = 2 << 20  # bytes of a report with all its evidence
EVIDENCE = ("sent", "received", "message", "curl")

Json = dict[str, Any]
Told = Callable[[Mapping[str, Any]], None]


class Suites(Protocol):
    """The contract tests, as this room uses them."""

    def missing(self) -> list[str]:
        """What is not installed and has to be."""
        ...

    def catalogue(self) -> Catalogue:
        """All requirements."""
        ...

    def run(
        self, profile: Json, only: frozenset[str], seed: int, limit: int, told: Told, stop: threading.Event
    ) -> Json:
        """The report of a run of so many seconds at most."""
        ...

    def unasked(self, profile: Json, only: frozenset[str], seed: int, limit: int, started: str, cause: str) -> Json:
        """The report of a run that did not begin."""
        ...

    def certify(self, report: Json, issued: str) -> Json | None:
        """The certificate of a report; None for none."""
        ...

    def keys(self) -> list[Json]:
        """What certificates are verified with."""
        ...

    def page(self, report: Json) -> str:
        """A report as HTML."""
        ...

    def violations(self, kci: Any) -> list[tuple[str, Any]]:
        """(requirement, what is wrong: `pointer` and `message`) of everything that one KCI breaks."""
        ...


@dataclass(frozen=True)
class Wanted:
    """What is asked for: `limit` in seconds."""

    profile: Json
    only: frozenset[str]
    seed: int
    limit: int


@dataclass
class Examiner:
    """Whoever is examined at the moment, by this process."""

    parts: Parts
    suites: Suites
    _stop: threading.Event = field(default_factory=threading.Event)
    _busy: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, tenant: str, world: str, wanted: Wanted) -> Examination:
        """Begin a run in the background. Raises 409 while the tenant has one under way, 429 while others have them."""
        real, profile = self.parts.clock.now(), wanted.profile
        until = real + wanted.limit * 1000 + GRACE
        about = (new_code("C"), tenant, world, profile["suite"], profile["name"], profile["url"])
        made = Examination(*about, real, until, {"asked": 0, "of": 0})

        def keep(connection: Any) -> None:
            accounts.find_tenant(connection, tenant, lock=True)
            going = [each.id for each in examinations.of_tenant(connection, tenant) if each.under_way(real)]
            if going:
                raise Problem(INVALID_REQUEST, (f"{going[0]} is under way: one run at a time",), 409)
            examinations.add(connection, made, KEPT - 1)

        with self._lock:
            self._busy[:] = [each for each in self._busy if each.is_alive()]
            if len(self._busy) >= AT_ONCE or self._stop.is_set():
                told = f"at most {AT_ONCE} runs at once: try again in a while"
                raise Problem(INVALID_REQUEST, (told,), 429, retry_after=30)
            self.parts.store.transact(keep)
            thread = threading.Thread(target=self._examine, args=(made, wanted), name=f"examination {made.id}")
            self._busy.append(thread)
            thread.start()
        return made

    def stop(self) -> None:
        """Break off whatever is under way, and wait for it."""
        self._stop.set()
        for each in list(self._busy):
            each.join()

    def _examine(self, made: Examination, wanted: Wanted) -> None:
        report = self._report(made, wanted)
        if self.parts.settings.real_data != "allow":
            report = _clean(report)
        if len(pack(report)) > LARGEST:
            report = _without_evidence(report)
        now = self.parts.clock.now()
        certificate = self.suites.certify(report, to_text(now))
        self._keep(made, ended_at=now, report=report, certificate=certificate)

    def _report(self, made: Examination, wanted: Wanted) -> Json:
        asked = (wanted.profile, wanted.only, wanted.seed, wanted.limit)
        cause = self._unwilling(made.tenant, wanted.profile)
        if cause is not None:
            return self.suites.unasked(*asked, to_text(made.started_at), cause)
        told = _Progress(lambda progress: self._keep(made, progress=progress))
        return self.suites.run(*asked, told, self._stop)

    def _unwilling(self, code: str, profile: Json) -> str | None:
        """Why the target is not asked anything: it is not there, or it has not said that it wants to be examined."""
        local = self.parts.settings.local_mode
        tenant = self.parts.store.query(lambda connection: accounts.find_tenant(connection, code))
        proved = None if tenant is None else tenant.callback_proved
        for origin in sorted({origin_of(url) for _, url in urls_of(profile)} - {proved}):
            own = local and is_own_machine(origin)
            try:
                reply = self.parts.courier.send(Parcel("GET", origin + PLACE, {}, timeout=ANSWER))
            except NoAnswer as silence:
                if own and silence.reason == SLOW:
                    continue  # it is there
                return f"{origin} cannot be reached: {silence.reason}"
            if not own and (reply.status != 200 or reply.body.decode("utf-8", "replace").strip() != code):
                return f"{origin} has not said that it wants to be examined: let {PLACE} answer 200 with {code}"
        return None

    def _keep(self, made: Examination, **changes: Any) -> None:
        self.parts.store.transact(lambda connection: examinations.change(connection, made.id, **changes))


class _Progress:
    """Tells how far a run is, not more often than anybody looks."""

    def __init__(self, keep: Callable[[Json], None]) -> None:
        self._keep, self._told_at = keep, 0.0
        self._asked: set[str] = set()
        self._state: Json = {"asked": 0, "of": 0}

    def __call__(self, event: Mapping[str, Any]) -> None:
        if event["event"] == "plan":
            self._state |= {"of": len(event["requirements"])}
        elif event["event"] == "hand":
            self._state |= {"please": event["text"]}
        elif event["event"] == "verdict":
            self._asked.add(event["requirement"])
            self._state |= {"asked": len(self._asked)}
        if stopwatch() - self._told_at > TOLD_EVERY:
            self._told_at = stopwatch()
            self._keep(dict(self._state))


def urls_of(profile: Json) -> Iterator[tuple[str, str]]:
    """(pointer, URL) of every place that a run by this profile calls."""
    places = ("url",), ("auth", "tokenUrl"), ("listen", "url"), ("sandbox", "control"), ("supplier", "auth", "tokenUrl")
    for place in places:
        found: Any = profile
        for step in place:
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, str):
            yield "/profile/" + "/".join(place), found


def check_profile(profile: Json, *, local: bool) -> None:
    """Refuse what can be examined by the command line alone: it names files, or has somebody listen on a port."""
    if not profile.get("url"):
        raise invalid("/profile/url: say where the target is")
    for place, url in urls_of(profile):
        check_url(place, url, local=local)
    for place, auth in (("auth", profile.get("auth")), ("supplier/auth", profile.get("supplier", {}).get("auth"))):
        if auth and (auth["kind"] == "mtls" or "authority" in auth):
            raise invalid(f"/profile/{place}: a certificate in a file is for sandbox conform on your own machine")
    if profile.get("listen", {}).get("kind") == "endpoint" and not local:
        raise invalid("/profile/listen: nothing listens for you here: name a mailbox, or use sandbox conform")


def _clean(value: Any) -> Any:
    """Without what may be somebody's: targets answer what they like."""
    if isinstance(value, dict):
        return {name: _clean(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return redacted(value) if isinstance(value, str) and judge(value) else value


def _without_evidence(report: Json) -> Json:
    def short(requirement: Json) -> Json:
        kept = [{name: each[name] for name in each if name not in EVIDENCE} for each in requirement["findings"]]
        return {**requirement, "findings": kept}

    return {**report, "requirements": [short(each) for each in report["requirements"]]}
