"""What is known of a supplier: what it sells, how it answers and when its engineers come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from sandbox.domain.durations import parse_duration
from sandbox.domain.ethernet import Ethernet, ethernet_from

# Published: START, TRANSFER and TAKEOVER name a fibre line by its ONT and port, any other by its LINE_ID.
_LINE_CHARACTERISTICS: Mapping[str, tuple[str, ...]] = {
    "ONT": ("ONT_REFERENCE", "ONT_PORT"),
    "LINE_ID": ("LINE_ID",),
}


@dataclass(frozen=True)
class Specification:
    """A service that the supplier sells, with the values of LINE_PROFILE that may be ordered."""

    id: str
    name: str
    line_profiles: tuple[str, ...]


@dataclass(frozen=True)
class Window:
    """The part of a working day, in UK local time, in which an engineer arrives.

    `classification` (AM, PM, EARLY, EVENING) is the supplier's own word; None leaves it to the hours.
    """

    start: time
    end: time
    classification: str | None


@dataclass(frozen=True)
class Appointments:
    """How a supplier's diary is made: which windows, how many working days of them, how many bookings each takes.

    `capacity` is of one slot in one area, `day_capacity` of all slots of a day there (None: no more than their sum).
    From `cut_off` on, UK local time, a working day counts as over (None: it counts to midnight).
    """

    windows: tuple[Window, ...]
    saturdays: bool
    sundays: bool
    horizon: int
    capacity: int
    day_capacity: int | None
    cut_off: time | None
    reservation_life_ms: int


@dataclass(frozen=True)
class Rule:
    """When the supplier does not take an order as it is, by the name of a condition.

    It rejects the order for this problem code and in these words, or, where `scenario` names one, plays that instead.
    """

    when: str
    problem_code: str | None
    text: str
    scenario: str | None


@dataclass(frozen=True)
class Supplier:
    """One supplier. `appointments` is None exactly when `installation_type` is: then no engineer comes.

    `network` is the supplier on whose network it sells, itself for most. `hides` are things that it does not show:
    EXISTING_LINES, ONT, INSTALLATION_TYPE. With `coarse` it gives no better reason than OTHER. `addressed_by` is the
    type of address key that it needs, None: any. It acknowledges `delay_ms` later than its scenario says. After the KCI
    `point_of_no_return` it takes no cancellation of an order; None: it always does. `line_characteristics` are the
    names by which it identifies a line: ONT_REFERENCE and ONT_PORT, or LINE_ID. `ethernet` is None where it sells none.
    Without `assurance` it neither tests services nor takes problems.
    """

    code: str
    title: str
    description: str
    acknowledges_at_once: bool
    point_of_no_return: str | None
    concurrent_amendments: bool
    assurance: bool
    one_service_per_address: bool
    line_characteristics: tuple[str, ...]
    specifications: tuple[Specification, ...]
    installation_type: str | None
    lead_time: int
    reference_prefix: str
    network: str
    hides: frozenset[str]
    coarse: bool
    addressed_by: str | None
    delay_ms: int
    rules: tuple[Rule, ...]
    appointments: Appointments | None
    ethernet: Ethernet | None

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Which parts of the Supplier API it has, in the words of the control API."""
        has = {
            "AVAILABILITY": True,
            "QUOTES": self.ethernet is not None,
            "APPOINTMENTS": self.appointments is not None,
            "ORDERS": True,
            "ETHERNET_ORDERS": self.ethernet is not None,
            "AMENDMENTS": True,
            "CANCELLATIONS": True,
            "SERVICE_TESTS": self.assurance,
            "SERVICE_PROBLEMS": self.assurance,
        }
        return tuple(name for name, there in has.items() if there)


def supplier_from(mapping: Mapping[str, Any]) -> Supplier:
    """A supplier from the value of its file, which has passed contracts/schemas/supplier.schema.json."""
    appointments = mapping.get("appointments")
    return Supplier(
        code=mapping["code"],
        title=mapping["title"],
        description=mapping["description"],
        acknowledges_at_once=mapping["acknowledges"] == "at_once",
        point_of_no_return=mapping.get("pointOfNoReturn"),
        concurrent_amendments=mapping["concurrentAmendments"],
        assurance=mapping.get("assurance", True),
        one_service_per_address=mapping["servicesPerAddress"] == "one",
        line_characteristics=_LINE_CHARACTERISTICS[mapping["linesKnownBy"]],
        specifications=tuple(
            Specification(each["id"], each["name"], tuple(each["lineProfiles"])) for each in mapping["specifications"]
        ),
        installation_type=mapping.get("installationType"),
        lead_time=mapping["leadTime"],
        reference_prefix=mapping["referencePrefix"],
        network=mapping.get("network", mapping["code"]),
        hides=frozenset(mapping.get("hides", ())),
        coarse=mapping.get("reasons") == "coarse",
        addressed_by=mapping.get("addressedBy"),
        delay_ms=parse_duration(mapping.get("acknowledgementDelay", "PT0S")),
        rules=tuple(
            Rule(each["when"], each.get("problemCode"), each["text"], each.get("scenario"))
            for each in mapping.get("rejections", ())
        ),
        appointments=_appointments_from(appointments) if appointments else None,
        ethernet=ethernet_from(mapping["ethernet"]) if "ethernet" in mapping else None,
    )


def _appointments_from(mapping: Mapping[str, Any]) -> Appointments:
    return Appointments(
        windows=tuple(
            Window(time.fromisoformat(each["start"]), time.fromisoformat(each["end"]), each.get("classification"))
            for each in mapping["windows"]
        ),
        saturdays=mapping["saturdays"],
        sundays=mapping.get("sundays", False),
        horizon=mapping["horizon"],
        capacity=mapping["capacity"],
        day_capacity=mapping.get("dayCapacity"),
        cut_off=time.fromisoformat(mapping["cutOff"]) if "cutOff" in mapping else None,
        reservation_life_ms=parse_duration(mapping["reservationLife"]),
    )
