"""What a player may claim beside what it has: of no owner too much, of what is slow one thing at a time."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sandbox.store.lanes import owner_of


@dataclass(frozen=True)
class Shares:
    """How many lanes of each owner the caller is playing, of which no owner gets more than `most`.

    Of the lines of work in `barred` nothing is claimed, of those that are to be `alone` one thing.
    """

    playing: Mapping[str, int] = field(default_factory=dict)
    most: int = 1_000_000
    barred: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()

    def room(self, line: str) -> int:
        """How many more lanes of this line the caller may have."""
        left = 0 if line in self.barred else self.most - self.playing.get(owner_of(line), 0)
        return max(0, min(left, 1) if line in self.alone else left)

    def less(self, taken: Iterable[str]) -> "Shares":
        """What is left once a lane of each of these lines is played too."""
        lines = list(taken)
        playing = Counter(self.playing) + Counter(map(owner_of, lines))
        return replace(self, playing=playing, barred=self.barred | self.alone.intersection(lines))
