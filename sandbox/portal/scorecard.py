"""How far a partner has come, for itself and for each supplier that it brought: computed when it is asked for."""

from functools import partial
from typing import Any

from sandbox.domain import scorecard
from sandbox.domain.scorecard import Level, Note
from sandbox.parts import Parts
from sandbox.store import examinations, kcis, partners, reservations, timeline
from sandbox.store.examinations import Examination
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Handler

MOST = 20_000  # transactions of the tenant's things that are looked at, the last


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handler of the scorecard's operation."""
    return {"showScorecard": partial(show, parts)}


def show(parts: Parts, call: Call) -> Answer:
    """GET /scorecard: the tenant's, and one for each supplier that it brought."""
    tenant = call.caller.code

    def look(tx: Tx) -> tuple[list[Note], set[str], dict[str, str], list[Examination]]:
        notes: list[Note] = list(timeline.of_owner(tx, tenant, MOST))
        more = {"RESERVED"} if reservations.any_used(tx, tenant) else set()
        more |= {"DISORDER"} if kcis.disorder_taken(tx, tenant) else set()
        found = partners.of_world(tx.connection, tx.world.name)
        own = {each.code: each.base_url for each in found if each.tenant == tenant}
        return notes, more, own, examinations.of_tenant(tx.connection, tenant)

    notes, more, own, runs = parts.store.read(call.caller.world, look)
    seen = scorecard.seen_of_tenant(notes) | more | _suites(runs, "tenant")
    suppliers = [
        _score(code, scorecard.SUPPLIER, scorecard.seen_of_supplier(notes, code) | _suites(runs, "supplier", url))
        for code, url in own.items()
    ]
    return Answer(200, {"tenant": _score(tenant, scorecard.TENANT, seen), "suppliers": suppliers})


def _suites(runs: list[Examination], suite: str, url: str | None = None) -> set[str]:
    """Whether the last whole run of this suite, at this URL if one is given, has passed."""
    for run in runs:
        about = run.suite == suite and (url is None or run.url.rstrip("/") == url)
        if about and run.report is not None and not run.report["run"]["only"]:
            return {"SUITE"} if run.report["result"] == "passed" else set()
    return set()


def _score(code: str, levels: tuple[Level, ...], seen: set[str]) -> dict[str, Any]:
    count = scorecard.reached(levels, seen)
    coming = levels[count].steps if count < len(levels) else ()
    return {
        "code": code,
        "level": levels[count - 1].name if count else "none",
        "levels": [
            {
                "level": level.name,
                "reached": place < count,
                "steps": [
                    {"step": step.name, "title": step.title, "done": step.name in seen, "how": step.how}
                    for step in level.steps
                ],
            }
            for place, level in enumerate(levels)
        ],
        "next": [f"{step.title}: {step.how}" for step in coming if step.name not in seen],
    }
