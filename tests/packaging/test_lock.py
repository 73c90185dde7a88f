"""The lock: versions and hashes, nothing of the machine that wrote it, and all that pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.architecture.checkout import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
RUN = [*PROJECT["project"]["dependencies"], *EXTRAS["postgresql"], *PROJECT["build-system"]["requires"]]
DEV = [
    *RUN,
    *(wanted for group in (EXTRAS, PROJECT["dependency-groups"]) for all_ in group.values() for wanted in all_),
]
IMAGE = [*RUN, *EXTRAS["contracts"]]  # a hosted sandbox runs the suites for its partners
LOCKS = {"run": RUN, "image": IMAGE, "dev": DEV}
ENTRY = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>[\w.+!]+)"
    r"(?: ; (?P<marker>[^\\\n]+?))?"
    r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
)


def lock(name: str) -> Path:
    """One of the lock files."""
    return ROOT / "requirements" / f"{name}.txt"


def versions(name: str) -> dict[str, str]:
    """Package → version, as locked."""
    return {entry["name"]: entry["version"] for entry in ENTRY.finditer(lock(name).read_text())}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_versions_and_hashes_only(name: str) -> None:
    assert versions(name)
    assert ENTRY.sub("", lock(name).read_text()) == ""


@pytest.mark.parametrize(
    "foreign", ["--index-url https://example.com\n", "click @ file:///x\n", "click==8.5.1\n", "# x\n"]
)
def test_anything_else_in_a_lock_is_found(foreign: str) -> None:
    assert ENTRY.sub("", foreign + lock("run").read_text()) == foreign


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_all_that_is_asked_for(name: str) -> None:
    locked = versions(name)
    for wanted in map(Requirement, LOCKS[name]):
        version = locked.get(canonicalize_name(wanted.name))
        assert version is not None, f"{wanted.name} is not locked: make lock"
        assert version in SpecifierSet(str(wanted.specifier)), f"{wanted}, but {version} is locked: make lock"


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    assert versions("run").items() <= versions("image").items() <= versions("dev").items()
