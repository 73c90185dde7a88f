"""How much one tenant may have and do, so that no other is slowed down by it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Quotas:
    """The limits of one tenant, 0 for none: requests and callbacks a second in real time, orders open at once, and
    bytes kept of its orders, tests, problems, KCIs and timelines.
    """

    requests: int = 0
    orders: int = 0
    bytes: int = 0
    callbacks: int = 0

    def but(self, agreed: Mapping[str, int | None]) -> "Quotas":
        """These limits with those in place of them that were agreed with one tenant; None: as they are."""
        own = {name: limit for name, limit in agreed.items() if limit is not None}
        return Quotas(**{**vars(self), **own})


NAMES = tuple(each.name for each in fields(Quotas))
NO_LIMITS = Quotas()
