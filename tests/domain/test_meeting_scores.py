"""Whatever is asked of an order or a problem, and whenever, it ends where its scenario leads, or is cancelled."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain import lifecycles
from sandbox.domain.planning import PlannedBeat, later_chapter, plan, plan_request
from sandbox.domain.scenarios import ON_AMENDED, Scenario, choose, fits
from sandbox.domain.speaking import stated
from sandbox.domain.standing import WAITING, Standing
from sandbox.domain.suppliers import Supplier
from tests.support.scores import ALDER, BIRCH, CEDAR, GAP, LIBRARY, NOW, order_for

REQUESTS = ("AMENDMENT_ACCEPTED", "AMENDMENT_REJECTED", "CANCELLATION_REJECTED", "CANCELLATION_ACCEPTED")
PLAYED = [
    (scenario.name, supplier.code)
    for scenario in LIBRARY.scenarios.values()
    for supplier in (ALDER, BIRCH, CEDAR)
    if scenario.kind in ("order", "problem") and fits(scenario, supplier)
]


@dataclass
class Fake:
    """As much of a supplier as it takes to let scores meet."""

    scenario: Scenario
    supplier: Supplier
    entity: dict[str, Any]
    status: str = lifecycles.SENT_TO_SUPPLIER
    before: str | None = None
    said: set[str] = field(default_factory=set)
    undecided: list[str] = field(default_factory=list)
    to_say: list[PlannedBeat] = field(default_factory=list)

    def standing(self) -> Standing:
        said, undecided = frozenset(self.said), tuple(self.undecided)
        return Standing(self.scenario.kind, self.status, self.before, undecided, said)

    def become(self, status: str) -> None:
        self.before = lifecycles.kept_before(self.status, self.before, status)
        self.status = status

    def take(self) -> None:
        made = plan(self.scenario, self.choice(), self.supplier, self.entity, NOW, GAP, "demo1", 1)
        self.to_say = list(made.beats)
        if made.status != 202:
            self.become(made.entity_status or lifecycles.REJECTED)

    def choice(self) -> Any:
        return choose(LIBRARY.scenarios, self.scenario.name, None, None, self.supplier, self.scenario.kind)

    def ask(self, name: str, at: int, number: int) -> None:
        kind = LIBRARY.scenarios[name].kind
        if not lifecycles.allowed(self.scenario.kind, self.status, f"{kind.upper()}_PENDING"):
            return
        choice = choose(LIBRARY.scenarios, name, None, None, self.supplier, kind)
        request = {"id": number, "reasonCode": "OTHER"}
        about = (LIBRARY.scenarios[name], choice, self.supplier, self.entity, request, self.standing())
        made = plan_request(*about, at, GAP, "demo1", 1)
        if made.stops:
            self.to_say, self.undecided = [], []
        if made.status == 201:
            assert made.entity_status
            self.decided(made.entity_status, "AMENDED" if kind == "amendment" else "CANCELLED", at)
        elif made.status == 202:
            self.become(WAITING[kind])
            self.undecided.append(kind)
            self.to_say = sorted([*self.to_say, *made.beats], key=lambda beat: beat.due_at)

    def speak(self) -> None:
        beat = self.to_say.pop(0)
        if beat.chapter in self.undecided:
            self.undecided.remove(beat.chapter)
        status = stated(beat, self.standing())
        if status is not None:
            assert not lifecycles.terminal(self.scenario.kind, self.status)
            self.decided(status, beat.reason_code, beat.due_at)

    def decided(self, status: str, reason: str, at: int) -> None:
        waited = lifecycles.PENDING in (self.status, self.before)
        self.said.add(reason)
        self.become(status)
        if waited and reason == "AMENDED":
            about = (ON_AMENDED, self.scenario, self.choice(), self.supplier, self.entity)
            self.to_say += later_chapter(*about, at, GAP, "demo1", 1)
            self.to_say.sort(key=lambda beat: beat.due_at)


def ends(scenario: Scenario, *, answered: bool) -> str:
    """Where the scenario leads a new line's order, or a problem, if nobody cancels."""
    chapters = [scenario.opening, *([scenario.chapters[ON_AMENDED]] if answered else [])]
    status = lifecycles.SENT_TO_SUPPLIER
    for chapter in chapters:
        status = status if chapter is scenario.opening else lifecycles.IN_PROGRESS
        for beat in chapter.beats:
            if "NEW" in (beat.order_types or ("NEW",)):
                status = beat.status or lifecycles.allowed(scenario.kind, status, beat.kci)[0]
    return status


@settings(deadline=None)  # the first look at a calendar is slow
@given(
    played=st.sampled_from(PLAYED),
    asked=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(REQUESTS)), max_size=6),
)
def test_what_is_asked_on_the_way_changes_the_end_only_by_cancelling(
    played: tuple[str, str], asked: list[tuple[int, str]]
) -> None:
    scenario, supplier = LIBRARY.scenarios[played[0]], LIBRARY.suppliers[played[1]]
    fake = Fake(scenario, supplier, {**order_for(ALDER)})
    fake.take()
    for number, (half_gaps, name) in enumerate(sorted(asked), start=1):
        at = NOW + half_gaps * GAP // 2
        while fake.to_say and fake.to_say[0].due_at <= at:
            fake.speak()
        fake.ask(name, at, number)
    while fake.to_say:
        fake.speak()
    assert fake.undecided == []
    assert fake.status not in lifecycles.PENDING_REQUESTS
    if "CANCELLED" in fake.said and scenario.name not in ("ORDER_CANCELLED", "SERVICE_PROBLEM_CANCELLED"):
        assert fake.status == "CANCELLED"
    else:
        goes_on = ON_AMENDED in scenario.chapters and fake.status != "PENDING"
        assert fake.status == ends(scenario, answered=goes_on)
        assert not goes_on or "AMENDED" in fake.said
