"""What is to be handed over of KCIs, and what was asked to go wrong with that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.domain.durations import format_duration

TENANT, SUPPLIER = "tenant", "supplier"  # the legs: whose plan is edited

LAST, EVERY = 0, -1  # which message a kind is about, beside a number: the one that ends the thing; all of them


@dataclass(frozen=True)
class Handing:
    """One message to be handed over: its number, its type or reason code, whether it is `last` for its thing, and when.

    `marks` are the kinds of disorder that have been at it. What is `extra` is beside the truth: it is handed over once,
    whatever becomes of it. What is `held` waits for another message, at most until `due_at`; what is `fresh` has just
    come about.
    """

    number: int
    kind: str
    last: bool
    due_at: int
    marks: tuple[str, ...] = ()
    extra: bool = False
    held: bool = False
    fresh: bool = False

    @property
    def lost(self) -> bool:
        """Whether it counts as failed until it is handed over after all."""
        return "drop_then_resend" in self.marks and not self.extra

    def to_mapping(self) -> dict[str, Any]:
        """The hand-over as JSON."""
        return {**vars(self), "marks": list(self.marks)}


def handing_from(mapping: Mapping[str, Any]) -> Handing:
    """The hand-over that `to_mapping` wrote."""
    return Handing(**{**mapping, "marks": tuple(mapping["marks"])})


Plan = tuple[Handing, ...]  # in the order in which it is handed over, among what is due at the same moment


@dataclass(frozen=True)
class Disorder:
    """One kind of disorder as it was asked for: on which leg, about which type of KCI, `by` how many milliseconds.

    `at` is the number of the message that it is about where no type is named.
    """

    do: str
    leg: str
    kci: str | None
    by: int
    at: int | None

    def about(self, each: Handing) -> bool:
        """Whether this hand-over is what it is about: it has just come about, and is the one that was meant."""
        if not each.fresh or each.extra:
            return False
        if self.kci is not None:
            return each.kind == self.kci
        return self.at == EVERY or each.number == self.at or (self.at == LAST and each.last)

    def to_mapping(self) -> dict[str, Any]:
        """The disorder as scenario files have it."""
        whole: dict[str, Any] = {"do": self.do, "leg": self.leg}
        whole |= {} if self.kci is None else {"kci": self.kci}
        return whole | ({"by": format_duration(self.by)} if self.by else {})
