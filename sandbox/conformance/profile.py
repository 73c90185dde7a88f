"""What a partner says of its system before a run: what it has, how it is reached, how situations are brought about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.conformance.verdicts import NotApplicable, NotObserved

PARTS = (
    "APPOINTMENTS", "ORDERS", "AMENDMENTS", "CANCELLATIONS", "MODIFY", "CEASE", "ETHERNET", "TESTS", "PROBLEMS",
    "NEW_TYPES",
)  # fmt: skip
SUITES = ("supplier", "tenant", "gateway")


@dataclass(frozen=True)
class Trigger:
    """How a situation is brought about: by headers, by an address, or by a person.

    `hand` is what the person is asked to do while the suite waits.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    address: Mapping[str, str] | None = None
    hand: str | None = None


@dataclass(frozen=True)
class Profile:
    """A partner's system. `auth` is as `contracts/schemas/profile.schema.json` has it; times are seconds.

    `answer`: for an answer; `patience`: for an awaited KCI; `quiet`: how long to listen for what should not come.
    `examples`: made-up requests per operation in the property-based phase; 0 leaves it out.
    """

    suite: str
    name: str
    url: str = ""
    build: str = ""
    auth: Mapping[str, Any] = field(default_factory=lambda: {"kind": "none"})
    offers: frozenset[str] = frozenset(PARTS)
    lacks: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[Mapping[str, str], ...] = ()
    unserved: Mapping[str, str] | None = None
    tenants: tuple[str, ...] = ("TENANT1", "TENANT2")
    situations: Mapping[str, Trigger] = field(default_factory=dict)
    listen: Mapping[str, Any] = field(default_factory=lambda: {"kind": "none"})
    sandbox: Mapping[str, Any] | None = None
    signing: str | None = None
    supplier: Mapping[str, Any] | None = None
    answer: float = 10
    patience: float = 10
    quiet: float = 0.5
    examples: int = 5

    def trigger(self, situation: str) -> Trigger:
        """How this situation is brought about. Raises NotObserved where the profile does not say."""
        if situation not in self.situations:
            raise NotObserved(f"the profile does not say how the situation {situation} is brought about")
        return self.situations[situation]

    def needs(self, part: str) -> None:
        """Raises NotApplicable where the partner declares that it has no such part."""
        if part not in self.offers:
            why = self.lacks.get(part, f"the profile declares that there is no {part}")
            raise NotApplicable(why)


def profile_from(data: Mapping[str, Any]) -> Profile:
    """A profile from its file, which fits its schema."""
    plain = {name: data[name] for name in _PLAIN if name in data}
    addresses = data.get("addresses", {})
    return Profile(
        **plain,
        offers=frozenset(data.get("offers", PARTS)),
        addresses=tuple(addresses.get("served", ())),
        unserved=addresses.get("unserved"),
        tenants=tuple(data.get("tenants", ("TENANT1", "TENANT2"))),
        situations={name: Trigger(**each) for name, each in data.get("situations", {}).items()},
    )


_PLAIN = (
    "suite", "name", "url", "build", "auth", "lacks", "listen", "sandbox", "signing", "supplier", "answer", "patience",
    "quiet", "examples",
)  # fmt: skip
