"""Giving KCIs to a tenant's endpoint: signed, in order, again and again until it takes them or the schedule ends."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import accumulate, chain, repeat
from pathlib import Path

import orjson
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from sandbox.app import Sandbox
from sandbox.world.clock import SystemClock
from tests.support.processes import free_port
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox
from tests.support.sink import Sink, Taken, open_sink

DAY = 86_400
# Seconds after the first attempt of each one: after 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, then daily, to 14 days.
SCHEDULE = [at for at in accumulate(chain([0, 5, 30, 120, 600, 3_600, 21_600], repeat(DAY, 14))) if at <= 14 * DAY]


@pytest.fixture
def sink(tenant: Tenant) -> Iterator[Sink]:
    """The tenant's endpoint: takes everything unless told otherwise."""
    with open_sink() as opened:
        register(tenant, opened.url)
        yield opened


def register(tenant: Tenant, url: str | None) -> str:
    """The secret that signs what is pushed there."""
    status, body = tenant.call("PUT", "/_sandbox/callback", json={"url": url})
    assert status == 200, body
    secret: str = body["secret"]
    return secret


def refuse(*types: str, status: int = 500) -> Callable[[Taken], int]:
    """The answer of an endpoint that takes everything but KCIs of these types."""
    return lambda taken: status if taken.kci.get("information", {}).get("type") in types else 204


def types(sink: Sink) -> list[str]:
    """What came, with every repeat."""
    return [taken.kci["information"]["type"] for taken in sink.taken]


def statuses(tenant: Tenant, order: Json) -> list[str]:
    """How the delivery of each of the order's KCIs stands."""
    return [update["deliveryStatus"] for update in tenant.order(order["id"])["updates"]]


def attempts(tenant: Tenant, order: Json) -> list[tuple[int, int]]:
    """(KCI's place, seconds after the order was placed) of every attempt."""
    timeline = tenant.get(f"/_sandbox/orders/{order['id']}/timeline")["items"]
    places = {update["id"]: update["sequenceNumber"] for update in tenant.order(order["id"])["updates"]}
    start = datetime.fromisoformat(timeline[0]["at"])
    return [
        (places[item["id"]], int((datetime.fromisoformat(item["at"]) - start).total_seconds()))
        for item in timeline
        if item["kind"] == "attempt"
    ]


def test_every_kci_is_pushed_as_the_mailbox_has_it(tenant: Tenant, sink: Sink) -> None:
    """In order, the same bytes, under the order's conversation and a request id of its own."""
    order = tenant.place()
    tenant.drain()
    assert types(sink) == ["UPDATE", "ACKNOWLEDGED", "COMMITTED", "ADDITIONAL", "COMPLETED"]
    assert [taken.raw for taken in sink.taken] == [orjson.dumps(item["kci"]) for item in tenant.inbox()]
    assert {taken.headers["x-conversation-id"] for taken in sink.taken} == {tenant.conversation}
    assert len({taken.headers["x-request-id"] for taken in sink.taken}) == 5
    assert [taken.headers["webhook-id"] for taken in sink.taken] == [taken.kci["id"] for taken in sink.taken]
    assert statuses(tenant, order) == ["DELIVERED"] * 5


def test_the_signature_is_the_standard_one(tmp_path: Path) -> None:
    """A library that knows nothing of us verifies it, and refuses a body with one byte changed."""
    sandbox = open_sandbox(tmp_path, SystemClock())
    tenant = Tenant(in_process(sandbox)).sign_in()
    with open_sink() as sink:
        webhook = Webhook(register(tenant, sink.url))
        tenant.place()
        tenant.drain()
    sandbox.close()
    assert len(sink.taken) == 5
    for taken in sink.taken:
        assert webhook.verify(taken.raw, taken.headers) == taken.kci
        with pytest.raises(WebhookVerificationError):
            webhook.verify(
                taken.raw.replace(b"conversation", b"conversatiom").replace(b"ALDER", b"ALDEr"), taken.headers
            )


