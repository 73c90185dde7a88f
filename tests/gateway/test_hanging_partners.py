"""A partner's own supplier that hangs holds up its own tenant's calls to it, and nothing else."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.gateway.owning import Own, open_own
from tests.support.partner import Asked, Reaction
from tests.support.sandboxes import Json

AT_MOST = 4  # half of the threads of the sandbox, which is less than a tenant may have
ADDRESS = {"id": "999000000001", "type": "UPRN"}


class Hanging:
    """Answers nobody until it is let go."""

    def __init__(self) -> None:
        self.came = threading.Semaphore(0)
        self.let_go = threading.Event()

    def answer(self, _asked: Asked) -> Reaction:
        """An answer that the gateway has to wait for."""
        self.came.release()
        assert self.let_go.wait(20)
        return Reaction(503)


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[tuple[Own, Hanging]]:
    """A tenant with a supplier that hangs."""
    with open_own(tmp_path) as (_, own):
        hanging = Hanging()
        own.system.otherwise = hanging.answer
        own.register(timeouts={"connect": 5, "answer": 20})
        yield own, hanging
        hanging.let_go.set()


def availability(own: Own, *suppliers: str) -> tuple[int, Json]:
    """What there is at an address."""
    query = {"address": json.dumps(ADDRESS), "suppliers": list(suppliers)}
    return own.tenant.call("GET", "/v1/service-availability", query=query)


def test_no_more_calls_wait_for_a_supplier_than_may(hanging: tuple[Own, Hanging]) -> None:
    """Over that a call is refused at once, or answered for the suppliers that are not concerned."""
    own, supplier = hanging
    with ThreadPoolExecutor(AT_MOST) as threads:
        waiting = [threads.submit(availability, own, "OWNFIBRE") for _ in range(AT_MOST)]
        assert all(supplier.came.acquire(timeout=20) for _ in waiting)
        query = {
            "supplier": "OWNFIBRE",
            "address": json.dumps(ADDRESS),
            "serviceSpecification": json.dumps({"id": "OWN1"}),
            "appointmentPurpose": "PROVIDE",
        }
        status, refusal = own.tenant.call("GET", "/v1/available-appointments", query=query)
        assert (status, refusal["messages"]) == (
            429,
            ["at most 8 calls to partners' suppliers at once: wait for one of yours"],
        )
        status, (theirs, fake) = availability(own, "OWNFIBRE", "CEDAR")
        assert (status, theirs["supplier"], fake["supplier"]) == (200, "OWNFIBRE", "CEDAR")
        assert theirs["unavailabilityReasons"][0]["text"].startswith("at most 8 calls")
        assert "unavailabilityReasons" not in fake
        assert not any(each.done() for each in waiting)
        assert len(own.system.asked) == AT_MOST
        supplier.let_go.set()
        assert {each.result()[0] for each in waiting} == {200}
    assert availability(own, "OWNFIBRE")[1][0]["unavailabilityReasons"][0]["code"] == "SUPPLIER_FAULT"
