"""What a supplier may say of an order: judged once; a refusal changes nothing and says what would have been allowed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from sandbox.app import Sandbox
from tests.gateway.supplying import Supplier, silent_order
from tests.support.sandboxes import Json, Tenant, in_process


def state(tenant: Tenant, supplier: Supplier) -> Json:
    """The order with its history, and the mailbox."""
    return tenant.order(supplier.order["id"]), tenant.inbox()


def refusal(tenant: Tenant, supplier: Supplier, kci: Json) -> str:
    """Why this KCI is refused; fails when it is taken, or when anything changed."""
    before = state(tenant, supplier)
    status, messages = supplier.post(kci)
    assert status == 422, messages
    assert state(tenant, supplier) == before
    return "; ".join(messages)


def test_the_same_kci_again_gets_the_first_answer_again(tenant: Tenant, supplier: Supplier) -> None:
    """Taken once, however often it is sent, also when the order has moved on."""
    kci = supplier.kci(1, "ACKNOWLEDGED")
    assert supplier.post(kci) == (204, [])
    supplier.tell(2, "COMMITTED")
    before = state(tenant, supplier)
    assert supplier.post(kci) == (204, [])
    assert supplier.post(dict(reversed(kci.items()))) == (204, [])
    assert state(tenant, supplier) == before


def test_a_refused_kci_again_is_refused_again(tenant: Tenant, supplier: Supplier) -> None:
    """In the same words, although it would be allowed by now."""
    kci = supplier.kci(1, "RESUMED")
    first = refusal(tenant, supplier, kci)
    for number, reason in ((2, "ACKNOWLEDGED"), (3, "DELAY")):
        assert supplier.tell(number, reason)[0] == 204
    assert refusal(tenant, supplier, kci) == first
    assert supplier.tell(4, "RESUMED")[0] == 204


def test_a_waiting_kci_again_is_not_taken_twice(tenant: Tenant, supplier: Supplier) -> None:
    """While it waits for a missing one, and afterwards."""
    kci = supplier.kci(2, "COMMITTED")
    assert [supplier.post(kci)[0] for _ in range(2)] == [204, 204]
    supplier.tell(1, "ACKNOWLEDGED")
    assert supplier.post(kci)[0] == 204
    assert [kind for kind, _ in tenant.told(supplier.order["id"])] == ["UPDATE", "ACKNOWLEDGED", "COMMITTED"]


def test_the_same_id_for_another_kci_is_refused(sandbox: Sandbox, tenant: Tenant, supplier: Supplier) -> None:
    """Whatever differs, and also when the other order is meant."""
    supplier.tell(1, "ACKNOWLEDGED", kci_id=7)
    assert "id of its own" in refusal(tenant, supplier, supplier.kci(1, "UPDATE", kci_id=7))
    kci = supplier.kci(2, "UPDATE", kci_id=7)
    other = replace(supplier, order=silent_order(tenant))
    about_other = {**kci, "provideServiceOrder": {**kci["provideServiceOrder"], "id": other.order["id"]}}
    assert "id of its own" in refusal(tenant, other, about_other)


def test_the_same_kci_at_the_same_moment_is_taken_once(sandbox: Sandbox, tenant: Tenant, supplier: Supplier) -> None:
    """All get the answer that one of them brought about."""
    kci = supplier.kci(1, "ACKNOWLEDGED")
    posts = [replace(supplier, send=in_process(sandbox)) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda each: each.post(kci), posts)) == [(204, [])] * 8
    assert [kind for kind, _ in tenant.told(supplier.order["id"])] == ["UPDATE", "ACKNOWLEDGED"]


@pytest.mark.parametrize(
    ("so_far", "reason", "words"),
    [
        ([], "RESUMED", ("is SENT_TO_SUPPLIER", "RESUMED", "ACKNOWLEDGED, COMMITTED")),
        (["ACKNOWLEDGED"], "ACKNOWLEDGED", ("is ACKNOWLEDGED", "COMMITTED")),
        (["ACKNOWLEDGED", "COMMITTED"], "RESUMED", ("is IN_PROGRESS", "DELAY")),
        (["ACKNOWLEDGED", "CANCELLED"], "COMPLETED", ("is CANCELLED", "final")),
        (["ACKNOWLEDGED", "COMPLETED"], "DELAY", ("is COMPLETED", "final")),
    ],
)
def test_what_may_not_come_now_is_refused(
    tenant: Tenant, supplier: Supplier, so_far: list[str], reason: str, words: tuple[str, ...]
) -> None:
    """The refusal names the state, the reason code and what would have been allowed."""
    for number, each in enumerate(so_far, start=1):
        assert supplier.tell(number, each)[0] == 204
    told = refusal(tenant, supplier, supplier.kci(len(so_far) + 1, reason))
    assert [word for word in words if word not in told] == []


@pytest.mark.parametrize(
    ("reason", "status", "words"),
    [
        ("ACKNOWLEDGED", "IN_PROGRESS", ("ACKNOWLEDGED may state ACKNOWLEDGED", "not IN_PROGRESS")),
        ("COMMITTED", "COMPLETED", ("COMMITTED may state IN_PROGRESS", "not COMPLETED")),
        ("UPDATE", "IN_PROGRESS", ("is SENT_TO_SUPPLIER", "may state SENT_TO_SUPPLIER")),
    ],
)
def test_a_status_that_the_reason_code_may_not_state_is_refused(
    tenant: Tenant, supplier: Supplier, reason: str, status: str, words: tuple[str, ...]
) -> None:
    """What happened is the reason code and the status together."""
    told = refusal(tenant, supplier, supplier.kci(1, reason, status=status))
    assert [word for word in words if word not in told] == []


def test_a_refused_number_is_used_up(tenant: Tenant, supplier: Supplier) -> None:
    """The supplier goes on with the next one; nothing waits for the refused."""
    refusal(tenant, supplier, supplier.kci(1, "RESUMED"))
    assert supplier.tell(2, "ACKNOWLEDGED")[0] == 204
    assert [kind for kind, _ in tenant.told(supplier.order["id"])] == ["UPDATE", "ACKNOWLEDGED"]
    timeline = tenant.get(f"/_sandbox/orders/{supplier.order['id']}/timeline")["items"]
    assert [item["reasonCode"] for item in timeline if item["kind"] == "refused"] == ["RESUMED"]


def test_a_committed_date_is_set_once(tenant: Tenant, supplier: Supplier) -> None:
    """The target date may move; the committed one may only be repeated, in whatever notation."""
    supplier.tell(1, "ACKNOWLEDGED")
    supplier.tell(2, "COMMITTED")
    moved = supplier.kci(3, "UPDATE", committedDate="2027-02-02T12:00:00.000Z")
    assert "set once" in refusal(tenant, supplier, moved)
    same = {"committedDate": "2027-02-01T13:00:00+01:00", "targetDate": "2027-02-05T12:00:00.000Z"}
    assert supplier.tell(4, "UPDATE", **same)[0] == 204
    assert tenant.order(supplier.order["id"])["targetDate"] == "2027-02-05T12:00:00.000Z"


def test_an_order_is_found_by_number_or_by_reference(tenant: Tenant, supplier: Supplier) -> None:
    """The first KCI that has both makes them belong together."""
    assert supplier.tell(1, "ACKNOWLEDGED", supplierOrderReference="ALDNUMBER1")[0] == 204
    assert supplier.tell(2, "COMMITTED", id=None, supplierOrderReference="ALDNUMBER1")[0] == 204
    assert supplier.tell(3, "ADDITIONAL")[0] == 204
    order = tenant.order(supplier.order["id"])
    assert (order["status"], order["supplierOrderNumber"]) == ("IN_PROGRESS", "ALDNUMBER1")


def test_number_and_reference_must_not_disagree(sandbox: Sandbox, tenant: Tenant, supplier: Supplier) -> None:
    """Neither another reference for the same order, nor the same for another order, nor an unknown one alone."""
    supplier.tell(1, "ACKNOWLEDGED", supplierOrderReference="ALDNUMBER1")
    kci = supplier.kci(2, "COMMITTED", supplierOrderReference="ALDNUMBER2")
    assert "ALDNUMBER1" in refusal(tenant, supplier, kci)
    other = replace(supplier, order=silent_order(tenant))
    kci = other.kci(1, "ACKNOWLEDGED", supplierOrderReference="ALDNUMBER1")
    assert f"that of order {supplier.order['id']}" in refusal(tenant, other, kci)
    kci = supplier.kci(2, "COMMITTED", id=None, supplierOrderReference="ALDNUMBER9")
    assert "no order" in refusal(tenant, supplier, kci)


def test_a_supplier_reaches_its_own_orders_in_its_own_world_alone(sandbox: Sandbox, tenant: Tenant) -> None:
    """Another supplier's order and another world's answer exactly like one that is not there."""
    there = Tenant(in_process(sandbox), "tenant2").sign_in()
    orders = {
        "birch1": silent_order(tenant, "ALDER"),
        "alder1": silent_order(there, "ALDER"),
        "alder2": {"id": 999},
    }
    owners = {"birch1": "TENANT1", "alder1": "TENANT2", "alder2": "TENANT2"}
    for client, order in orders.items():
        stranger = Supplier(in_process(sandbox), order, client, owners[client]).sign_in()
        status, messages = stranger.tell(1, "ACKNOWLEDGED")
        assert (status, messages) == (
            422,
            [f"no order of {owners[client]} at {client[:-1].upper()} is known by id {order['id']} or reference None"],
        )
    assert [kind for kind, _ in tenant.told(orders["birch1"]["id"])] == ["UPDATE"]
    assert [kind for kind, _ in there.told(orders["alder1"]["id"])] == ["UPDATE"]


def test_a_kci_shows_the_order_as_it_was_when_it_was_taken(tenant: Tenant, supplier: Supplier) -> None:
    """Later ones change nothing about it; times of issue, receipt and hand-over are its own."""
    supplier.tell(1, "ACKNOWLEDGED", supplierOrderReference="ALDNUMBER1")
    tenant.advance("PT1H")
    supplier.tell(2, "COMMITTED")
    update, acknowledged, committed = (item["kci"] for item in tenant.inbox())
    assert [each["entity"]["status"] for each in (update, acknowledged, committed)] == [
        "SENT_TO_SUPPLIER", "ACKNOWLEDGED", "IN_PROGRESS"
    ]  # fmt: skip
    assert [each["entity"].get("supplierOrderNumber") for each in (update, acknowledged)] == [None, "ALDNUMBER1"]
    assert "issuedOn" not in update
    assert acknowledged["receivedOn"] == acknowledged["deliveredOn"] == "2027-01-15T08:00:00.000Z"
    assert (committed["issuedOn"], committed["receivedOn"], committed["entity"]["updated"]) == (
        "2027-01-15T08:00:00.000Z", "2027-01-15T09:00:00.000Z", "2027-01-15T09:00:00.000Z"
    )  # fmt: skip