def test_a_refused_kci_is_tried_again_by_the_schedule_and_then_given_up(tenant: Tenant, sink: Sink) -> None:
    """The same bytes and id each time, under a new request id; the next one then has the whole schedule for itself."""
    sink.answer = refuse("UPDATE", "ACKNOWLEDGED")
    order = tenant.place("ORDER_IN_PROGRESS")
    tenant.advance("P29D")
    first, second = SCHEDULE, [SCHEDULE[-1] + at for at in SCHEDULE]
    assert attempts(tenant, order) == [(1, at) for at in first] + [(2, at) for at in second] + [(3, second[-1])]
    assert statuses(tenant, order) == ["FAILED", "FAILED", "DELIVERED"]
    assert len({taken.raw for taken in sink.taken}) == 3
    assert len({taken.headers["x-request-id"] for taken in sink.taken}) == len(sink.taken) == 2 * len(SCHEDULE) + 1
    assert len(SCHEDULE) == 20


def test_a_kci_that_is_taken_at_last_lets_the_next_one_follow(tenant: Tenant, sink: Sink) -> None:
    """At the moment at which it is taken, in order; the mailbox had them all in time."""
    sink.answer = refuse("UPDATE")
    order = tenant.place("ORDER_IN_PROGRESS")
    tenant.advance("PT1H")
    assert statuses(tenant, order) == ["PENDING"] * 3
    assert [item["kci"]["deliveredOn"][11:19] for item in tenant.inbox()] == ["08:00:00", "08:00:30", "08:01:00"]
    sink.answer = lambda _taken: 200
    tenant.advance("PT1H")
    assert attempts(tenant, order)[-3:] == [(1, 4_355), (2, 4_355), (3, 4_355)]
    assert statuses(tenant, order) == ["DELIVERED"] * 3
    assert types(sink)[-3:] == ["UPDATE", "ACKNOWLEDGED", "COMMITTED"]


def test_one_orders_trouble_is_not_anothers(tenant: Tenant, sink: Sink) -> None:
    """Other orders of the same tenant go on."""
    failing = tenant.place("ORDER_ACKNOWLEDGED")
    sink.answer = lambda taken: 503 if taken.kci["entity"]["id"] == failing["id"] else 204
    going = tenant.place("ORDER_ACKNOWLEDGED")
    tenant.advance("PT5M")
    assert statuses(tenant, failing) == ["PENDING", "PENDING"]
    assert statuses(tenant, going) == ["DELIVERED", "DELIVERED"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "DELIVERED"),
        (202, "DELIVERED"),
        (299, "DELIVERED"),
        (301, "PENDING"),
        (400, "PENDING"),
        (404, "PENDING"),
        (500, "PENDING"),
    ],
)
def test_nothing_but_2xx_is_a_delivery(tenant: Tenant, sink: Sink, status: int, outcome: str) -> None:
    """Not even a redirect, which is not followed."""
    sink.answer = lambda _taken: status
    order = tenant.place("ORDER_ACKNOWLEDGED")
    for _ in range(2):
        tenant.post("/_sandbox/clock/step")
    assert statuses(tenant, order) == [outcome]
    assert len(sink.taken) == 1


def test_an_endpoint_that_is_not_there_is_tried_again(tenant: Tenant) -> None:
    """Nothing is lost: it gets everything once it is there."""
    port = free_port()
    register(tenant, f"http://127.0.0.1:{port}/kcis")
    order = tenant.place("ORDER_ACKNOWLEDGED")
    tenant.advance("PT1M")
    told = tenant.get(f"/_sandbox/orders/{order['id']}/timeline")["items"]
    assert "error" in next(item for item in told if item["kind"] == "attempt")
    with open_sink() as sink:
        register(tenant, sink.url)
        tenant.advance("PT5M")
    assert types(sink) == ["UPDATE", "ACKNOWLEDGED"]
    assert statuses(tenant, order) == ["DELIVERED"] * 2


