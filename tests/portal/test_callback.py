"""Where KCIs are pushed to, and with which secret."""

from concurrent.futures import ThreadPoolExecutor

from sandbox.app import Sandbox
from tests.support.sandboxes import Tenant, in_process


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
