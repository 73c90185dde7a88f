"""A sandbox that is killed and started again on the same database and port, and what must be true of it afterwards."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import orjson
import requests

from tests.support.processes import free_port, kill, over_http, stop, wait_until_ready
from tests.support.sandboxes import Json, Tenant
from tests.support.sink import Sink, Taken

ROOT = Path(__file__).parents[2]
SCENARIO = "ORDER_CANCELLED"  # a story with an end that leaves no line behind: an address is used again and again
KEY = "a key for tests"
STORY = ["UPDATE", "ACKNOWLEDGED", "COMMITTED", "CANCELLED"]


@dataclass
class Lives:
    """One sandbox through many lives. `answered` are the orders that a tenant was told of by a 201, `refused` the
    statuses of those that were not taken.
    """

    folder: Path
    sink: Sink
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    answered: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    tenant: Tenant = field(init=False)
    body: Json = None

    @property
    def url(self) -> str:
        """Where it is, in every life."""
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """The first life: the tenant signs in and says where its KCIs go."""
        self.start()
        self.tenant = self.sign_in("tenant1")
        assert self.tenant.call("PUT", "/_sandbox/callback", json={"url": self.sink.url})[0] == 200
        self.body = self.tenant.order_body("CEDAR")

    def sign_in(self, client_id: str) -> Tenant:
        """A tenant, whose token outlives the process."""
        return Tenant(over_http(self.url), client_id).sign_in()

    def start(self) -> None:
        """The next life."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
        environment |= {
            "SANDBOX_PORT": str(self.port),
            "SANDBOX_DATABASE_URL": f"sqlite:///{self.folder}/sandbox.db",
            "SANDBOX_KEY": KEY,
            **self.settings,
        }
        with (self.folder / "served.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.crash.entry"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        wait_until_ready(self.process, self.port)

    def end(self) -> None:
        """No more lives."""
        if self.process is not None:
            stop(self.process)

    def die(self) -> None:
        """From outside, whatever it is doing."""
        assert self.process is not None
        kill(self.process)

    def arm(self, at: int) -> None:
        """It will end at its `at`-th edge from now."""
        requests.get(f"{self.url}/_crash?{at}", timeout=10)

    def disarmed(self) -> bool:
        """Whether it lives on, whatever happens; not if it was just ending."""
        with suppress(requests.RequestException):
            self.arm(0)
            return True
        return not self.died(10)

    def fill_disk(self) -> None:
        """From now on no file gets longer than the longest is: the next write fails."""
        longest = max(file.stat().st_size for file in self.folder.glob("sandbox.db*"))
        requests.get(f"{self.url}/_disk?{longest}", timeout=10)

    def free_disk(self) -> None:
        """There is room again."""
        requests.get(f"{self.url}/_disk?-1", timeout=10)

    def place(self, delay: str = "0") -> None:
        """An order; it may be that there is no answer."""
        caller = Tenant(over_http(self.url), token=self.tenant.token)
        headers = {"X-Scenario": SCENARIO, "X-Kci-Delay": delay}
        try:
            status, order = caller.call("POST", "/v1/service-orders", json=self.body, headers=headers)
        except requests.RequestException:  # no answer, or half of one
            return
        if status == 201:
            self.answered.append(order["id"])
        else:
            self.refused.append(status)

    def place_many(self, count: int) -> None:
        """That many orders, several at a time, with and without pauses in their stories."""
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: self.place(str(number % 2)), range(count)))

    def died(self, seconds: float) -> bool:
        """Whether it ended within this time by itself."""
        assert self.process is not None
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait_until_told(self, seconds: float = 60) -> dict[int, list[Json]]:
        """The mailbox by order, once nothing is left to be played. Fails when that takes too long.

        Also of orders that were taken without an answer, which only the mailbox knows.
        """
        deadline = time.monotonic() + seconds
        while "sandbox_lanes_waiting 0.0" not in requests.get(f"{self.url}/_sandbox/metrics", timeout=10).text:
            assert time.monotonic() < deadline, "not all was played"
            time.sleep(0.1)
        orders: dict[int, list[Json]] = {}
        for item in self.tenant.inbox():
            orders.setdefault(item["kci"]["entity"]["id"], []).append(item["kci"])
        return orders

    def check(self) -> None:
        """Every order that was answered is there, and every order's story was told: once, in order, and pushed.

        Pushed at least once each, in order, a repeat right after its first and with the same bytes.
        """
        told = self.wait_until_told()
        assert set(self.answered) <= set(told)
        for kcis in told.values():
            assert [kci["information"]["type"] for kci in kcis] == STORY
            assert [kci["sequenceNumber"] for kci in kcis] == list(range(1, len(STORY) + 1))
        pushed: dict[int, list[bytes]] = {}
        for taken in self._pushed():
            pushed.setdefault(taken.kci["entity"]["id"], []).append(taken.raw)
        assert {order: [each for each, _ in groupby(raws)] for order, raws in pushed.items()} == {
            order: [orjson.dumps(kci) for kci in kcis] for order, kcis in told.items()
        }

    def _pushed(self) -> list[Taken]:
        """What came whole: a push may be cut off by the end of its sender."""
        return [taken for taken in self.sink.taken if len(taken.raw) == int(taken.headers["content-length"])]
