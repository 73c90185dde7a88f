"""Who may come in from where, and how often."""

from pathlib import Path

from sandbox.app import Sandbox
from sandbox.world.clock import ManualClock
from tests.support.sandboxes import START, in_process, open_sandbox, sign_up


def test_who_comes_from_elsewhere_is_kept_out(sandbox: Sandbox) -> None:
    """At every door and at the token endpoint, from the next call on; those of other networks go on. Who would be
    shut out by its own call is told.
    """
    send = in_process(sandbox)
    tenant = sign_up(send, allowedFrom=["127.0.0.0/8"])
    place = f"/_sandbox/tenants/{tenant.code}"
    elsewhere = {"allowedFrom": ["198.51.100.0/24", "2001:db8::/32"]}
    status, body = tenant.call("PATCH", place, json=elsewhere)
    assert (status, "/allowedFrom: would shut you out" in body["messages"][0]) == (422, True)
    assert sign_up(send, tenant).call("PATCH", place, json=elsewhere)[0] == 200
    for path in (place, "/v1/service-orders/1", "/_sandbox/clock"):
        status, body = tenant.call("GET", path)
        assert (status, body["messages"]) == (403, ["this tenant is not called from this address"])
    form = {"grant_type": "client_credentials", "client_id": tenant.client_id, "client_secret": tenant.secret}
    assert send("POST", "/v1/auth/tenant/access-token", form=form)[1]["error"] == "unauthorized_client"
    for address in ("198.51.100.9", "::ffff:198.51.100.9", "2001:db8::9"):
        allowed = in_process(sandbox, address)
        answer = allowed("GET", "/_sandbox/clock", headers={"Authorization": f"Bearer {tenant.token}"})
        assert answer[0] == 200, address
    assert sign_up(send).get("/_sandbox/clock")


def test_behind_proxies_the_callers_own_address_counts(tmp_path: Path) -> None:
    """As far as there are proxies; what the caller itself says is not believed."""
    opened = open_sandbox(tmp_path, proxies=1)
    send = in_process(opened)
    tenant = sign_up(send)
    place = f"/_sandbox/tenants/{tenant.code}"
    behind = {"X-Forwarded-For": "198.51.100.9"}
    assert tenant.call("PATCH", place, json={"allowedFrom": ["198.51.100.9"]}, headers=behind)[0] == 200
    for told, status in (("198.51.100.9", 200), ("198.51.100.9, 203.0.113.5", 403), ("203.0.113.5, 198.51.100.9", 200)):
        assert tenant.call("GET", "/_sandbox/clock", headers={"X-Forwarded-For": told})[0] == status, told
    opened.close()


def test_signing_up_too_often_from_one_address_waits(tmp_path: Path) -> None:
    """An hour's worth at once, then one at a time; others are not held up."""
    clock = ManualClock(START)
    opened = open_sandbox(tmp_path, clock, quota_sign_ups=3)
    client = in_process(opened)
    statuses = [client("POST", "/_sandbox/tenants", json={"title": "x"})[0] for _ in range(4)]
    assert statuses == [201, 201, 201, 429]
    assert in_process(opened, "198.51.100.9")("POST", "/_sandbox/tenants", json={"title": "x"})[0] == 201
    clock.at += 1_200_000
    assert client("POST", "/_sandbox/tenants", json={"title": "x"})[0] == 201
    opened.close()
