"""A world's time: it moves forward alone, and however it moves, the tenant's log comes out the same."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from sandbox.app import Sandbox
from sandbox.world.clock import ManualClock
from tests.support.processes import over_http, served
from tests.support.sandboxes import START, Tenant, in_process, open_sandbox
from tests.support.sink import Sink, Taken, open_sink

TEN_DAYS = "2027-01-25T08:00:00.000Z"
ORDERS = [  # scenario, supplier, seconds between KCIs
    ("ORDER_SUCCESSFUL", "ALDER", "86400"),
    ("ORDER_SUCCESSFUL", "BIRCH", "86400"),
    ("ORDER_REAPPOINTED", "BIRCH", "40000"),
    ("ORDER_DELAYED", "CEDAR", "3600"),
    ("ORDER_REJECTED", "ALDER", "60"),
    ("ORDER_SUCCESSFUL", "CEDAR", "0"),
]


def moody(taken: Taken) -> int:
    """The answer of an endpoint that refuses more than half of all attempts, always the same ones."""
    return 500 if int(taken.headers["x-request-id"][0], 16) < 10 else 204


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    """One endpoint for all sandboxes of this module, so that its address is the same in their logs."""
    with open_sink(moody) as opened:
        yield opened


def place_orders(tenant: Tenant) -> list[int]:
    """The same requests every time, one after another."""
    return [tenant.place(scenario, supplier, X_Kci_Delay=gap)["id"] for scenario, supplier, gap in ORDERS]


def log_of(tenant: Tenant, orders: list[int]) -> bytes:
    """Everything that the tenant can see of its orders, but for the signatures, which are of real time."""
    seen: list[Any] = [[item["cursor"], item["kci"], item["headers"]["X-Request-ID"]] for item in tenant.inbox()]
    seen += [tenant.order(order) for order in orders]
    seen += [tenant.get(f"/_sandbox/orders/{order}/timeline") for order in orders]
    seen.append(tenant.get("/_sandbox/clock"))
    return orjson.dumps(seen)


def jump(tenant: Tenant) -> None:
    tenant.post("/_sandbox/clock/advance", {"to": TEN_DAYS})


def small_steps(tenant: Tenant) -> None:
    for _ in range(1_000):
        tenant.advance("PT864S")


def odd_steps(tenant: Tenant) -> None:
    for seconds in range(1, 1_200, 13):
        tenant.advance(f"PT{seconds}S")
    jump(tenant)


def single_steps(tenant: Tenant) -> None:
    while (fired := tenant.post("/_sandbox/clock/step")["fired"]) and fired[0]["at"] <= "2027-01-24":
        assert len(fired) == 1
    jump(tenant)


def log_after(folder: Path, sink: Sink, move: Callable[[Tenant], None]) -> tuple[bytes, list[bytes]]:
    """The log of a new sandbox whose clock was moved this way to the same moment, and what was pushed."""
    sandbox = open_sandbox(folder, check_responses=False)
    tenant = Tenant(in_process(sandbox)).sign_in()
    tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
    sink.taken.clear()
    orders = place_orders(tenant)
    move(tenant)
    log = log_of(tenant, orders)
    sandbox.close()
    return log, [taken.raw for taken in sink.taken]


@pytest.fixture(scope="module")
def one_jump(tmp_path_factory: pytest.TempPathFactory, sink: Sink) -> tuple[bytes, list[bytes]]:
    """The log after one jump of ten days."""
    return log_after(tmp_path_factory.mktemp("jump"), sink, jump)


@pytest.mark.parametrize("move", [jump, small_steps, odd_steps, single_steps])
def test_however_the_clock_moves_the_log_is_the_same(
    tmp_path: Path, sink: Sink, one_jump: tuple[bytes, list[bytes]], move: Callable[[Tenant], None]
) -> None:
    """One jump of ten days, a thousand small ones, uneven ones, or from thing to thing: the same bytes.

    Mailbox, orders, timelines with every attempt, and what was pushed, with an endpoint that often refuses. That one
    jump gives the log of another shows too that the same requests give the same bytes in a fresh sandbox.
    """
    log, pushed = log_after(tmp_path, sink, move)
    assert log == one_jump[0]
    assert pushed == one_jump[1]
    assert b'"attempt":3' in log
    assert b"COMPLETED" in log


def test_the_same_requests_give_the_same_bytes_over_http(tmp_path: Path) -> None:
    """In two processes of their own, with the clock frozen at the same moment."""
    logs = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        with served(folder, world_start="2027-01-15T08:00:00Z") as url:
            tenant = Tenant(over_http(url)).sign_in()
            tenant.call("PUT", "/_sandbox/clock", json={"rate": 0})
            tenant.post("/_sandbox/clock/advance", {"to": "2027-01-15T10:00:00Z"})
            orders = place_orders(tenant)
            jump(tenant)
            logs.append(log_of(tenant, orders))
    assert logs[0] == logs[1]
    assert b"COMPLETED" in logs[0]


@pytest.mark.parametrize(("rate", "later"), [(0, "08:00:00"), (1, "08:00:10"), (3600, "18:00:00")])
def test_a_world_runs_at_its_rate(sandbox: Sandbox, tenant: Tenant, rate: int, later: str) -> None:
    """Ten real seconds are none, ten, or ten hours; a change of speed makes no jump."""
    status, body = tenant.call("PUT", "/_sandbox/clock", json={"rate": rate})
    assert (status, body["now"]) == (200, "2027-01-15T08:00:00.000Z")
    real = sandbox.parts.clock
    assert isinstance(real, ManualClock)
    real.at += 10_000
    assert tenant.get("/_sandbox/clock")["now"] == f"2027-01-15T{later}.000Z"
    tenant.call("PUT", "/_sandbox/clock", json={"rate": 1})
    assert tenant.get("/_sandbox/clock")["now"] == f"2027-01-15T{later}.000Z"


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ({"to": "2027-01-15T07:59:59.999Z"}, "forward"),
        ({"to": "2037-01-25T08:00:00Z"}, "ten years"),
        ({"by": "P3661D"}, "ten years"),
    ],
)
def test_time_neither_goes_back_nor_too_far(tenant: Tenant, target: dict[str, str], word: str) -> None:
    """Refused with the reason, and the clock stays."""
    status, body = tenant.call("POST", "/_sandbox/clock/advance", json=target)
    assert (status, word in body["messages"][0]) == (422, True), body
    assert tenant.get("/_sandbox/clock")["now"] == "2027-01-15T08:00:00.000Z"


def test_worlds_do_not_disturb_each_other(sandbox: Sandbox, tenant: Tenant) -> None:
    """One tenant's jump moves nothing of another's."""
    other = Tenant(in_process(sandbox), "tenant2").sign_in()
    orders = tenant.place(), other.place()
    tenant.advance("P10D")
    assert tenant.order(orders[0]["id"])["status"] == "COMPLETED"
    assert other.get("/_sandbox/clock")["now"] == "2027-01-15T08:00:00.000Z"
    assert other.order(orders[1]["id"])["status"] == "RECEIVED_BY_GATEWAY"
    assert other.inbox() == []


def test_in_a_shared_world_everybody_sees_their_own(sandbox: Sandbox) -> None:
    """One clock for both, and in the answer of a run what concerned its caller."""
    one, other = (Tenant(in_process(sandbox), client).sign_in() for client in ("tenant3", "tenant4"))
    own, _ = one.place("ORDER_ACKNOWLEDGED"), [other.place("ORDER_ACKNOWLEDGED") for _ in range(2)]
    fired = one.drain()["fired"]
    assert [(each["kind"], each["order"]) for each in fired] == [("send", own["id"]), ("beat", own["id"])]
    assert len(other.inbox()) == 4
    assert one.get("/_sandbox/clock")["now"] == other.get("/_sandbox/clock")["now"]


def test_a_run_that_takes_too_long_says_that_there_is_more(tmp_path: Path) -> None:
    """The same call again goes on from there, until nothing is left."""
    clock = ManualClock(START)
    sandbox = open_sandbox(tmp_path, clock, run_limit=30_000)
    tenant = Tenant(in_process(sandbox)).sign_in()

    def take_a_while(_taken: Taken) -> int:
        clock.at += 20_000
        return 204

    with open_sink(take_a_while) as sink:
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        order = tenant.place()
        runs = [tenant.drain() for _ in range(4)]
        assert [run["more"] for run in runs] == [True, True, False, False]
        assert [taken.kci["sequenceNumber"] for taken in sink.taken] == [1, 2, 3, 4, 5]
        assert tenant.order(order["id"])["status"] == "COMPLETED"
    sandbox.close()


def test_a_drain_ends_although_the_callback_keeps_failing(tenant: Tenant) -> None:
    """The story is told to its end; every KCI was tried, and what failed keeps its schedule."""
    with open_sink(lambda _taken: 500) as sink:
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        order = tenant.place()
        run = tenant.drain()
        assert (run["now"], run["more"]) == ("2027-01-15T08:02:00.000Z", False)
        assert tenant.order(order["id"])["status"] == "COMPLETED"
        assert tenant.drain()["fired"] == []
        assert [each["kind"] for each in tenant.post("/_sandbox/clock/step")["fired"]] == ["push"]
        assert len(sink.taken) == 2


def test_a_millisecond_is_a_moment_of_its_own(sandbox: Sandbox, tenant: Tenant) -> None:
    """Times are milliseconds: a live world stamps an order with the moment at which it came."""
    real = sandbox.parts.clock
    assert isinstance(real, ManualClock)
    real.at += 123
    assert tenant.place()["created"] == "2027-01-15T08:00:00.123Z"
