"""Modules are small and named for the trade."""

from pathlib import PurePosixPath
from statistics import median

import pytest

from tests.architecture.checkout import modules, name_of

LONGEST = 300
MEDIAN = 130
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "base", "lib", "tools", "shared"}


def says_nothing(name: str) -> bool:
    """Whether any part of a module's path is a name that anything would fit into."""
    return any(part.strip("_") in NAMES_THAT_SAY_NOTHING for part in PurePosixPath(name).with_suffix("").parts)


def lengths(folder: str) -> dict[str, int]:
    """Lines per module."""
    return {name_of(path): len(path.read_text().splitlines()) for path in modules(folder)}


@pytest.mark.parametrize("folder", ["sandbox", "tests", "contracts", "fixtures", "bench"])
def test_no_module_is_long(folder: str) -> None:
    assert {name: lines for name, lines in lengths(folder).items() if lines > LONGEST} == {}


def test_most_modules_of_the_program_are_small() -> None:
    assert median(lengths("sandbox").values()) < MEDIAN


def test_every_module_of_the_program_has_a_name_that_says_something() -> None:
    assert [name for name in lengths("sandbox") if says_nothing(name)] == []


@pytest.mark.parametrize("name", ["sandbox/utils.py", "sandbox/wire/_helpers.py", "sandbox/common/dates.py"])
def test_a_name_that_says_nothing_is_found(name: str) -> None:
    assert says_nothing(name)


def test_a_name_of_the_trade_is_left_alone() -> None:
    assert not says_nothing("sandbox/gateway/ordering.py")
