"""docs/coverage.md: every operation × status and every step of a life cycle, each with a test that shows it.

The rows follow from the documents and from the tables of the life cycles. The tests are found by running them all
(`make coverage`), and each is held to what the page says of it whenever it runs (tests/conftest.py).
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from sandbox.domain import lifecycles
from sandbox.spec.documents import NAMES, load_document
from tests.architecture.checkout import ROOT
from tests.support.showing import NEW, PLACED, Answered, Fact, Stepped

PAGE = ROOT / "docs" / "coverage.md"

INTRODUCTION = """\
# What is shown by which test

Every status of every operation, and every step of every life cycle, with a test that shows it: the operation really
answered so, and the gateway really took that step, while the test ran. `make coverage` writes this page, by running all
tests; `make test` fails when a row is missing or has no test, and when a test does not show what it is named for.
"""

STATUSES = """\
## Statuses

The statuses published for each operation, and those that we add: 405, 413, 415 and 429, and those of the control API.
"""

STEPS = """\
## Steps

From a state, by a trigger, to a state. A trigger is a reason code that a supplier sends, or one of the gateway's own:

| trigger | is |
|---|---|
| placed | the tenant's request passed the gateway's checks |
| SENT | the supplier answered that it has it; of a request, that it will decide later |
| SEND_FAILED | the supplier could not be reached, failed, or answered nonsense |
| IN_PROGRESS, REJECTED | the supplier's 201 and 422 to a test or a problem |
| AMENDMENT_PENDING, CANCELLATION_PENDING | the supplier's 202 to an amendment or a cancellation |
| OVERTAKEN | what the request is about came to its end first |
| RESOLUTION_ACCEPTED, RESOLUTION_REJECTED | the tenant's word, or its silence, on a resolution |

