"""The whole sandbox on PostgreSQL: the same sequences, the same refusals."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from sandbox.world.clock import ManualClock
from tests.store.databases import open_schema
from tests.support.sandboxes import START, Tenant, in_process, open_sandbox
from tests.test_main_job import AFTER_UPDATE, NEEDS_A_DIARY

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def on_postgres(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all of these tests: their orders do not meet."""
    with open_schema(postgres) as url:
        opened = open_sandbox(tmp_path_factory.mktemp("postgres"), database_url=url, key="a key for tests")
        yield opened
        opened.close()


@pytest.mark.parametrize(
    ("scenario", "supplier"),
    [
        (scenario, supplier)
        for scenario in sorted(AFTER_UPDATE)
        for supplier in ("ALDER", "BIRCH", "CEDAR")
        if supplier != "CEDAR" or scenario not in NEEDS_A_DIARY
    ],
)
def test_a_scenario_gives_exactly_its_sequence(on_postgres: Sandbox, scenario: str, supplier: str) -> None:
    """As on SQLite, whatever the supplier's character."""
    tenant = Tenant(in_process(on_postgres)).sign_in()
    order = tenant.place(scenario, supplier)
    tenant.drain()
    assert tenant.told(order["id"]) == [("UPDATE", "SENT_TO_SUPPLIER"), *AFTER_UPDATE[scenario]]


def test_a_character_that_postgres_cannot_keep_is_refused(on_postgres: Sandbox) -> None:
    """U+0000 in a form, in a path, in a body: a refusal, never a failure."""
    send = in_process(on_postgres)
    tenant = Tenant(send).sign_in()
    form = {"grant_type": "client_credentials", "client_id": "tenant1\0", "client_secret": "x"}
    calls = [
        send("POST", "/v1/auth/tenant/access-token", form=form),
        tenant.call("POST", "/_sandbox/kcis/%00/resend"),
        tenant.call("GET", "/v1/service-orders/%00"),
        tenant.call("GET", "/_sandbox/inbox", query={"after": "\0"}),
        tenant.call("PUT", "/_sandbox/callback", json={"url": "http://127.0.0.1/\0"}),
    ]
    assert [400 <= status < 500 for status, _ in calls] == [True] * len(calls), calls


def test_several_processes_found_the_worlds_once(postgres_url: str, tmp_path: Path) -> None:
    """A replica that starts later, or at the same time, finds what the first has made; an order here is there too."""
    sandboxes = [
        open_sandbox(tmp_path, ManualClock(START), database_url=postgres_url, key="a key for tests") for _ in range(2)
    ]
    here, there = (Tenant(in_process(each)).sign_in() for each in sandboxes)
    order = here.place()
    there.token = here.token  # the replicas share one signing key
    there.drain()
    assert here.order(order["id"])["status"] == "COMPLETED"
    for each in sandboxes:
        each.close()
