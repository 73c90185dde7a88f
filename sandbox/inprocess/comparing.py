"""What was recorded beside what came of it when it was played again: where they differ, member by member."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SAME, FIXED, DIFFERENT = "SAME", "FIXED", "DIFFERENT"

Told = Mapping[str, Any]  # a KCI as a recording has it

HIDDEN = "(not recorded)"  # what a recording shows of a secret
_ABSENT = "(nothing)"
_TELLING = ("Allow", "Retry-After", "WWW-Authenticate", "X-Sandbox-Fault")  # headers that say something
_REAL = frozenset(("webhook-timestamp", "webhook-signature"))  # of real time, and made with a secret


@dataclass(frozen=True)
class Difference:
    """One member that is not as it was: its JSON pointer, and both values."""

    place: str
    recorded: Any
    now: Any

    def __str__(self) -> str:
        return f"{self.place or '/'}: recorded {self.recorded!r}, now {self.now!r}"


@dataclass(frozen=True)
class Outcome:
    """A call, or a KCI, and what became of it."""

    what: str
    verdict: str
    differences: tuple[Difference, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.verdict:<9}  {self.what}", *(f"           {each}" for each in self.differences)])


@dataclass(frozen=True)
class Report:
    """All of it. `again` is the recording of what was played, `mailbox` its KCIs as they are pushed, signed."""

    outcomes: Sequence[Outcome]
    again: Mapping[str, Any]
    mailbox: Sequence[Any]

    @property
    def verdict(self) -> str:
        """SAME; FIXED where all that differs had failed before, and does so no more; else DIFFERENT."""
        found = {each.verdict for each in self.outcomes}
        return next((each for each in (DIFFERENT, FIXED) if each in found), SAME)

    def count(self, verdict: str) -> int:
        """How many calls and KCIs came out so."""
        return sum(each.verdict == verdict for each in self.outcomes)

    def __str__(self) -> str:
        return "\n".join(str(each) for each in self.outcomes if each.verdict != SAME)


def compare_exchange(number: int, recorded: Mapping[str, Any], now: Mapping[str, Any]) -> Outcome:
    """A recorded call beside what it was answered now: status, headers, and the answer."""
    refused = recorded["status"] >= 400
    found = [*_differences("", _said(recorded, refused=refused), _said(now, refused=refused))]
    fixed = recorded["status"] >= 500 > now["status"]
    return _outcome(f"call {number}: {recorded['method']} {recorded['path']}", found, fixed=fixed)


def paired(recorded: Iterable[Told], now: Iterable[Told]) -> Iterator[tuple[Told | None, Told | None]]:
    """Each recorded KCI with the one of its id: of things at the same moment, which came first is no difference."""
    found: dict[str, list[Told]] = {}
    for each in now:
        found.setdefault(each["kci"]["id"], []).append(each)  # one that was handed over twice is there twice
    for each in recorded:
        same = found.get(each["kci"]["id"])
        yield each, same.pop(0) if same else None
    yield from ((None, each) for same in found.values() for each in same)


def compare_kci(number: int, recorded: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> Outcome:
    """A recorded KCI beside the one that came now, or did not."""
    about = (recorded or now or {})["kci"]
    found = [*_differences("", _kci(recorded), _kci(now))]
    fixed = recorded is not None and now is not None and _failed(recorded) and not _failed(now)
    what = f"KCI {number}: {about['entityType']} {about['entity'].get('id', '')} #{about['sequenceNumber']}"
    return _outcome(what, found, fixed=fixed)


def _outcome(what: str, found: Sequence[Difference], *, fixed: bool) -> Outcome:
    return Outcome(what, SAME if not found else FIXED if fixed else DIFFERENT, tuple(found))


def _said(exchange: Mapping[str, Any], *, refused: bool) -> dict[str, Any]:
    """What counts of an answer. The uuid of a refusal is drawn from the bytes of the call, which are not recorded; and
    of things that a run of the clock played at the same moment it does not count which came first.
    """
    answer = exchange["answer"]
    if refused and isinstance(answer, dict):
        answer = {name: value for name, value in answer.items() if name != "uuid"}
    if isinstance(answer, dict) and "fired" in answer:
        played = sorted(answer["fired"], key=lambda each: (each["at"], sorted(map(str, each.items()))))
        answer = {**answer, "fired": played}
    headers = {name: value for name, value in exchange["answerHeaders"].items() if name in _TELLING}
    return {"status": exchange["status"], "headers": headers, "answer": answer}


def _kci(told: Mapping[str, Any] | None) -> Any:
    return None if told is None else told["kci"]


def _failed(told: Mapping[str, Any]) -> bool:
    return bool(told["kci"]["updateType"] == "ERROR")


def _differences(place: str, recorded: Any, now: Any) -> Iterator[Difference]:
    if recorded == HIDDEN or (type(recorded) is type(now) and recorded == now):
        return
    if isinstance(recorded, dict) and isinstance(now, dict):
        for name in [*recorded, *(name for name in now if name not in recorded)]:
            if name not in _REAL:
                yield from _differences(f"{place}/{name}", recorded.get(name, _ABSENT), now.get(name, _ABSENT))
    elif isinstance(recorded, list) and isinstance(now, list):
        for index in range(max(len(recorded), len(now))):
            both = (each[index] if index < len(each) else _ABSENT for each in (recorded, now))
            yield from _differences(f"{place}/{index}", *both)
    else:
        yield Difference(place, recorded, now)
