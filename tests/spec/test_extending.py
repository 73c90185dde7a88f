"""A scenario that extends another says only what is different, and is judged as a whole."""

from pathlib import Path

from sandbox.domain.composing import compose
from sandbox.domain.scenarios import scenario_from
from sandbox.spec.library import load_library
from sandbox.spec.lint import lint

LIBRARY = load_library()
HEAD = "name: MINE\ntitle: Mine\ndescription: My own.\n"
ADAPTED = HEAD + "extends: ORDER_DELAYED\nadapt:\n  DELAY: {problemCode: WAYLEAVE_ISSUE, text: Not yet.}\n"


def found(folder: Path, text: str, name: str = "MINE") -> list[str]:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return [f"{finding.line} {finding.message}" for finding in lint([path])]


def test_everything_but_what_is_its_own_is_taken_over() -> None:
    value = {"name": "MINE", "title": "Mine", "description": "My own.", "extends": "ORDER_SUCCESSFUL"}
    mine = scenario_from(compose(value, LIBRARY.sources["scenario"].get).value)
    base = LIBRARY.scenarios["ORDER_SUCCESSFUL"]
    assert (mine.name, mine.title, mine.default) == ("MINE", "Mine", False)
    assert (mine.chapters, mine.parameters, mine.kind) == (base.chapters, base.parameters, base.kind)


def test_a_kci_that_is_taken_over_can_be_adapted(tmp_path: Path) -> None:
    assert found(tmp_path, ADAPTED) == []
    more = ADAPTED + "  COMPLETED: {at: P1D, from: null}\n"
    assert found(tmp_path, more) == ["7 /adapt/COMPLETED/at: comes before the beat above it: offsets rise"]


def test_parameters_are_taken_over_one_by_one(tmp_path: Path) -> None:
    limits = "{type: integer, default: 90, minimum: 1, maximum: 9, description: Days.}"
    more = HEAD + f"extends: ORDER_REAPPOINTED\nparameters:\n  targetDateOffset: {limits}\n"
    (finding,) = found(tmp_path, more)
    assert finding.startswith("6 /parameters/targetDateOffset/default: the default is not from the minimum 1")


def test_a_chapter_of_its_own_counts_as_a_whole(tmp_path: Path) -> None:
    chapter = "order:\n  reply: {status: 202}\n  beats:\n    - {at: PT5M, kci: RESUMED}\n"
    (finding,) = found(tmp_path, HEAD + "extends: ORDER_DELAYED\n" + chapter)
    assert finding.startswith("8 /order/beats/0/kci: RESUMED cannot come while the order is SENT_TO_SUPPLIER")


def test_what_was_taken_over_is_said_at_extends(tmp_path: Path) -> None:
    reply = "order:\n  reply: {status: 202}\n  beats: []\n"
    (finding,) = found(tmp_path, HEAD + "extends: ORDER_PENDING\n" + reply)
    assert finding == "4 /extends: it never opens: nothing leads to PENDING"


def test_a_chain_is_followed_to_its_end_and_never_round(tmp_path: Path) -> None:
    found(tmp_path, ADAPTED.replace("MINE", "FIRST"), "FIRST")
    assert found(tmp_path, HEAD + "extends: FIRST\nadapt:\n  DELAY: {problemCode: null}\n") == [
        "6 /adapt/DELAY: problemCode is missing"
    ]
    found(tmp_path, HEAD.replace("MINE", "ROUND") + "extends: MINE\n", "ROUND")
    (finding,) = found(tmp_path, HEAD + "extends: ROUND\n")
    assert finding == "4 /extends: ROUND cannot be extended: MINE would extend itself, by way of MINE and ROUND"


def test_an_adaptation_of_nothing_is_refused(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, ADAPTED.replace("DELAY:", "REAPPOINT:"))
    assert finding.startswith("6 /adapt/REAPPOINT: no REAPPOINT comes from ORDER_DELAYED; there are: ACKNOWLEDGED, ")
