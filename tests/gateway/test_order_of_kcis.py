"""A supplier's KCIs come in any order; the tenant gets them in theirs."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Connection

from sandbox.app import Sandbox
from sandbox.store import claiming
from sandbox.store.lanes import Job
from sandbox.store.shares import Shares
from sandbox.store.worlds import every
from sandbox.world.clock import SystemClock
from tests.gateway.supplying import Supplier, silent_order
from tests.support.sandboxes import Tenant, in_process, open_sandbox

UPDATE = ("UPDATE", "SENT_TO_SUPPLIER")
ACKNOWLEDGED = ("ACKNOWLEDGED", "ACKNOWLEDGED")
COMMITTED = ("COMMITTED", "IN_PROGRESS")
ADDITIONAL = ("ADDITIONAL", "IN_PROGRESS")
STORY = {1: "ACKNOWLEDGED", 2: "COMMITTED", 3: "ADDITIONAL"}


def told(tenant: Tenant, supplier: Supplier) -> list[tuple[str, str]]:
    """What the tenant has been told of the order."""
    return tenant.told(supplier.order["id"])


@pytest.mark.parametrize("numbers", list(permutations(STORY)))
def test_however_they_come_the_tenant_gets_them_in_order(
    tenant: Tenant, supplier: Supplier, numbers: tuple[int, ...]
) -> None:
    """At once when the last missing one is there, numbered without a gap."""
    assert [supplier.tell(number, STORY[number])[0] for number in numbers] == [204] * 3
    assert told(tenant, supplier) == [UPDATE, ACKNOWLEDGED, COMMITTED, ADDITIONAL]
    updates = tenant.order(supplier.order["id"])["updates"]
    assert [update["sequenceNumber"] for update in updates] == [1, 2, 3, 4]
    assert tenant.drain()["fired"][0]["kind"] in ("release", "beat")
    assert told(tenant, supplier)[:4] == [UPDATE, ACKNOWLEDGED, COMMITTED, ADDITIONAL]


def test_a_gap_is_given_up_after_a_patience(tenant: Tenant, supplier: Supplier) -> None:
    """Five seconds, and what comes after all is judged as new: here it may not come any more."""
    supplier.tell(2, "COMMITTED")
    tenant.advance("PT4S")
    assert told(tenant, supplier) == [UPDATE]
    tenant.advance("PT1S")
    assert told(tenant, supplier) == [UPDATE, ACKNOWLEDGED, COMMITTED]
    status, messages = supplier.tell(1, "ACKNOWLEDGED")
    assert (status, "is IN_PROGRESS" in messages[0]) == (422, True)


def test_a_drain_is_not_patient(tenant: Tenant, supplier: Supplier) -> None:
    """It plays whatever waits, and gives up the gap at its time."""
    supplier.tell(2, "COMMITTED")
    assert [each["kind"] for each in tenant.drain()["fired"]][:1] == ["release"]
    assert told(tenant, supplier)[:3] == [UPDATE, ACKNOWLEDGED, COMMITTED]


def test_each_gap_has_a_patience_of_its_own(tenant: Tenant, supplier: Supplier) -> None:
    """A later gap does not end with an earlier one."""
    supplier.tell(2, "COMMITTED")
    tenant.advance("PT4S")
    supplier.tell(4, "DELAY")
    tenant.advance("PT1S")
    assert told(tenant, supplier) == [UPDATE, ACKNOWLEDGED, COMMITTED]
    tenant.advance("PT3S")
    assert supplier.tell(3, "ADDITIONAL")[0] == 204
    assert told(tenant, supplier) == [UPDATE, ACKNOWLEDGED, COMMITTED, ADDITIONAL, ("DELAY", "HELD")]


def test_a_gap_that_was_filled_leaves_no_impatience_behind(tenant: Tenant, supplier: Supplier) -> None:
    """What waits later waits its full time."""
    supplier.tell(2, "COMMITTED")
    supplier.tell(1, "ACKNOWLEDGED")
    tenant.advance("PT4S")
    supplier.tell(4, "DELAY")
    tenant.advance("PT4S")
    assert told(tenant, supplier) == [UPDATE, ACKNOWLEDGED, COMMITTED]
    tenant.advance("PT1S")
    assert told(tenant, supplier)[3:] == [("DELAY", "HELD")]


def test_a_gap_ends_even_where_time_stands_still(tmp_path: Path) -> None:
    """Patience is real time: a frozen world's gap is given up too, without anybody moving its clock."""
    sandbox = open_sandbox(tmp_path, SystemClock(), patience=200)
    tenant = Tenant(in_process(sandbox)).sign_in()
    tenant.call("PUT", "/_sandbox/clock", json={"rate": 0})
    supplier = Supplier(in_process(sandbox), silent_order(tenant)).sign_in()
    cursor = tenant.inbox()[-1]["cursor"]
    sandbox.player.start()
    supplier.tell(2, "COMMITTED")
    page = tenant.get("/_sandbox/inbox", {"after": cursor, "wait": 20})
    sandbox.player.stop()
    sandbox.close()
    assert [item["kci"]["information"]["type"] for item in page["items"]] == ["ACKNOWLEDGED", "COMMITTED"]


