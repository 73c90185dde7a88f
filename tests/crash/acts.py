"""What the sandbox is doing when it is killed: a story, a reset, a snapshot and going back to it, a jump of the clock.

An act prepares, yields, does what may be its last, yields, and looks at what the next life is like.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

import requests

from tests.crash.lives import SCENARIO, STORY, Lives
from tests.support.sandboxes import Json, Tenant

Act = Callable[[Lives], Iterator[None]]

LATER = "3600"  # seconds between two KCIs: the story waits until the clock is moved


def story(lives: Lives) -> Iterator[None]:
    """An order, its sending, its KCIs and their pushes. What is left of it is looked at by `Lives.check`."""
    yield
    lives.place()
    yield


def reset(lives: Lives) -> Iterator[None]:
    """The world is as before, or begun anew; never in between."""
    buyer = lives.sign_in("tenant2")
    order, epoch = _waiting_order(buyer), _epoch(buyer)
    yield
    answered = _answered(buyer, "/_sandbox/reset")
    yield
    began = _epoch(buyer)
    assert began in ((epoch + 1,) if answered else (epoch, epoch + 1))
    status, _ = buyer.call("GET", f"/v1/service-orders/{order}")
    assert (status, began) in ((200, epoch), (404, epoch + 1))
    if began == epoch:
        _finish(buyer)
        assert _told(buyer, order) == STORY
    else:
        assert buyer.inbox() == []


def snapshot(lives: Lives) -> Iterator[None]:
    """There is a snapshot or none, and it can be gone back to; the order in it is told of to its end."""
    buyer = lives.sign_in("tenant2")
    _patiently(buyer, "/_sandbox/reset")  # or what every act copies, and leaves to be swept, would grow with each
    order, name = _waiting_order(buyer), f"kept-{time.monotonic_ns()}"
    yield
    kept = _answered(buyer, "/_sandbox/snapshots", {"name": name})
    restored = kept and _answered(buyer, f"/_sandbox/snapshots/{name}/restore")
    yield
    names = [each["name"] for each in buyer.get("/_sandbox/snapshots")["items"]]
    assert name in names or not kept
    if name in names:
        _patiently(buyer, f"/_sandbox/snapshots/{name}/restore")
        buyer.call("DELETE", f"/_sandbox/snapshots/{name}")
    assert restored or buyer.order(order)["status"] != "CANCELLED"
    _finish(buyer)
    assert _told(buyer, order) == STORY


def jump(lives: Lives) -> Iterator[None]:
    """The clock is somewhere on its way, and what was due on it is played once."""
    buyer = lives.sign_in("tenant2")
    order, before = _waiting_order(buyer), buyer.get("/_sandbox/clock")["now"]
    yield
    _answered(buyer, "/_sandbox/clock/advance", {"by": "PT2H30M"})
    yield
    assert buyer.get("/_sandbox/clock")["now"] >= before
    _finish(buyer)
    assert _told(buyer, order) == STORY


def cancellation(lives: Lives) -> Iterator[None]:
    """Taken once, or not: then the order goes on as its story has it."""
    buyer = lives.sign_in("tenant2")
    order = _waiting_order(buyer)
    _patiently(buyer, "/_sandbox/clock/step")
    assert _told(buyer, order) == STORY[:2]
    yield
    asked = {"orderId": order, "reasonCode": "NO_LONGER_REQUIRED"}
    answered = _answered(buyer, "/v1/service-order-cancellations", asked)
    _answered(buyer, "/_sandbox/clock/drain")
    yield
    _finish(buyer)
    told = _told(buyer, order)
    assert told == [*STORY[:2], "UPDATE", "CANCELLED"] or (told == STORY and not answered)


def disorder_of_the_tenants(lives: Lives) -> Iterator[None]:
    """What is to come twice comes twice, and nothing else does; the ledger has everything once."""
    told, numbers = yield from _in_disorder(lives, "duplicate")
    assert len(told) == len(STORY) + 1
    assert (list(dict.fromkeys(told)), set(numbers)) == (STORY, set(range(1, len(STORY) + 1)))


def disorder_of_the_suppliers(lives: Lives) -> Iterator[None]:
    """The gateway mends it."""
    told, _ = yield from _in_disorder(lives, "duplicate&leg=supplier")
    assert told == STORY


def _in_disorder(lives: Lives, disorder: str) -> Generator[None, None, tuple[list[str], list[int]]]:
    """(types, sequence numbers) of what the tenant was told of an order in this disorder."""
    buyer = lives.sign_in("tenant2")
    order = _waiting_order(buyer, f"{SCENARIO}?disorder={disorder}")
    yield
    _answered(buyer, "/_sandbox/clock/drain")
    yield
    _finish(buyer)
    kcis = [item["kci"] for item in buyer.inbox() if item["kci"]["entity"]["id"] == order]
    return [kci["information"]["type"] for kci in kcis], [kci["sequenceNumber"] for kci in kcis]


def die_in(lives: Lives, act: Act, at: int, seconds: float = 3) -> bool:
    """Whether it died at the `at`-th edge of this act; the next life has been looked at."""
    acting = act(lives)
    next(acting)
    lives.arm(at)
    next(acting)
    if died := lives.died(seconds) or not lives.disarmed():
        lives.start()
    next(acting, None)
    return died


def _waiting_order(buyer: Tenant, scenario: str = SCENARIO) -> int:
    """An order that is at its supplier, with its story before it."""
    headers = {"X-Scenario": scenario, "X-Kci-Delay": LATER}
    order: int = buyer.post("/v1/service-orders", buyer.order_body("CEDAR", _address(buyer)), headers)["id"]
    deadline = time.monotonic() + 20
    while _told(buyer, order) != STORY[:1]:
        assert time.monotonic() < deadline, "the order was not sent"
        buyer.get("/_sandbox/inbox", {"after": buyer.inbox()[-1]["cursor"] if buyer.inbox() else "0", "wait": 1})
    return order


def _address(buyer: Tenant) -> Json:
    """The same one each time: a story that is over leaves no line behind."""
    found = next(each for each in buyer.free_addresses if "CEDAR" in each["suppliers"])
    return {name: found["identifier"][name] for name in ("id", "type")}


def _epoch(buyer: Tenant) -> int:
    epoch: int = buyer.get("/_sandbox/clock")["epoch"]
    return epoch


def _told(buyer: Tenant, order: int) -> list[str]:
    return [kind for kind, _ in buyer.told(order)]


def _answered(buyer: Tenant, path: str, body: Json = None) -> bool:
    """Whether the call was answered that it is done."""
    with suppress(requests.RequestException):  # no answer, or half of one
        return buyer.call("POST", path, json=body)[0] < 300
    return False


def _finish(buyer: Tenant) -> None:
    """Play the world to its end."""
    while _patiently(buyer, "/_sandbox/clock/drain")["more"]:
        pass


def _patiently(buyer: Tenant, path: str) -> Json:
    """The answer, once nobody else has the world: a run that was killed keeps it until its lease ends."""
    deadline = time.monotonic() + 20
    while True:
        status, body = buyer.call("POST", path)
        if status < 300:
            return body
        assert status == 409, body
        assert time.monotonic() < deadline, body
        time.sleep(0.1)
