"""A slot's places: never more than there are, and free again when nobody holds them any more. On both databases."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox

ALDER = 3  # places in a slot


@pytest.fixture
def shared(database_url: str, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox on either database."""
    opened = open_sandbox(tmp_path, database_url=database_url, key="a key for tests")
    yield opened
    opened.close()


def sign_in(sandbox: Sandbox, client: str) -> Tenant:
    """One of the two tenants of the shared world."""
    return Tenant(in_process(sandbox), client).sign_in()


def wish(tenant: Tenant, address: Json, slot: Json) -> int:
    """The status that the wish for a place in this slot is answered with."""
    body = {
        "supplier": "ALDER",
        "address": address,
        "serviceSpecification": {"id": "FTTP"},
        "purpose": "PROVIDE",
        "timeslot": {name: slot[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")},
    }
    status, _ = tenant.call("POST", "/v1/appointments", json=body)
    return status


def offered(tenant: Tenant, address: Json, slot: Json) -> bool:
    """Whether the diary shows the slot as free."""
    starts = [each["timeslotStartDateTime"] for each in tenant.slots(address)]
    return slot["timeslotStartDateTime"] in starts


def test_a_slot_is_never_filled_beyond_its_places(shared: Sandbox) -> None:
    """However many want it at once, from two tenants of one world: as many as there are places get one."""
    tenants = [sign_in(shared, client) for client in ("tenant3", "tenant4") * 5]
    address = tenants[0].address_served_by("ALDER")
    slots = tenants[0].slots(address)[:3]
    with ThreadPoolExecutor(len(tenants)) as threads:
        for slot in slots:
            statuses = list(threads.map(lambda tenant, slot=slot: wish(tenant, address, slot), tenants))
            assert Counter(statuses) == {201: ALDER, 422: len(tenants) - ALDER}
            assert not offered(tenants[0], address, slot)


def test_an_expired_reservation_frees_its_place_on_the_worlds_clock(shared: Sandbox) -> None:
    """Just before its end it is held still."""
    tenant, other = sign_in(shared, "tenant3"), sign_in(shared, "tenant4")
    address = tenant.address_served_by("ALDER")
    slot = tenant.slots(address)[0]
    assert [wish(tenant, address, slot) for _ in range(ALDER)] == [201] * ALDER
    tenant.advance("PT29M59S")
    assert wish(other, address, slot) == 422
    tenant.advance("PT1S")
    assert wish(other, address, slot) == 201


@pytest.mark.parametrize(
    ("scenario", "freed"), [("ORDER_CANCELLED", True), ("ORDER_REJECTED", True), ("ORDER_SUCCESSFUL", False)]
)
def test_an_order_that_comes_to_nothing_frees_its_place(shared: Sandbox, scenario: str, freed: bool) -> None:
    """A cancelled or rejected order gives its place back; any other keeps it beyond the reservation's life."""
    tenant = sign_in(shared, "tenant3")
    address = tenant.address_served_by("ALDER")
    slot = tenant.slots(address)[0]
    body = tenant.order_body("ALDER", address)
    assert [wish(tenant, address, slot) for _ in range(ALDER - 1)] == [201] * (ALDER - 1)
    tenant.post("/v1/service-orders", body, {"X-Scenario": scenario})
    tenant.drain()
    assert offered(tenant, address, slot) is freed
    tenant.advance("PT30M")
    assert [wish(tenant, address, slot) for _ in range(ALDER)] == [201] * (ALDER - 1) + [201 if freed else 422]


def test_the_first_slot_lies_after_the_lead_time(shared: Sandbox) -> None:
    """A slot that is nearer than the supplier can come is no slot, although the diary shows its neighbours."""
    tenant = sign_in(shared, "tenant3")
    address = tenant.address_served_by("ALDER")
    first = tenant.slots(address)[0]
    assert first["timeslotStartDateTime"][:10] >= "2027-01-22"  # five working days after Friday the 15th
    too_soon = {
        name: first[name].replace(first[name][:10], "2027-01-21")
        for name in ("timeslotStartDateTime", "timeslotEndDateTime")
    }
    assert wish(tenant, address, too_soon) == 422
