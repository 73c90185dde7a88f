"""A corpus of files, each wrong in one way: lint says so, at the line that a comment marks, in the words it has."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sandbox.shipped import folder
from sandbox.spec.lint import lint
from sandbox.spec.wording import flaws_in
from sandbox.spec.yamlfile import load

CORPUS = sorted((Path(__file__).parent / "wrong").glob("*.yaml"))
MARK = re.compile(r"# <- ?(.*)$")


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(CORPUS) >= 40


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_each_is_refused_for_its_reason_at_its_line(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    ((line, reason),) = [(number, found[1]) for number, text in enumerate(lines, 1) if (found := MARK.search(text))]
    (finding,) = lint([path])
    assert finding.line == line, finding
    assert reason in finding.message


# ---- an unknown key is never ignored ---------------------------------------------------------------------------------

SHIPPED = {
    "scenario": sorted(folder("scenarios").glob("*.yaml")),
    "supplier": sorted((folder("fixtures") / "suppliers").glob("*.yaml")),
    "worlds": [folder("fixtures") / "worlds.yaml"],
}


def objects(value: Any, steps: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where in the value there are objects."""
    if isinstance(value, dict):
        here = [] if steps[-1:] == ("parameters",) else [steps]  # whose keys are names
        return [*here, *(place for name, each in value.items() for place in objects(each, (*steps, name)))]
    if isinstance(value, list):
        return [place for number, each in enumerate(value) for place in objects(each, (*steps, number))]
    return []


def with_key(value: Any, steps: tuple[str | int, ...]) -> Any:
    """The value with an unknown key in the object there."""
    changed = deepcopy(value)
    there = changed
    for step in steps:
        there = there[step]
    there["unheardOf"] = 1
    return changed


@pytest.mark.parametrize("kind", SHIPPED)
def test_an_unknown_key_is_refused_wherever_it_stands(kind: str) -> None:
    for path in SHIPPED[kind]:
        value = load(path).value
        assert list(flaws_in(value, kind)) == []
        for steps in objects(value):
            messages = [flaw.message for flaw in flaws_in(with_key(value, steps), kind)]
            assert any("unheardOf" in message for message in messages), (path.name, steps)
