"""A tenant at work meanwhile: it keeps placing orders, so that a world has KCIs again soon after every reset."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.support.processes import over_http
from tests.support.sandboxes import Tenant

PAUSE = 0.5  # seconds between orders


@contextmanager
def busy_tenant(url: str) -> Iterator[None]:
    """TENANT1 places an order now and again until the block ends."""
    tenant = Tenant(over_http(url)).sign_in()
    body = tenant.order_body("CEDAR")
    done = threading.Event()

    def work() -> None:
        while not done.wait(PAUSE):
            try:
                tenant.call("POST", "/v1/service-orders", json=body)
            except requests.RequestException:  # the run that it disturbs may be about to end
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
