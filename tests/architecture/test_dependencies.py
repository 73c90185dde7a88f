"""What the program imports it declares, and what it declares it uses."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.architecture.checkout import ROOT, modules
from tests.architecture.references import references

USED_WITHOUT_IMPORT = {
    "tzdata",  # read by zoneinfo where the system has no time zones, as in slim containers
}


def declared() -> set[str]:
    """Names of the run-time dependencies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return names(project["dependencies"])


def optional() -> set[str]:
    """Names of what the contract tests need besides."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return names(project["optional-dependencies"]["contracts"])


def names(requirements: list[str]) -> set[str]:
    """The names in requirements."""
    return {re.split(r"[\[<>=!~;\s]", wanted)[0] for wanted in requirements}


def imported() -> set[str]:
    """Names of the distributions that modules of the program import."""
    tops = {used.split(".")[0] for path in modules() for _, used in references(path.read_text())}
    known = packages_distributions()
    foreign = tops - set(sys.stdlib_module_names) - {"sandbox"}
    return {known.get(top, [top])[0].lower().replace("_", "-") for top in foreign}


def test_what_is_imported_is_declared() -> None:
    assert imported() - declared() - optional() == set()


def test_what_is_declared_is_used() -> None:
    assert declared() - imported() - USED_WITHOUT_IMPORT == set()
