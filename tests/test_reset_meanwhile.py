"""Calls and jobs that began before a reset and would write after it: refused or dropped, and stored nowhere."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.app import Sandbox
from sandbox.store.store import Store
from sandbox.wire.courier import Parcel, Reply
from sandbox.world.reset import reset, sweep
from tests.gateway.supplying import Supplier, silent_order
from tests.support.bulk import rows_of
from tests.support.sandboxes import Json, Tenant
from tests.support.sink import open_sink

TOLD = "the world was reset meanwhile: nothing of this call was kept, send it again"


@pytest.fixture
def reset_before_next_write(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Arms a reset that comes after the next call has come in, just before it writes."""
    store, write = sandbox.parts.store, Store.write
    armed: list[bool] = []

    def after_reset(self: Store, world: str, work: Any, **more: Any) -> Any:
        if armed:
            armed.clear()
            reset(store, "DEMO1", "now")
        return write(self, world, work, **more)

    monkeypatch.setattr(Store, "write", after_reset)
    return lambda: armed.append(True)


CALLS: dict[str, Callable[[Tenant], tuple[str, str, Json]]] = {
    "an order": lambda tenant: ("POST", "/v1/service-orders", tenant.order_body("CEDAR")),
    "a reservation": lambda tenant: ("POST", "/v1/appointments", reservation(tenant)),
    "a change of the clock": lambda tenant: ("PUT", "/_sandbox/clock", {"rate": 0}),
    "a jump": lambda tenant: ("POST", "/_sandbox/clock/advance", {"by": "P1D"}),
    "a step": lambda tenant: ("POST", "/_sandbox/clock/step", None),
    "a drain": lambda tenant: ("POST", "/_sandbox/clock/drain", None),
    "a resend": lambda tenant: ("POST", f"/_sandbox/kcis/{some_kci(tenant)}/resend", None),
}


def reservation(tenant: Tenant) -> Json:
    """The request of a reservation at ALDER."""
    address = tenant.address()
    slot = tenant.slots(address)[0]
    return {
        "supplier": "ALDER",
        "address": address,
        "serviceSpecification": {"id": "FTTP"},
        "purpose": "PROVIDE",
        "timeslot": {name: slot[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")},
    }


def some_kci(tenant: Tenant) -> str:
    """The id of a KCI that was handed over."""
    tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    tenant.drain()
    kci_id: str = tenant.inbox()[0]["kci"]["id"]
    return kci_id


def left(sandbox: Sandbox) -> dict[tuple[str, int], int]:
    """What the world holds in its present epoch."""
    sweep(sandbox.parts.store, lambda: True)
    return rows_of(sandbox.parts.store, "DEMO1")


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_began_before_is_503_and_stored_nowhere(
    name: str, sandbox: Sandbox, tenant: Tenant, reset_before_next_write: Callable[[], None]
) -> None:
    """With the time after which to try again. Then it works."""
    method, path, body = CALLS[name](tenant)
    reset_before_next_write()
    status, answer = tenant.call(method, path, json=body)
    assert (status, answer["messages"]) == (503, [TOLD])
    assert left(sandbox) == {}
    clock = tenant.get("/_sandbox/clock")
    assert (clock["now"], clock["rate"], clock["epoch"]) == ("2027-01-15T08:00:00.000Z", 1, 2)
    assert tenant.call(method, path, json=body)[0] == (404 if name == "a resend" else 201 if path[:3] == "/v1" else 200)


def test_a_suppliers_kci_that_came_before_is_503_and_stored_nowhere(
    sandbox: Sandbox, tenant: Tenant, reset_before_next_write: Callable[[], None]
) -> None:
    """Sent again it is about an order that is unknown now."""
    supplier = Supplier(tenant.send, silent_order(tenant)).sign_in()
    reset_before_next_write()
    assert supplier.tell(1, "ACKNOWLEDGED") == (503, [TOLD])
    assert left(sandbox) == {}
    assert supplier.tell(1, "ACKNOWLEDGED")[0] == 422


def reset_at_sending(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, number: int) -> list[str]:
    """Resets the world just before something is sent for the n-th time; what was sent from then on."""
    send, sent = sandbox.parts.courier.send, []

    def after_reset(parcel: Parcel) -> Reply:
        sent.append(parcel.url)
        if len(sent) == number:
            reset(sandbox.parts.store, "DEMO1", "now")
        return send(parcel)

    monkeypatch.setattr(sandbox.parts.courier, "send", after_reset)
    return sent


def test_a_reservation_whose_supplier_is_just_asked_is_503_and_stored_nowhere(
    sandbox: Sandbox, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither at the gateway nor at the supplier, who is not to blame for it."""
    body = reservation(tenant)
    reset_at_sending(sandbox, monkeypatch, 1)
    status, answer = tenant.call("POST", "/v1/appointments", json=body)
    assert (status, answer["messages"]) == (503, [TOLD])
    assert left(sandbox) == {}
    monkeypatch.undo()
    assert tenant.call("POST", "/v1/appointments", json=body)[0] == 201


@pytest.mark.parametrize("number", range(1, 11))
def test_a_job_that_is_under_way_leaves_nothing_behind(
    number: int, sandbox: Sandbox, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An order has ten things to send: itself, four KCIs from the supplier to the gateway, five to the tenant.

    The run that played it says that the world was reset; and nobody's log tells of a failure.
    """
    with open_sink() as sink:
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        tenant.place(supplier="CEDAR")
        sent = reset_at_sending(sandbox, monkeypatch, number)
        status, answer = tenant.call("POST", "/_sandbox/clock/drain")
        pushed = len(sink.taken)
    assert (status, answer["messages"]) == (503, [TOLD])
    assert len(sent) == number
    assert pushed == sum(url == sink.url for url in sent)
    assert left(sandbox) == {}
    assert tenant.drain()["fired"] == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
