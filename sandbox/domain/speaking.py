"""What is left to decide when a supplier speaks: how the scores of one thing meet."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.domain import lifecycles, sources
from sandbox.domain.chapters import AGREED, TARGET
from sandbox.domain.planning import PlannedBeat
from sandbox.domain.scenarios import KINDS, Choice, Scenario
from sandbox.domain.sources import gap_between, wait
from sandbox.domain.standing import WAITING, Standing
from sandbox.domain.suppliers import Supplier

_RESULTS = ("AMENDED", "AMENDMENT_REJECTED", "CANCELLATION_REJECTED")


def stated(beat: PlannedBeat, standing: Standing) -> str | None:
    """The status that the supplier states with this KCI as things now stand; None when it may not come any more.

    A supplier of ours says nothing that the life cycle does not allow, unless it is `wrong` on purpose. While another
    request is undecided, the result of one leaves the thing pending.
    """
    if beat.wrong:
        return beat.status
    targets = lifecycles.allowed(standing.kind, standing.status, beat.reason_code, before=standing.before)
    wanted = [beat.status] if beat.fixed else []
    if beat.reason_code in _RESULTS:
        wanted += [status for kind, status in WAITING.items() if kind in standing.undecided]
    return next((status for status in (*wanted, *targets) if status in targets), None)


def replan(
    pending: Iterable[PlannedBeat],
    scenario: Scenario,
    choice: Choice,
    supplier: Supplier,
    entity: Mapping[str, Any],
    now: int,
    gap_ms: int | None,
    seed: str,
    epoch: int,
) -> tuple[PlannedBeat, ...]:
    """The KCIs still to come of an order or problem whose date an accepted amendment has moved.

    `entity` is it as amended. What the beats say of dates and slots follows the new date; when they are due follows it
    at the realistic tempo, where they count from it. Beats of requests are left as they are.
    """
    (kind,) = KINDS[scenario.kind].life_cycles
    course = sources.opened(supplier, entity, now, seed, epoch, kind=kind, status=lifecycles.IN_PROGRESS)
    realistic, made, earliest = gap_between(choice, gap_ms) is None, [], now
    for each in pending:
        chapter = scenario.chapters.get(each.chapter)
        if chapter is None:
            made.append(each)
            continue
        beat = chapter.beats[each.place]
        follows = realistic and beat.base in (AGREED, TARGET)
        due_at = max(earliest, sources.base(beat, course) + wait(beat, choice) if follows else each.due_at)
        course = sources.moved(course, beat, choice, supplier)
        changes = sources.changes(beat, course, due_at)
        moved = {name: changes[name] for name in sources.DATES if name in changes}
        made.append(replace(each, due_at=due_at, changes={**each.changes, **moved}))
        earliest = due_at
    return tuple(made)
