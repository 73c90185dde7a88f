"""Trouble inside: a reset or a database out of reach is a 503 that keeps nothing; a lost answer does no harm."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import Client

from sandbox.app import Sandbox
from sandbox.store.store import StaleEpoch, Unavailable, Uncertain
from sandbox.wire.courier import Parcel, Reply
from tests.support.sandboxes import Tenant
from tests.support.sink import open_sink

Start = Callable[[str, list[tuple[str, str]]], object]


@pytest.mark.parametrize("trouble", [StaleEpoch("DEMO1"), Unavailable("disk I/O error")])
def test_a_write_that_could_not_be_kept_is_to_be_sent_again(
    sandbox: Sandbox, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    """503 with Retry-After, in the published body; the order is not there afterwards."""

    def fail(*_args: object, **_more: object) -> None:
        raise trouble

    body, headers = tenant.order_body("CEDAR"), {"X-Request-ID": "1", "X-Conversation-ID": "1"}
    headers["Authorization"] = f"Bearer {tenant.token}"
    with monkeypatch.context() as patched:
        patched.setattr(sandbox.parts.store, "write", fail)
        response = Client(sandbox.app).post("/v1/service-orders", json=body, headers=headers)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert response.json is not None
    assert set(response.json) == {"uuid", "code", "messages"}
    assert tenant.call("GET", "/v1/service-orders/1")[0] == 404
    assert tenant.place(None, "CEDAR")["id"] == 1


def test_a_kci_whose_answer_got_lost_is_told_once(sandbox: Sandbox, tenant: Tenant) -> None:
    """The fake supplier sends the same again, and goes on as if it had had the answer the first time."""
    gateway, posted = sandbox.parts.courier.apps["gateway"], []

    def lose_every_first_answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        request_id = environ["HTTP_X_REQUEST_ID"]
        posted.append(request_id)
        if posted.count(request_id) > 1:
            return gateway(environ, start)
        list(gateway(environ, lambda *_: None))
        start("500 Internal Server Error", [])
        return []

    sandbox.parts.courier.apps["gateway"] = lose_every_first_answer
    order = tenant.place("ORDER_SUCCESSFUL", "CEDAR")
    for _ in range(5):
        tenant.drain()
    assert [kind for kind, _ in tenant.told(order["id"])] == [
        "UPDATE", "ACKNOWLEDGED", "COMMITTED", "ADDITIONAL", "COMPLETED"
    ]  # fmt: skip
    assert [posted.count(each) for each in dict.fromkeys(posted)] == [2] * 4
    told = tenant.inbox()[-1]["kci"]
    assert told["entity"]["committedDate"] == told["entity"]["targetDate"]
    assert told["issuedOn"] == "2027-01-15T08:02:00.000Z"


def test_an_order_whose_answer_got_lost_is_taken_once(sandbox: Sandbox, tenant: Tenant) -> None:
    """The gateway ended between the supplier's answer and its own note of it: it asks again, and gets the same."""
    fakes, answers = sandbox.parts.courier.apps["suppliers"], list[bytes]()

    def forget_the_first(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        answer = b"".join(fakes(environ, start))
        answers.append(answer)
        if len(answers) == 1:
            raise ConnectionError
        return [answer]

    order = tenant.place("ORDER_ACKNOWLEDGED", "BIRCH")
    sandbox.parts.courier.apps["suppliers"] = forget_the_first
    tenant.drain()
    tenant.drain()
    assert len(answers) == 2
    assert answers[0] == answers[1] != b""
    assert tenant.told(order["id"]) == [("UPDATE", "SENT_TO_SUPPLIER"), ("ACKNOWLEDGED", "ACKNOWLEDGED")]


@pytest.mark.parametrize("trouble", [Unavailable, Uncertain])
def test_an_order_that_a_fake_could_not_keep_is_sent_again(
    sandbox: Sandbox, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    """It is the database that is in trouble and not the supplier, so nobody is told that the order failed."""
    fakes, asked = sandbox.parts.courier.apps["suppliers"], []

    def fail(*_args: object, **_more: object) -> None:
        raise trouble("disk I/O error")

    def without_database_at_first(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        with monkeypatch.context() as patched:
            if len(asked) == 1:
                patched.setattr(sandbox.parts.store, "write", fail)
            return fakes(environ, start)

    order = tenant.place("ORDER_ACKNOWLEDGED", "BIRCH")
    sandbox.parts.courier.apps["suppliers"] = without_database_at_first
    tenant.drain()
    tenant.drain()
    assert len(asked) == 2
    assert tenant.told(order["id"]) == [("UPDATE", "SENT_TO_SUPPLIER"), ("ACKNOWLEDGED", "ACKNOWLEDGED")]


def _in_use(connections: Any) -> int:
    kept = connections._engine.pool.checkedout()
    return int(kept - len(connections._idle))


def test_no_transaction_is_open_while_a_call_goes_out(
    sandbox: Sandbox, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither to another room of this process nor over the network: whoever is called may write, too."""
    send, store, open_ones = sandbox.parts.courier.send, sandbox.parts.store, list[tuple[str, int]]()

    def look_and_send(parcel: Parcel) -> Reply:
        open_ones.append((parcel.url.split("/")[2], sum(map(_in_use, (store._reading, store._writing)))))
        return send(parcel)

    monkeypatch.setattr(sandbox.parts.courier, "send", look_and_send)
    with open_sink() as sink:
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        tenant.place("ORDER_SUCCESSFUL", "ALDER")
        tenant.drain()
    assert {host for host, _ in open_ones} == {"gateway", "suppliers", sink.url.split("/")[2]}
    assert {count for _, count in open_ones} == {0}