def test_an_endpoint_that_does_not_answer_in_time_has_not_taken_it(tmp_path: Path) -> None:
    """It gets the same again, and the order's next one only afterwards."""
    sandbox = open_sandbox(tmp_path, push_timeout=150)
    tenant = Tenant(in_process(sandbox)).sign_in()
    with open_sink() as sink:
        register(tenant, sink.url)
        woken, firsts = threading.Event(), iter([0.5])

        def dawdle_at_first(_taken: Taken) -> int:
            woken.wait(next(firsts, 0))
            return 204

        sink.answer = dawdle_at_first
        order = tenant.place("ORDER_ACKNOWLEDGED")
        tenant.advance("PT5M")
        sink.wait_for(3)
        assert attempts(tenant, order) == [(1, 0), (1, 5), (2, 30)]
        assert statuses(tenant, order) == ["DELIVERED"] * 2
    sandbox.close()


def test_resend_pushes_the_same_again(tenant: Tenant, sink: Sink) -> None:
    """The same id and bytes, also of what was given up; the status follows the new attempt."""
    sink.answer = refuse("UPDATE")
    order = tenant.place("ORDER_ACKNOWLEDGED")
    tenant.advance("P15D")
    assert statuses(tenant, order) == ["FAILED", "DELIVERED"]
    update, used = tenant.inbox()[0]["kci"], {taken.headers["x-request-id"] for taken in sink.taken}
    sink.answer = lambda _taken: 204
    sink.taken.clear()
    assert tenant.post(f"/_sandbox/kcis/{update['id']}/resend")["deliveryStatus"] == "PENDING"
    assert statuses(tenant, order) == ["PENDING", "DELIVERED"]
    tenant.drain()
    assert [taken.raw for taken in sink.taken] == [orjson.dumps(update)]
    assert {taken.headers["x-request-id"] for taken in sink.taken}.isdisjoint(used)
    assert statuses(tenant, order) == ["DELIVERED"] * 2


def test_resend_does_not_wait_for_the_next_retry(tenant: Tenant, sink: Sink) -> None:
    """It comes instead of it, and lets what waits behind follow at once; it is not pushed twice."""
    sink.answer = refuse("UPDATE")
    order = tenant.place("ORDER_ACKNOWLEDGED")
    tenant.advance("P1D")
    sink.answer = lambda _taken: 204
    sink.taken.clear()
    tenant.post(f"/_sandbox/kcis/{tenant.inbox()[0]['kci']['id']}/resend")
    tenant.advance("PT0S")
    assert types(sink) == ["UPDATE", "ACKNOWLEDGED"]
    tenant.advance("P2D")
    assert len(sink.taken) == 2
    assert statuses(tenant, order) == ["DELIVERED"] * 2


def test_resend_refuses_what_it_cannot_do(sandbox: Sandbox, tenant: Tenant) -> None:
    """Nobody's KCI, another tenant's, or nowhere to push to."""
    tenant.place("ORDER_ACKNOWLEDGED")
    tenant.drain()
    kci_id = tenant.inbox()[0]["kci"]["id"]
    path = f"/_sandbox/kcis/{kci_id}/resend"
    assert tenant.call("POST", path)[0] == 409
    register(tenant, "http://127.0.0.1:9/kcis")
    assert tenant.call("POST", path)[0] == 202
    assert tenant.call("POST", path.replace(kci_id, f"{0:08x}-0000-8000-8000-{0:012x}"))[0] == 404
    other = Tenant(in_process(sandbox), "tenant2").sign_in()
    assert other.call("POST", path)[0] == 404


def test_without_an_endpoint_the_mailbox_is_the_delivery(tenant: Tenant) -> None:
    """Also for what was to be pushed when the endpoint was taken away."""
    before = tenant.place("ORDER_ACKNOWLEDGED")
    tenant.drain()
    assert statuses(tenant, before) == ["DELIVERED"] * 2
    register(tenant, "http://127.0.0.1:9/kcis")
    order = tenant.place("ORDER_ACKNOWLEDGED")
    tenant.advance("PT1M")
    assert statuses(tenant, order) == ["PENDING"] * 2
    register(tenant, None)
    tenant.advance("PT10M")
    assert statuses(tenant, order) == ["DELIVERED"] * 2
    assert len(tenant.inbox()) == 4
