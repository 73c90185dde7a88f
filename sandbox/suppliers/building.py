"""What a supplier is when it builds Ethernet."""

from dataclasses import replace
from typing import Any

from sandbox.domain.errors import invalid
from sandbox.domain.ethernet import Ethernet
from sandbox.domain.suppliers import Supplier


def ethernet_of(supplier: Supplier) -> Ethernet:
    """What the supplier sells as Ethernet; refused where it sells none."""
    if supplier.ethernet is None:
        raise invalid(f"{supplier.code} sells no Ethernet")
    return supplier.ethernet


def as_builder(supplier: Supplier, ethernet: Ethernet) -> Supplier:
    """The supplier as it builds Ethernet: in a time of its own, with no appointment to make and no line to tell."""
    more: dict[str, Any] = {"installation_type": None, "appointments": None, "line_characteristics": ()}
    return replace(supplier, lead_time=ethernet.lead_time, **more)
