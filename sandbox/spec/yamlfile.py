"""YAML with JSON's types only, and the line of every value.

PyYAML's own reading turns `on` and `NO` into booleans, 0012345 into 5349, 08:30 into a number and dates into objects.
Here a plain word is null, true, false or a JSON number, or else the text that it looks like; keys are always text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# libyaml, where PyYAML was built with it, is ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {"": None, "null": None, "true": True, "false": False}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


class UnreadableFileError(Exception):
    """A file that is not YAML, or not of JSON's shapes. `line` counts from 1."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Document:
    """A file's value, and the line (from 1) of each value in it by JSON pointer; "" is the whole."""

    path: Path
    value: Any
    lines: Mapping[str, int]


def load(path: Path) -> Document:
    """Read one YAML file. Raises UnreadableFileError, also for a key that comes twice, an anchor or a tag."""
    return read(path, path.read_bytes())


def read(path: Path, raw: bytes) -> Document:
    """What is or would be in this file. Raises as `load`."""
    try:
        return _Reader(path, raw.decode()).document()
    except UnicodeDecodeError as wrong:
        raise UnreadableFileError(path, raw[: wrong.start].count(b"\n") + 1, "the file is not UTF-8") from wrong
    except RecursionError:
        raise UnreadableFileError(path, 1, "it is nested too deep") from None
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise UnreadableFileError(path, line, getattr(wrong, "problem", None) or "the file is not YAML") from wrong


def pointer(parent: str, step: str | int) -> str:
    """The JSON pointer (RFC 6901) of what lies one step below."""
    return f"{parent}/{str(step).replace('~', '~0').replace('/', '~1')}"


class _Reader:
    """Builds the value straight from the parser's events: no detour over nodes, and no YAML types to switch off."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._lines: dict[str, int] = {}

    def document(self) -> Document:
        for expected in (yaml.StreamStartEvent, yaml.DocumentStartEvent):
            event = next(self._events)
            if not isinstance(event, expected):
                raise self._refused(event, "the file is empty")
        value = self._value(next(self._events), "")
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._refused(after, "a second document in one file")
        return Document(self._path, value, self._lines)

    def _value(self, event: Any, place: str) -> Any:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._refused(event, "anchors and aliases are not taken: write the value out")
        if event.tag is not None:
            raise self._refused(event, f"tags such as {event.tag} are not taken")
        self._lines.setdefault(place, _line(event))
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        return self._mapping(place) if isinstance(event, yaml.MappingStartEvent) else self._sequence(place)

    def _mapping(self, place: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise self._refused(event, "a key is plain text")
            key = event.value
            if key in found:
                raise self._refused(event, f"the key {key} comes twice")
            here = pointer(place, key)
            self._lines[here] = _line(event)  # of the key: a long value may begin lines below
            found[key] = self._value(next(self._events), here)
        return found

    def _sequence(self, place: str) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, pointer(place, len(found))))
        return found

    def _scalar(self, event: Any) -> Any:
        text = event.value
        plain, _ = event.implicit
        if not plain:  # quoted and block text is text
            return text
        if text in _WORDS:
            return _WORDS[text]
        return json.loads(text) if _NUMBER.fullmatch(text) else text

    def _refused(self, event: Any, message: str) -> UnreadableFileError:
        return UnreadableFileError(self._path, _line(event), message)


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1
