"""Scenarios and suppliers that others extend: found by name, in folders."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from sandbox.spec.schemas import validator_of
from sandbox.spec.yamlfile import UnreadableFileError, load


class Bases:
    """The files of one kind in some folders, each of which is read when it is asked for."""

    def __init__(self, kind: str, *folders: Path) -> None:
        self._folders = folders
        self._read = cache(partial(_value, kind))

    def find(self, name: str, beside: Path | None = None) -> Mapping[str, Any] | None:
        """The value of the file NAME.yaml, in the folder `beside` first; None where there is none that can be used."""
        folders = (beside, *self._folders) if beside is not None else self._folders
        found = (self._read(where / f"{name}.yaml") for where in folders)
        return next((value for value in found if value is not None), None)


def _value(kind: str, path: Path) -> Mapping[str, Any] | None:
    try:
        value: Mapping[str, Any] = load(path).value
    except (UnreadableFileError, OSError):
        return None
    return value if validator_of(kind).is_valid(value) else None