AMENDED, AMENDMENT_REJECTED, CANCELLED, CANCELLATION_REJECTED, ACKNOWLEDGED, COMMITTED and ORDER_REJECTED may also be
what a supplier's 201 or 422 stands for. "By" says on what the step stands: the published interface, or our assumption.
"""

# How a thing comes to be: no table has a step for it.
_BEGINNINGS = {
    "order": [Stepped("order", NEW, event, lifecycles.RECEIVED_BY_GATEWAY) for event in (PLACED, "CREATED")],
    "resolution": [Stepped("resolution", NEW, "RESOLVED", lifecycles.PENDING)],
    **{kind: [Stepped(kind, NEW, PLACED, lifecycles.RECEIVED_BY_GATEWAY)] for kind in ("request", "test", "problem")},
}


def answers(document: str) -> list[Answered]:
    """Every status of every operation of a document."""
    return [
        Answered(document, operation.id, status)
        for operation in load_document(document).operations.values()
        for status in operation.answers
    ]


def steps(kind: str) -> list[Stepped]:
    """Every step that can come about, state by state."""
    todo: list[tuple[str, str | None]] = [(step.after, None) for step in _BEGINNINGS[kind]]
    found, known = {NEW: _BEGINNINGS[kind]}, set(todo)
    for state, before in todo:
        for event in lifecycles.TABLES[kind]:
            for after in lifecycles.allowed(kind, state, event, before=before):
                found.setdefault(state, []).append(Stepped(kind, state, event, after))
                there = (after, lifecycles.kept_before(state, before, after))
                if there not in known:
                    known.add(there)
                    todo.append(there)
    return list(dict.fromkeys(step for state in found.values() for step in state))


def facts() -> list[Fact]:
    """All that is to be shown."""
    of_documents: list[Fact] = [fact for name in NAMES for fact in answers(name)]
    return of_documents + [step for kind in lifecycles.TABLES for step in steps(kind)]


def basis(step: Stepped) -> str:
    """On what a step stands."""
    if step.state == NEW:
        return "published"
    return next(
        rule.basis.partition(":")[0] for rule in lifecycles.TABLES[step.kind][step.event] if step.state in rule.sources
    )


def render(shown_by: Mapping[Fact, str]) -> str:
    """The page. A fact that no test shows has an empty place."""
    lines = [INTRODUCTION, STATUSES]
    for name in NAMES:
        lines += [
            f"### {load_document(name).data['info']['title']} (`{name}`)\n",
            "| operation | status | test |",
            "|---|---|---|",
        ]
        lines += [_row(fact[1:], shown_by.get(fact)) for fact in answers(name)]
        lines += [""]
    lines += [STEPS]
    for kind in lifecycles.TABLES:
        lines += [f"### Of a `{kind}`\n", "| from | trigger | to | by | test |", "|---|---|---|---|---|"]
        lines += [_row((*step[1:], basis(step)), shown_by.get(step)) for step in steps(kind)]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _row(cells: Iterable[str], test: str | None) -> str:
    return f"| {' | '.join(cells)} | {'' if test is None else f'`{test}`'} |"


def rows(page: str) -> Iterator[tuple[Fact, str]]:
    """(fact, test) of every row of the page, as it stands there."""
    section = ""
    for line in page.splitlines():
        if line.startswith("### "):
            section = line.split("`")[1]
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("| ") else []
        if len(cells) == 3 and section in NAMES and cells[0] != "operation":
            yield Answered(section, cells[0], cells[1]), cells[2].strip("` ")
        elif len(cells) == 5 and cells[0] != "from":
            yield Stepped(section, *cells[:3]), cells[4].strip("` ")


@cache
def claims() -> Mapping[str, set[Fact]]:
    """What the page says of each test."""
    found: dict[str, set[Fact]] = defaultdict(set)
    for fact, test in rows(PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""):
        found[test].add(fact)
    return found


def check_shown(claimed: Mapping[str, set[Fact]], test: str, shown: set[Fact]) -> None:
    """A test that does not show what the page names it for has failed."""
    missing = claimed.get(test, set()) - shown
    assert not missing, f"docs/coverage.md names {test} for what it does not show: {sorted(missing)}: make coverage"


# ---- writing the page: make coverage ---------------------------------------------------------------------------------

NOT_EVERYWHERE = ("prove", "postgres", "browser")
# What is drawn at random, or takes every step there is, says least about one of them to a reader.
LAST = (
    "tests/model/",
    "tests/outside/",
    "tests/crash/",
    "tests/wire/test_anything.py",
    "tests/gateway/test_every_step.py",
)
NEVER = ("tests/domain/", "tests/spec/", "tests/docs/")


def record(file: Path, item: pytest.Item, shown: Iterable[Fact]) -> None:
    """Note what a test has shown."""
    if any(item.get_closest_marker(marker) for marker in NOT_EVERYWHERE) or item.nodeid.startswith(NEVER):
        return
    if not any(character in item.nodeid for character in "|`\n@"):
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps([item.nodeid, sorted(shown)]) + "\n")


def chosen(recorded: Mapping[str, set[Fact]], before: Mapping[Fact, str]) -> dict[Fact, str]:
    """A test for each fact: the one that stood there, if it still shows it or its module was not run, or else the one
    that shows least beside.
    """
    run = {_module(test) for test in recorded}
    by_fact: dict[Fact, list[str]] = defaultdict(list)
    for test, shown in recorded.items():
        for fact in shown:
            by_fact[fact].append(test)

    def fitness(test: str) -> tuple[bool, int, int, str]:
        return test.startswith(LAST), len(recorded[test]), len(test), test

    found: dict[Fact, str] = {}
    for fact in facts():
        known = before.get(fact)
        if known and (known in by_fact[fact] or _module(known) not in run):
            found[fact] = known
        elif by_fact[fact]:
            found[fact] = min(by_fact[fact], key=fitness)
    return found


def _module(test: str) -> str:
    return test.partition("::")[0]


def main(file: str) -> None:
    """Write the page from what the tests have recorded."""
    recorded: dict[str, set[Fact]] = {}
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        test, shown = json.loads(line)
        recorded[test] = {Answered(*fact) if len(fact) == 3 else Stepped(*fact) for fact in shown}
    before = dict(rows(PAGE.read_text(encoding="utf-8"))) if PAGE.exists() else {}
    found = chosen(recorded, before)
    PAGE.write_text(render(found), encoding="utf-8")
    missing = [fact for fact in facts() if fact not in found]
    if missing:
        sys.exit("\n".join(["no test shows:", *map(str, missing)]))


if __name__ == "__main__":
    main(sys.argv[1])