def test_a_frozen_worlds_gap_is_not_given_up_early(sandbox: Sandbox, tenant: Tenant) -> None:
    """Nobody may claim it before its patience has ended in real time."""
    tenant.call("PUT", "/_sandbox/clock", json={"rate": 0})
    supplier = Supplier(in_process(sandbox), silent_order(tenant)).sign_in()
    supplier.tell(2, "COMMITTED")
    real = sandbox.parts.clock.now()

    def claimed_at(moment: int) -> list[str]:
        def claim(connection: Connection) -> list[Job]:
            return claiming.claim(connection, moment, moment, 9, Shares(), [each.name for each in every(connection)])

        return [job.kind for job in sandbox.parts.store.transact(claim)]

    assert claimed_at(real + 4_999) == []
    assert claimed_at(real + 5_000) == ["release"]


def test_nothing_is_missing_once_the_order_is_final(tenant: Tenant, supplier: Supplier) -> None:
    """What comes after the end is refused at once, whatever its number."""
    for number, reason in enumerate(("ACKNOWLEDGED", "COMMITTED", "COMPLETED"), start=1):
        assert supplier.tell(number, reason)[0] == 204
    status, messages = supplier.tell(9, "DELAY")
    assert status == 422
    assert "COMPLETED" in messages[0]


@pytest.mark.parametrize("first", [1, 2])
def test_after_a_201_the_first_number_may_be_one_or_two(sandbox: Sandbox, tenant: Tenant, first: int) -> None:
    """Some suppliers count the acknowledgement in their answer, some do not."""
    birch = Supplier(in_process(sandbox), silent_order(tenant, "BIRCH"), "birch1").sign_in()
    assert birch.tell(first, "COMMITTED")[0] == 204
    assert told(tenant, birch) == [UPDATE, ACKNOWLEDGED, COMMITTED]
    assert birch.tell(first + 1, "ADDITIONAL")[0] == 204
    assert told(tenant, birch)[3:] == [ADDITIONAL]


def test_after_a_201_a_three_waits(sandbox: Sandbox, tenant: Tenant) -> None:
    """Of the numbers that may be first, both are missing before it."""
    birch = Supplier(in_process(sandbox), silent_order(tenant, "BIRCH"), "birch1").sign_in()
    birch.tell(3, "ADDITIONAL", status="ACKNOWLEDGED")
    assert told(tenant, birch) == [UPDATE, ACKNOWLEDGED]
    birch.tell(2, "UPDATE", status="ACKNOWLEDGED")
    assert told(tenant, birch)[2:] == [("UPDATE", "ACKNOWLEDGED"), ("ADDITIONAL", "ACKNOWLEDGED")]


def test_a_commitment_without_an_acknowledgement_is_told_as_both(tenant: Tenant, supplier: Supplier) -> None:
    """Published: the two may come in one. The first shows the order as acknowledged, without the dates."""
    assert supplier.tell(1, "COMMITTED")[0] == 204
    assert told(tenant, supplier) == [UPDATE, ACKNOWLEDGED, COMMITTED]
    acknowledged, committed = (item["kci"]["entity"] for item in tenant.inbox()[1:])
    assert "committedDate" not in acknowledged
    assert committed["committedDate"] == committed["targetDate"] == "2027-02-01T12:00:00.000Z"


def test_orders_do_not_wait_for_each_other(sandbox: Sandbox, tenant: Tenant, supplier: Supplier) -> None:
    """A gap in one order holds up that order alone."""
    supplier.tell(2, "COMMITTED")
    other = replace(supplier, order=silent_order(tenant))
    other.tell(1, "ACKNOWLEDGED")
    assert told(tenant, supplier) == [UPDATE]
    assert told(tenant, other) == [UPDATE, ACKNOWLEDGED]


def test_the_largest_number_is_a_number_like_any_other(tenant: Tenant, supplier: Supplier) -> None:
    """It waits; when its time has come it is taken, and everything after it is judged as new."""
    supplier.tell(999_999_999_999, "COMMITTED", kci_id=7)
    tenant.advance("PT5S")
    assert told(tenant, supplier) == [UPDATE, ACKNOWLEDGED, COMMITTED]
    assert supplier.tell(1, "ADDITIONAL")[0] == 204
