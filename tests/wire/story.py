"""The world in which the examples of the documents happen: most of them then succeed as they stand."""

from typing import Any

from sandbox.app import Sandbox
from sandbox.store import accounts
from tests.support.sandboxes import Tenant, in_process

BEGINS = "2027-06-07T09:00:00Z"
ORDER = 1001  # placed and sent; its supplier has not spoken yet
RESERVATION = 501  # held, and not used yet


def tell(sandbox: Sandbox) -> Tenant:
    """Bring a new sandbox, whose worlds start when the story begins, to where the examples find it."""
    sandbox.parts.store.transact(_count)
    tenant = Tenant(in_process(sandbox)).sign_in()
    order = tenant.place("ORDER_ACKNOWLEDGED", X_Kci_Delay="31536000")
    tenant.post("/_sandbox/clock/step")
    reservation = tenant.reserve({"id": "999000000001", "type": "UPRN"})
    assert (order["id"], tenant.order(ORDER)["status"]) == (ORDER, "SENT_TO_SUPPLIER")
    assert reservation["id"] == RESERVATION
    return tenant


def _count(connection: Any) -> None:
    for kind, last in (("order", ORDER - 1), ("reservation", RESERVATION - 2)):
        for _ in range(last):
            accounts.next_number(connection, "DEMO1", "TENANT1", kind)
