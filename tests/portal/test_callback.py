"""Where KCIs are pushed to, and with which secret."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from tests.support.sandboxes import Tenant, in_process, open_sandbox


def test_everybody_who_asks_at_once_is_told_the_same_secret(sandbox: Sandbox, tenant: Tenant) -> None:
    """The first one makes it, for all."""

    def ask(_number: int) -> str:
        other = Tenant(in_process(sandbox), token=tenant.token)
        secret: str = other.call("PUT", "/_sandbox/callback", json={"url": None})[1]["secret"]
        return secret

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(16)))) == 1


def test_without_a_callback_nothing_stays_pending(tenant: Tenant) -> None:
    """What could not be pushed counts as delivered once the mailbox is the only delivery."""
    tenant.call("PUT", "/_sandbox/callback", json={"url": "http://127.0.0.1:9/kcis"})
    order = tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    tenant.drain()
    assert {each["deliveryStatus"] for each in tenant.order(order["id"])["updates"]} == {"PENDING"}
    tenant.call("PUT", "/_sandbox/callback", json={"url": None})
    assert {each["deliveryStatus"] for each in tenant.order(order["id"])["updates"]} == {"DELIVERED"}


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://partner.example/kcis", "/url: send a URL that begins with https://"),
        ("https://127.0.0.1/kcis", "/url: the host's address is loopback"),
        ("https://10.0.0.1/kcis", "/url: the host's address is private"),
        ("https://0x7f000001/kcis", "/url: write the address in four decimal numbers"),
        ("https://partner.example:25/kcis", "/url: port 25 is not for the web"),
        ("https://[::ffff:127.0.0.1]/kcis", "/url: the host's address is not public"),
        ("https://partner.example/kcis#here", "/url: send a whole URL"),
        ("https://localhost:9000/kcis", "/url: the host's address is loopback"),
    ],
)
def test_outside_local_mode_only_public_places_are_registered(tmp_path: Path, url: str, place: str) -> None:
    sandbox = open_sandbox(tmp_path, host="0.0.0.0")
    tenant = Tenant(in_process(sandbox)).sign_in()
    status, answer = tenant.call("PUT", "/_sandbox/callback", json={"url": url})
    assert (status, answer["code"]) == (422, "INVALID_REQUEST")
    assert answer["messages"][0].startswith(place)
    supplier = {"code": "OWN", "title": "Our own", "baseUrl": url}
    status, answer = tenant.call("POST", "/_sandbox/suppliers", json=supplier)
    assert (status, answer["messages"][0].partition(": ")[0]) == (422, "/baseUrl")
    auth = {"kind": "oauth2", "tokenUrl": url, "clientId": "i", "clientSecret": "s"}
    body = {"url": "https://partner.example/kcis", "auth": auth}
    status, answer = tenant.call("PUT", "/_sandbox/callback", json=body)
    assert (status, answer["messages"][0].partition(": ")[0]) == (422, "/auth/tokenUrl")
    sandbox.close()


def test_what_is_found_out_when_a_kci_is_pushed_is_a_failed_attempt(tmp_path: Path) -> None:
    """The sandbox was in local mode once, and the callback stayed."""
    sandbox = open_sandbox(tmp_path)
    tenant = Tenant(in_process(sandbox)).sign_in()
    assert tenant.call("PUT", "/_sandbox/callback", json={"url": "http://127.0.0.1:9/kcis"})[0] == 200
    sandbox.close()
    sandbox = open_sandbox(tmp_path, local="false")
    tenant = Tenant(in_process(sandbox)).sign_in()
    order = tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    tenant.drain()
    attempts = [
        each for each in tenant.get(f"/_sandbox/orders/{order['id']}/timeline")["items"] if each["kind"] == "attempt"
    ]
    assert attempts
    assert all(each["error"].endswith("not sent: send a URL that begins with https://") for each in attempts)
    sandbox.close()
