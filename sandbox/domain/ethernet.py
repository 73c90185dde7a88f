"""What a fake supplier sells as Ethernet and what it asks for it. Nothing of this is published: the prices are ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.domain.durations import parse_duration
from sandbox.domain.seeds import draw

PENNY = Decimal("0.01")
SPREAD = 10  # per cent by which the way between the sites makes a quote dearer or cheaper than the list


@dataclass(frozen=True)
class EthernetService:
    """A service with its list prices in GBP per site: the connection once, the rental every month."""

    id: str
    name: str
    connection: Decimal
    rental: Decimal


@dataclass(frozen=True)
class Ethernet:
    """A supplier's Ethernet. `discounts` is the per cent off the rental by months of contract; no others are sold."""

    specifications: tuple[EthernetService, ...]
    discounts: Mapping[int, int]
    lead_time: int
    quote_life_ms: int


def ethernet_from(mapping: Mapping[str, Any]) -> Ethernet:
    """The value of a supplier file's `ethernet`, which has passed contracts/schemas/supplier.schema.json."""
    return Ethernet(
        specifications=tuple(
            EthernetService(each["id"], each["name"], Decimal(each["connection"]), Decimal(each["rental"]))
            for each in mapping["specifications"]
        ),
        discounts={each["months"]: each["discount"] for each in mapping["contracts"]},
        lead_time=mapping["leadTime"],
        quote_life_ms=parse_duration(mapping["quoteLife"]),
    )


def charges(
    ethernet: Ethernet, code: str, services: Sequence[EthernetService], sites: Sequence[str], months: int, seed: str
) -> list[dict[str, str]]:
    """The charges of a quote by supplier `code`, the same whenever the same is asked. `sites` are the sites' UPRNs.

    The rental of a longer contract is never higher: its length has no part in the draw.
    """
    found = []
    for service in services:
        drawn = draw(seed, "quote", code, service.id, *sorted(sites))
        percent = 100 - SPREAD + int(drawn * (2 * SPREAD + 1))
        listed = Decimal(len(sites) * percent) / 100
        rental = service.rental * listed * (100 - ethernet.discounts[months]) / 100
        found.append(_charge(f"{service.name}: connection", "ONE_OFF", service.connection * listed))
        found.append(_charge(f"{service.name}: rental", "RECURRING", rental))
    return found


def _charge(name: str, kind: str, amount: Decimal) -> dict[str, str]:
    return {"name": name, "type": kind, "amount": str(amount.quantize(PENNY, ROUND_HALF_UP)), "currency": "GBP"}
