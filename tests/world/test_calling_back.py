"""A tenant that calls the gateway from inside its KCI handler gets its answers: in real time, and during a run."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.processes import over_http, served
from tests.support.sandboxes import Json, Tenant
from tests.support.sink import Sink, Taken, open_sink


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One served sandbox; each test uses a world of its own."""
    with served(tmp_path_factory.mktemp("served"), world_start="2027-01-15T08:00:00Z") as url:
        yield url


@dataclass
class Curious:
    """A handler that looks at its order, places another after each ACKNOWLEDGED, and tries to move the clock."""

    url: str
    tenant: Tenant
    body: Json
    most: int = 1
    meddling: int = 99
    seen: list[tuple[str, Any]] = field(default_factory=list)
    placed: list[Json] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, taken: Taken) -> int:
        """What the endpoint does with a KCI."""
        kci = taken.kci
        caller = Tenant(over_http(self.url), self.tenant.client_id, "from a handler", self.tenant.token)
        self._note("order", caller.order(kci["entity"]["id"])["status"])
        with self.lock:
            self.meddling -= 1
            meddles = self.meddling >= 0
        if meddles:
            self._note("advance", caller.call("POST", "/_sandbox/clock/advance", json={"by": "PT1S"})[0])
        with self.lock:
            more = kci["information"]["type"] == "ACKNOWLEDGED" and len(self.placed) < self.most
            self.placed += [None] * more
        if more:
            order = caller.post(
                "/v1/service-orders", self.body, {"X-Scenario": "ORDER_ACKNOWLEDGED", "X-Kci-Delay": "1"}
            )
            self._note("created", (kci["deliveredOn"], order["created"], order["id"]))
        return 204

    def _note(self, what: str, value: Any) -> None:
        with self.lock:
            self.seen.append((what, value))

    def noted(self, what: str) -> list[Any]:
        """Everything of this kind."""
        return [value for kind, value in self.seen if kind == what]


def sign_in(url: str, client: str, *, frozen: bool) -> Tenant:
    """A tenant whose world stands still, or runs on."""
    tenant = Tenant(over_http(url), client).sign_in()
    assert tenant.call("PUT", "/_sandbox/clock", json={"rate": 0 if frozen else 1})[0] == 200
    return tenant


def listen(tenant: Tenant, sink: Sink, handler: Curious) -> None:
    """From now on the tenant's KCIs go to this handler."""
    sink.answer = handler
    assert tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})[0] == 200


@pytest.mark.parametrize(("client", "run", "body"), [("tenant1", "advance", {"by": "P1D"}), ("tenant2", "drain", None)])
def test_calls_from_a_handler_are_answered_during_a_run(url: str, client: str, run: str, body: Json) -> None:
    """Stamped with that KCI's time; what they cause joins the run; another run is refused at once."""
    tenant = sign_in(url, client, frozen=True)
    curious = Curious(url, tenant, tenant.order_body("CEDAR"))
    with open_sink() as sink:
        listen(tenant, sink, curious)
        first = tenant.place("ORDER_SUCCESSFUL", "CEDAR", X_Kci_Delay="600")
        fired = tenant.post(f"/_sandbox/clock/{run}", body)["fired"]
    ((delivered, created, second),) = curious.noted("created")
    assert delivered == created
    assert curious.noted("advance") == [409] * 7
    firsts = ["SENT_TO_SUPPLIER", "ACKNOWLEDGED"]
    assert curious.noted("order") == [*firsts, *firsts, "IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]
    assert [kind for kind, _ in tenant.told(second)] == ["UPDATE", "ACKNOWLEDGED"]
    assert tenant.order(first["id"])["status"] == "COMPLETED"
    assert {each["order"] for each in fired} == {first["id"], second}
    assert [each["at"] for each in fired] == sorted(each["at"] for each in fired)


def test_calls_from_a_handler_are_answered_in_real_time(url: str) -> None:
    """No run is under way: the handler may even move the clock itself, which brings its next KCI nearer."""
    tenant = sign_in(url, "tenant3", frozen=False)
    curious = Curious(url, tenant, tenant.order_body("CEDAR"), meddling=1)
    with open_sink() as sink:
        listen(tenant, sink, curious)
        first = tenant.place("ORDER_ACKNOWLEDGED", "CEDAR", X_Kci_Delay="1")
        sink.wait_for(4)
    assert curious.noted("advance") == [200]
    ((_, _, second),) = curious.noted("created")
    for order in (first["id"], second):
        assert tenant.told(order) == [("UPDATE", "SENT_TO_SUPPLIER"), ("ACKNOWLEDGED", "ACKNOWLEDGED")]


def test_many_handlers_at_once_do_not_lock_each_other_out(url: str) -> None:
    """Sixty-four orders whose handlers all call the gateway, in real time: every call is answered, every KCI taken."""
    count = 64
    tenant = sign_in(url, "tenant4", frozen=False)
    curious = Curious(url, tenant, tenant.order_body("CEDAR"), most=count, meddling=0)
    bodies = [tenant.order_body("CEDAR") for _ in range(4)]
    with open_sink() as sink:
        listen(tenant, sink, curious)

        def place(number: int) -> None:
            caller = Tenant(over_http(url), "tenant4", f"conversation {number}", tenant.token)
            headers = {"X-Scenario": "ORDER_ACKNOWLEDGED", "X-Kci-Delay": "1"}
            caller.post("/v1/service-orders", bodies[number % 4], headers)

        curious.body = bodies[0]
        with ThreadPoolExecutor(16) as threads:
            list(threads.map(place, range(count)))
        taken = sink.wait_for(4 * count, 60)
    assert len(curious.noted("created")) == count
    by_order: dict[int, list[int]] = {}
    for each in taken:
        by_order.setdefault(each.kci["entity"]["id"], []).append(each.kci["sequenceNumber"])
    assert list(by_order.values()) == [[1, 2]] * (2 * count)
