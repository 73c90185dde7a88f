"""The requirement catalogue, and partners' profiles: read, and checked against their schemas."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema_rs

from sandbox.shipped import folder
from sandbox.spec.checks import MASK, Violation, violations
from sandbox.spec.library import UnusableFileError
from sandbox.spec.schemas import schema_of, validator_of
from sandbox.spec.yamlfile import load

SUITE_OF = {"SUP": "supplier", "KCI": "supplier", "TEN": "tenant", "GAT": "gateway"}


@dataclass(frozen=True)
class Requirement:
    """One MUST or SHOULD of the interface. Its id never changes and is never used again.

    `clause` says where it stands; `severity` is MUST or SHOULD; `since` is the catalogue's version that brought it;
    `suite` says what proves it.
    """

    id: str
    sentence: str
    clause: str
    severity: str
    since: str
    suite: str


@dataclass(frozen=True)
class Catalogue:
    """All requirements by id, in the order of the file."""

    version: str
    requirements: Mapping[str, Requirement]

    def of(self, suite: str) -> dict[str, Requirement]:
        """Those that one suite proves."""
        return {id_: each for id_, each in self.requirements.items() if each.suite == suite}


@cache
def load_catalogue() -> Catalogue:
    """The shipped catalogue. Raises UnreadableFileError or UnusableFileError, naming the file."""
    return read_catalogue(folder("contracts") / "requirements.yaml")


def read_catalogue(path: Path) -> Catalogue:
    """A catalogue from its file. Raises UnreadableFileError or UnusableFileError, naming the file."""
    data = checked(path, "requirements")
    found = [Requirement(**{"suite": SUITE_OF.get(each["id"][:3])} | each) for each in data["requirements"]]
    twice = [each.id for place, each in enumerate(found) if each.id in {other.id for other in found[:place]}]
    if twice:
        raise UnusableFileError(f"{path}: an id is there twice: {', '.join(twice)}")
    return Catalogue(data["version"], MappingProxyType({each.id: each for each in found}))


def load_profile(path: Path) -> Any:
    """A partner's profile as data. Raises UnreadableFileError or UnusableFileError, naming the file."""
    return checked(path, "profile")


def profile_violations(value: Any) -> list[Violation]:
    """What is wrong with a profile that came as data: no value of it is repeated, for some are secret."""
    return violations(jsonschema_rs.Draft202012Validator(schema_of("profile"), mask=MASK), value)


def checked(path: Path, kind: str) -> Any:
    """A YAML file that fits its schema. Raises UnreadableFileError or UnusableFileError, naming the file."""
    value = load(path).value
    wrong = next(iter(validator_of(kind).iter_errors(value)), None)
    if wrong is not None:
        place = "".join(f"/{step}" for step in wrong.instance_path)
        raise UnusableFileError(f"{path}: {place}: {wrong.message}")
    return value
