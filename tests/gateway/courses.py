"""The course of one order or problem at a supplier that the test plays: step by step, wherever the life cycle leads."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sandbox.domain import lifecycles
from tests.gateway.living import body_of_problem
from tests.gateway.stage import RESOLUTION, Played
from tests.support.sandboxes import Json

FIRST = lifecycles.RECEIVED_BY_GATEWAY
ASKED = {"AMENDMENT_PENDING": "amendment", "CANCELLATION_PENDING": "cancellation"}
DECIDES = {
    "AMENDED": "amendment",
    "AMENDMENT_REJECTED": "amendment",
    "CANCELLED": "cancellation",
    "CANCELLATION_REJECTED": "cancellation",
}
MUST_NAME = ("AMENDED", "AMENDMENT_REJECTED", "CANCELLATION_REJECTED")
# What the supplier's answer to something new stands for, and how it begins that is asked for.
ANSWERS = {"SENT": 202, "SEND_FAILED": 500, "REJECTED": 422, "IN_PROGRESS": 201}
MOST = 2  # requests of a kind that are undecided at once
WORDS = {"RESOLUTION_ACCEPTED": "ACCEPTED", "RESOLUTION_REJECTED": "REJECTED"}


class Place(NamedTuple):
    """Where a course stands: its state, the one before the pending requests, and which requests are undecided."""

    state: str = FIRST
    before: str | None = None
    undecided: tuple[str, ...] = ()


class Step(NamedTuple):
    """From a state, by an event, to the state that it states."""

    state: str
    event: str
    after: str


def ways(kind: str, place: Place) -> Iterator[tuple[Step, Place]]:
    """Each step that may be taken here, and where it leads. What only an unsolicited cease does is left out."""
    for event in lifecycles.TABLES[kind]:
        if event == "CREATED" or (place.state == FIRST and event == "ACKNOWLEDGED"):
            continue
        if event in MUST_NAME and DECIDES[event] not in place.undecided:
            continue
        if place.undecided.count(ASKED.get(event, "")) == MOST:
            continue
        for after in lifecycles.allowed(kind, place.state, event, before=place.before):
            before = lifecycles.kept_before(place.state, place.before, after)
            yield Step(place.state, event, after), Place(after, before, _undecided(place, event))


def _undecided(place: Place, event: str) -> tuple[str, ...]:
    left = list(place.undecided)
    if DECIDES.get(event) in left:
        left.remove(DECIDES[event])
    return tuple(sorted([*left, ASKED[event]] if event in ASKED else left))


def route(kind: str, start: Place, wanted: set[Step]) -> list[Step]:
    """The fewest steps from a place that end with a wanted one; none when it cannot be reached."""
    todo: deque[tuple[Place, list[Step]]] = deque([(start, [])])
    known = {start}
    while todo:
        place, gone = todo.popleft()
        for step, there in ways(kind, place):
            if step in wanted:
                return [*gone, step]
            if there not in known:
                known.add(there)
                todo.append((there, [*gone, step]))
    return []


@dataclass
class Course:
    """One order or problem under way."""

    played: Played
    kind: str
    place: Place = field(default_factory=Place)
    id: int = 0
    said: int = 0
    requests: dict[str, list[int]] = field(default_factory=dict)

    def go(self, step: Step) -> None:
        """Take a step that may be taken here."""
        self.place = dict(ways(self.kind, self.place))[step]
        if step.event in ANSWERS:
            self._begin(step)
        elif step.event in ASKED:
            self._ask(ASKED[step.event])
        elif step.event in WORDS:
            self._decide(WORDS[step.event])
        else:
            self._tell(step)

    def shown(self) -> Json:
        """It, as its tenant reads it."""
        return self.played.tenant.get(f"/v1/service-{self.kind}s/{self.id}")

    def _begin(self, step: Step) -> None:
        """Place it, anew if need be, with the answer that the event stands for."""
        tenant = self.played.tenant
        body = self.played.order if self.kind == "order" else body_of_problem("CEDAR", self.played.test)
        self.id, self.said, self.place = tenant.post(f"/v1/service-{self.kind}s", body)["id"], 0, Place(step.after)
        self.requests = {}
        self.played.answer = (ANSWERS[step.event], {"supplierReference": f"CEDP{self.id}", "status": step.after})
        tenant.advance("PT0S")

    def _ask(self, what: str) -> None:
        """Have the tenant ask for something that is decided later."""
        wanted = {"notes": "Ring twice."} if what == "amendment" else {"reasonCode": "NO_LONGER_REQUIRED"}
        named = "orderId" if self.kind == "order" else "serviceProblemId"
        self.played.answer = (202, {})
        body = {named: self.id, **wanted}
        asked = self.played.tenant.post(f"/v1/service-{self.kind}-{what}s", body)
        self.requests.setdefault(what, []).append(asked["id"])
        self.played.tenant.advance("PT0S")

    def _decide(self, word: str) -> None:
        """Have the tenant accept or reject the resolution."""
        resolution = self.shown()["serviceProblemResolution"]
        self.played.answer = (200, {**RESOLUTION, "supplierReference": f"R{self.said}", "status": word})
        path = f"/v1/service-problem-resolutions/{resolution['id']}"
        status, answer = self.played.tenant.call("PATCH", path, json={"status": word})
        assert status == 200, answer

    def _tell(self, step: Step) -> None:
        """Have the supplier say it."""
        self.said += 1
        entity: Json = {"id": self.id, "status": step.after}
        if step.event == "RESOLVED":
            entity["serviceProblemResolution"] = {**RESOLUTION, "supplierReference": f"R{self.said}"}
        member = "provideServiceOrder" if self.kind == "order" else "serviceProblem"
        status, answer = self.played.say(member, entity, step.event, self.said, **self._named(step.event))
        assert status == 204, (step, answer)

    def _named(self, event: str) -> Json:
        """The request that the event decides."""
        what = DECIDES.get(event, "")
        noun = "serviceOrder" if self.kind == "order" else "serviceProblem"
        asked = self.requests.get(what)
        return {f"{noun}{what.capitalize()}Id": asked.pop()} if asked else {}
