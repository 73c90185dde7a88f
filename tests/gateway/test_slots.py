"""Slots and reservations as the gateway passes them on: all that is published goes to the supplier, and comes back."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from sandbox.app import Sandbox
from sandbox.domain.slots import CLASSIFICATIONS
from tests.contracts.reading import bundled
from tests.gateway.other_suppliers import replace_supplier, saying
from tests.support.sandboxes import Json, Tenant
from tests.support.spies import spied

BARE = {"timeslotStartDateTime": "2027-06-14T13:00:00+01:00", "timeslotEndDateTime": "2027-06-14T16:00:00Z"}
OVERNIGHT = {"timeslotStartDateTime": "2027-06-14T22:30:00Z", "timeslotEndDateTime": "2027-06-15T02:00:00Z"}
PREMIUM = {
    "timeslotStartDateTime": "2027-06-19T08:00:00Z", "timeslotEndDateTime": "2027-06-19T10:00:00Z",
    "classification": "SATURDAY_EARLY", "standard": False,
}  # fmt: skip


def listed(tenant: Tenant, **more: str) -> list[Json]:
    """The slots that a tenant is shown."""
    query = {
        "supplier": "ALDER",
        "address": json.dumps(tenant.free_addresses[0]["identifier"]),
        "serviceSpecification": '{"id": "FTTP"}',
        "appointmentPurpose": "PROVIDE",
    }
    slots: list[Json] = tenant.get("/v1/available-appointments", query | more)["availableTimeslots"]
    return slots


def test_the_classifications_are_the_published_ones() -> None:
    assert list(CLASSIFICATIONS) == bundled("supplier")["components"]["schemas"]["TimeslotClassification"]["enum"]


@pytest.mark.parametrize(("given", "sent"), [({}, "2027-01-15"), ({"appointmentFromDate": "2027-02-01"}, "2027-02-01")])
def test_the_supplier_is_sent_everything_whatever_the_tenant_left_out(
    sandbox: Sandbox, tenant: Tenant, given: dict[str, str], sent: str
) -> None:
    seen = spied(sandbox, lambda _environ: None)
    assert listed(tenant, **given)
    query = parse_qs(seen[-1]["QUERY_STRING"])
    assert query["appointmentFromDate"] == [sent]
    assert query["classifications"] == [",".join(CLASSIFICATIONS)]
    assert set(query) == {
        "address", "serviceSpecification", "appointmentFromDate", "classifications", "appointmentPurpose",
    }  # fmt: skip


def offering(sandbox: Sandbox, *slots: Json) -> None:
    """Have ALDER offer these slots."""
    address = {"id": "999000000001", "type": "UPRN"}
    replace_supplier(sandbox, "ALDER", saying(200, {"address": address, "availableTimeslots": list(slots)}))


def test_the_gateway_classifies_what_the_supplier_does_not(sandbox: Sandbox, tenant: Tenant) -> None:
    """By UK hours; and what is not said to be premium is standard."""
    offering(sandbox, BARE, PREMIUM)
    assert listed(tenant) == [{**BARE, "classification": "WEEKDAY_PM", "standard": True}, PREMIUM]


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({}, [BARE, OVERNIGHT, PREMIUM]),
        ({"standardOnly": "true"}, [BARE, OVERNIGHT]),
        ({"singleDayAppointment": "true"}, [BARE, PREMIUM]),
        ({"standardOnly": "true", "singleDayAppointment": "true"}, [BARE]),
    ],
)
def test_a_tenant_may_leave_slots_out(
    sandbox: Sandbox, tenant: Tenant, asked: dict[str, str], left: list[dict[str, Any]]
) -> None:
    """A day is one in the United Kingdom, however the times are written."""
    offering(sandbox, BARE, OVERNIGHT, PREMIUM)
    starts = [each["timeslotStartDateTime"] for each in listed(tenant, **asked)]
    assert starts == [each["timeslotStartDateTime"] for each in left]


def test_a_reservation_is_classified_too(sandbox: Sandbox, tenant: Tenant) -> None:
    replace_supplier(sandbox, "ALDER", saying(201, {"supplierReference": "ALDR1", "timeslot": BARE}))
    body = {
        "supplier": "ALDER", "address": {"id": "999000000001", "type": "UPRN"}, "timeslot": BARE,
        "serviceSpecification": {"id": "FTTP"}, "purpose": "PROVIDE",
    }  # fmt: skip
    reservation = tenant.post("/v1/appointments", body)
    assert reservation["timeslot"] == {**BARE, "classification": "WEEKDAY_PM", "standard": True}
