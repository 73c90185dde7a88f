"""A conversation, its recording, and whether that is played again as it was."""

import orjson

from sandbox.inprocess.comparing import SAME
from sandbox.inprocess.replay import read, replay
from tests.support.sandboxes import Json, Tenant


def recorded(tenant: Tenant) -> Json:
    """The tenant's recording, as it is read from a file."""
    return read(orjson.dumps(tenant.get("/_sandbox/recording")))


def converse(tenant: Tenant) -> Json:
    """Orders that go well and go wrong, refusals, and a jump of the clock between."""
    first = tenant.place("ORDER_SUCCESSFUL")["id"]
    tenant.call("POST", "/v1/service-orders", json={"orderType": "NEW"})
    tenant.call("GET", "/v1/service-orders/77")
    tenant.advance("PT40S")
    second = tenant.place("ORDER_DELAYED", supplier="CEDAR", X_Problem_Code="WAYLEAVE_ISSUE")["id"]
    tenant.drain()
    tenant.order(first)
    tenant.get(f"/_sandbox/orders/{second}/timeline")
    tenant.inbox()
    return recorded(tenant)


def check_same(recording: Json) -> None:
    """All of it comes out as it was recorded."""
    report = replay(recording)
    assert report.verdict == SAME, str(report)
    assert report.count(SAME) == len(recording["exchanges"]) + len(recording["kcis"])
