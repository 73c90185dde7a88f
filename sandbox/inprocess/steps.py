"""What was played in a recording, and what of it is still to be played."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.domain.durations import to_ms

IN_HAND = 1_000  # milliseconds of real time that a player has something in hand, at the longest

Step = Mapping[str, Any]  # number, lane, real, now


class Steps:
    """The steps of a recording, in the order in which they were settled; each is given out once.

    Several players settle side by side, so a KCI may have been told before one whose step was settled earlier. `abouts`
    says what each KCI is about, by its cursor: their order is the true one.
    """

    def __init__(self, played: Sequence[Step], abouts: Mapping[int, str]) -> None:
        self._left = list(played)
        self._abouts = abouts

    @property
    def last(self) -> int:
        """The number of the last one; 0 when none is left."""
        return self._left[-1]["number"] if self._left else 0

    def count_to(self, number: int) -> int:
        """How many are left that were settled by then."""
        return sum(each["number"] <= number for each in self._left)

    def up_to(self, number: int) -> Iterator[Step]:
        """Those that were settled by then."""
        while self._left and self._left[0]["number"] <= number:
            yield self._left.pop(0)

    def telling(self, cursor: int, *, since: int | None = None) -> Step | None:
        """The first that may have told the KCI of this cursor. `since`: if it was in hand at that real time."""
        about = self._abouts.get(cursor, "")
        found = next((each for each in self._left if _tells(each, about)), None)
        if found is None or (since is not None and to_ms(found["real"]) > since + IN_HAND):
            return None
        self._left.remove(found)
        return found

    def told_by(self, step: Step, after: int) -> int:
        """The cursor of the KCI, of those after one, that this step told; 0 when none can be."""
        return next((cursor for cursor, about in self._abouts.items() if cursor > after and _tells(step, about)), 0)

    def in_hand_at(self, real: int, most: int) -> Iterator[Step]:
        """Up to so many of them, which were settled soon after this moment of real time."""
        for _ in range(most):
            if not self._left or to_ms(self._left[0]["real"]) > real + IN_HAND:
                return
            yield self._left.pop(0)

    def put_back(self, step: Step) -> None:
        """This one was not played after all."""
        self._left.insert(0, step)

    def pass_over(self, count: int) -> None:
        """So many of them were played by a run of the clock."""
        del self._left[:count]

    def in_hand(self, count: int) -> int:
        """The number of the one that a run plays once it has played so many; 0 when there is none."""
        return self._left[count]["number"] if 0 <= count < len(self._left) else 0


def _tells(step: Step, about: str) -> bool:
    """Whether this step may tell a KCI about this thing."""
    lane: str = step["lane"]
    return bool(about) and lane.endswith(f" {about}") and not lane.startswith("push ")
