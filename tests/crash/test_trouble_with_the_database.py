"""The disk is full, or PostgreSQL is killed, under load: refusals are 503, and nothing that was answered is lost."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from tests.crash.conftest import SHORT_LEASES, begun
from tests.crash.lives import KEY, SCENARIO, Lives
from tests.store.databases import Postgres, open_own_postgres
from tests.support.processes import free_port, start, stop, wait_until_ready


def expect_refusals(lives: Lives) -> None:
    """An order is refused with 503 and told when to come again, and the sandbox goes on answering."""
    headers = {
        "Authorization": f"Bearer {lives.tenant.token}",
        "X-Request-ID": "1",
        "X-Conversation-ID": "1",
        "X-Scenario": SCENARIO,
    }
    refused = requests.post(f"{lives.url}/v1/service-orders", json=lives.body, headers=headers, timeout=20)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.json()["code"] == "GATEWAY_FAULT"
    assert requests.get(f"{lives.url}/_sandbox/health", timeout=10).status_code == 200


def expect_all_is_well_again(lives: Lives) -> None:
    """Orders are taken as before; what was answered before is there, and told of to its end."""
    before = len(lives.answered)
    lives.place_many(5)
    assert len(lives.answered) == before + 5
    assert set(lives.refused) <= {503}
    lives.check()


@pytest.mark.parametrize("lives", ["sqlite with short leases"], indirect=True)
def test_what_does_not_fit_on_the_disk_is_refused_and_nothing_else_is_lost(lives: Lives) -> None:
    """Among orders whose stories are under way; then there is room again."""
    lives.place_many(10)
    lives.fill_disk()
    lives.place_many(20)
    assert set(lives.refused) == {503}
    expect_refusals(lives)
    lives.free_disk()
    expect_all_is_well_again(lives)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.prove
def test_a_disk_that_is_really_full_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    """Filled to its last byte by orders; then some of it is free again."""
    settings = {"SANDBOX_DATABASE_URL": f"sqlite:///{small_disk}/sandbox.db", **SHORT_LEASES}
    with begun(tmp_path, settings) as lives:
        ballast = small_disk / "ballast"
        ballast.write_bytes(b"x" * 7_000_000)
        while 503 not in lives.refused:
            lives.place_many(30)
        expect_refusals(lives)
        ballast.unlink()
        expect_all_is_well_again(lives)


@pytest.fixture
def postgres_of_its_own() -> Iterator[Postgres]:
    """One that may be killed."""
    with open_own_postgres() as server:
        yield server


@contextmanager
def another(command: str, folder: Path, settings: Mapping[str, str]) -> Iterator[int]:
    """One more process on the same database, which answers at this port, until the block ends."""
    shared = {name.removeprefix("SANDBOX_").lower(): value for name, value in settings.items()}
    port = free_port()
    process = start(folder, port, command, key=KEY, **shared)
    try:
        wait_until_ready(process, port)
        yield port
    finally:
        stop(process)


@pytest.mark.prove
@pytest.mark.postgres
@pytest.mark.parametrize("alone", [True, False], ids=["one process", "three processes"])
def test_postgres_is_killed_again_and_again_under_load(
    postgres_of_its_own: Postgres, tmp_path: Path, alone: bool
) -> None:
    """Each process goes on, refuses what it cannot keep, and finds the database again by itself."""
    settings = {"SANDBOX_DATABASE_URL": postgres_of_its_own.url, **SHORT_LEASES}
    with begun(tmp_path, settings) as lives, ExitStack() as company:
        doors = [lives.port]
        if not alone:
            company.enter_context(another("work", tmp_path, settings))
            doors.append(company.enter_context(another("serve", tmp_path, settings)))
        for _ in range(4):
            for port in doors:
                lives.port = port
                lives.place_many(20)
            postgres_of_its_own.kill()
            for port in doors:
                lives.port = port
                lives.place_many(5)
                expect_refusals(lives)
                assert requests.get(f"{lives.url}/_sandbox/ready", timeout=10).status_code == 503
            postgres_of_its_own.start()
            for port in doors:
                while requests.get(f"http://127.0.0.1:{port}/_sandbox/ready", timeout=10).status_code != 200:
                    pass
        expect_all_is_well_again(lives)
