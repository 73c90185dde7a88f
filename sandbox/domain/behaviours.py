"""How a place behaves: what is published of it, and what happens to whoever orders there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What `slots` may be.
NO_SLOTS = "none"  # nothing is free, ever
ONE_SLOT = "one"  # one slot, with one place
VANISHING = "vanishing"  # the slot that is wanted first is gone by then; the next wish is granted
GIVEN_AWAY = "given_away"  # a slot is reserved, and is another's when the order comes

Named = Mapping[str, str]


@dataclass(frozen=True)
class Behaviour:
    """What is the same at every address of this name, whenever it is asked.

    `qualifier` is how the address is matched: Gold, Silver, or None where no database knows it. `scenario` is what an
    order to provide plays there when it asks for none. `ecc_band` is the lowest charge band that pays for the work,
    `gold_key` the NAD key that staff have found for an unknown address. `line` is the state of a line that has been
    there from the beginning, of which nobody in this world knows the user.
    """

    name: str
    title: str
    description: str
    qualifier: str | None = "Gold"
    attributes: tuple[Named, ...] = ()
    constraints: tuple[Named, ...] = ()
    unavailable: Named | None = None
    forecast: tuple[Named, ...] = ()
    scenario: str | None = None
    slots: str | None = None
    ecc_band: int = 0
    gold_key: str | None = None
    right_key: bool = True
    line: str | None = None


PLAIN = Behaviour("PLAIN", "Nothing is special here", "Whoever serves it takes an order, and it completes.")


def behaviour_from(name: str, mapping: Mapping[str, Any]) -> Behaviour:
    """A behaviour from its value in a file that has passed contracts/schemas/behaviours.schema.json."""
    return Behaviour(
        name=name,
        title=mapping["title"],
        description=mapping["description"],
        qualifier=mapping.get("qualifier", "Gold"),
        attributes=tuple(mapping.get("attributes", ())),
        constraints=tuple(mapping.get("constraints", ())),
        unavailable=mapping.get("unavailable"),
        forecast=tuple(mapping.get("forecast", ())),
        scenario=mapping.get("scenario"),
        slots=mapping.get("slots"),
        ecc_band=mapping.get("eccBand", 0),
        gold_key=mapping.get("goldKey"),
        right_key=mapping.get("rightKey", True),
        line=mapping.get("line"),
    )
