"""The reference endpoint shows what came to it, and how."""

from pathlib import Path

import orjson

from sandbox.world.clock import SystemClock
from tests.support.sandboxes import Tenant, in_process, open_sandbox


def test_a_delivered_kci_is_shown_signed_and_in_order(tmp_path: Path) -> None:
    """What the inbox hands out, posted on with its headers, verifies; other bytes do not; a repeat is told as one."""
    sandbox = open_sandbox(tmp_path, SystemClock())  # a signature is only good near its own time
    send = in_process(sandbox)
    tenant = Tenant(send).sign_in()
    tenant.call("PUT", "/_sandbox/callback", json={"url": None})
    tenant.place("ORDER_ACKNOWLEDGED")
    tenant.drain()
    first, second = tenant.inbox()
    reformatted = orjson.dumps(first["kci"], option=orjson.OPT_INDENT_2)
    assert send("POST", "/tenants/TENANT1/kcis", headers=first["headers"], data=reformatted)[0] == 401
    for item in (first, second, second):
        sent = send("POST", "/tenants/TENANT1/kcis", headers=item["headers"], data=orjson.dumps(item["kci"]))
        assert sent == (204, None)
    shown = tenant.get("/_sandbox/endpoint")["items"]
    assert [(each["sequenceNumber"], each["sequence"], each["signed"]) for each in shown] == [
        (1, "in order", True),
        (2, "in order", True),
        (2, "repeated", True),
    ]
    sandbox.close()
