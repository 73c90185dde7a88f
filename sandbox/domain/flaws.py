"""What is wrong with a data file, and where."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Flaw:
    """Something that cannot be as it stands; `place` is its JSON pointer in the file."""

    place: str
    message: str
