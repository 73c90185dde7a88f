"""The report of a run: every requirement of the suite with its verdict, and what the run as a whole comes to.

A report fits `contracts/schemas/report.schema.json`. All other forms of it are made from it alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.conformance.verdicts import FAILED, NOT_TESTED, PASSED, VERDICTS, merged
from sandbox.spec.requirements import Catalogue

Report = dict[str, Any]

OURS = "SBX-"  # promises of the sandbox, outside the verdict on the interface
EXIT = {PASSED: 0, FAILED: 1, NOT_TESTED: 2}
SELF_RUN = "SELF-RUN"


def report_of(
    events: Iterable[Mapping[str, Any]],
    catalogue: Catalogue,
    target: Mapping[str, Any],
    run: Mapping[str, Any],
    only: frozenset[str] = frozenset(),
    cause: str | None = None,
) -> Report:
    """The report of what a run told. `cause`: why it did not come to its end, and what is missing was not tested."""
    said: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    coverage: Mapping[str, Any] = {}
    build = ""
    for event in events:
        if event["event"] == "verdict":
            said[event["requirement"]].append(event)
        elif event["event"] == "coverage":
            coverage = {name: each for name, each in event.items() if name != "event"}
        elif event["event"] == "target":
            build = event["build"]
    missing = {"outcome": NOT_TESTED, "checks": 0, "reason": cause or "no test came to it"}
    requirements = []
    for id_, each in catalogue.of(target["suite"]).items():
        if only and id_ not in only:
            continue
        about = {"id": id_, "sentence": each.sentence, "clause": each.clause, "severity": each.severity}
        requirements.append({**about, "since": each.since, **merged(said.get(id_) or [missing])})
    return {
        "target": {**target, "build": build} if build else dict(target),
        "run": {**run, "catalogue": catalogue.version, "only": sorted(only)},
        "result": result_of(requirements),
        "summary": dict.fromkeys(VERDICTS, 0) | Counter(each["outcome"] for each in requirements),
        "requirements": requirements,
        "coverage": dict(coverage),
        "standing": SELF_RUN,
    }


def result_of(requirements: Iterable[Mapping[str, Any]]) -> str:
    """passed, failed or could not be tested. A pass needs at least one requirement that passed."""
    found = {each["outcome"] for each in requirements if not each["id"].startswith(OURS)}
    if FAILED in found:
        return FAILED
    return PASSED if PASSED in found and NOT_TESTED not in found else NOT_TESTED


def exit_code(report: Report) -> int:
    """0 for a pass, 1 for a failure, 2 where something could not be tested."""
    return EXIT[report["result"]]


def difference(report: Report, former: Report) -> list[dict[str, str]]:
    """The requirements whose verdict is not what it was: id, before, now. What only one of both has is new or gone."""
    before = {each["id"]: each["outcome"] for each in former["requirements"]}
    now = {each["id"]: each["outcome"] for each in report["requirements"]}
    return [
        {"id": name, "before": before.get(name, "not in the catalogue"), "now": now.get(name, "not asked for")}
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]


def stale(report: Report, catalogue: Catalogue) -> list[str]:
    """Requirements that the catalogue has gained since the report was made."""
    known = {each["id"] for each in report["requirements"]}
    asked = report["run"]["only"]
    return [] if asked else sorted(set(catalogue.of(report["target"]["suite"])) - known)
