"""`sandbox serve`: what it says, and how it refuses to start. That it serves, other tests show."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sandbox.app import make_sandbox
from sandbox.cli import main
from sandbox.cli.serve import banner
from sandbox.settings import Settings
from tests.support.processes import free_port, start, stop, wait_until_ready


def serve(folder: Path, command: str = "serve", **settings: str) -> Result:
    """The outcome of `sandbox serve` where it cannot start."""
    given = {"database_url": f"sqlite:///{folder}/sandbox.db", "port": str(free_port()), **settings}
    environment = {f"SANDBOX_{name.upper()}": value for name, value in given.items()}
    return CliRunner(env=environment).invoke(main, [command])


def check_refused(seen: Result, message: str) -> None:
    """One line, exit code 2, and nothing that looks like a start."""
    assert (seen.exit_code, seen.stdout, seen.stderr.count("\n")) == (2, "", 1)
    assert message in seen.stderr


@pytest.fixture
def busy() -> Iterator[int]:
    """A port that somebody shares with whoever asks, as a server with several workers does."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_port_in_use(tmp_path: Path, busy: int) -> None:
    check_refused(serve(tmp_path, port=str(busy)), f"cannot listen on 127.0.0.1 port {busy}: Address already in use")


def test_a_port_that_is_none(tmp_path: Path) -> None:
    check_refused(serve(tmp_path, port="70000"), "cannot listen on 127.0.0.1 port 70000")
    check_refused(serve(tmp_path, port="http"), "SANDBOX_PORT='http': send a whole number")


def test_an_address_of_another_machine(tmp_path: Path) -> None:
    check_refused(serve(tmp_path, host="192.0.2.1"), "cannot listen on 192.0.2.1")


def test_a_file_that_another_sandbox_has(tmp_path: Path) -> None:
    owner = make_sandbox(Settings(database_url=f"sqlite:///{tmp_path}/sandbox.db"))
    try:
        check_refused(serve(tmp_path), f"cannot start: another sandbox is using {tmp_path}/sandbox.db")
    finally:
        owner.close()


def test_a_database_that_is_none(tmp_path: Path) -> None:
    check_refused(serve(tmp_path, database_url="nothing"), "cannot start: ")


def test_a_timetable_that_is_none(tmp_path: Path) -> None:
    check_refused(serve(tmp_path, reset="0 3 * * 0"), "cannot start: SANDBOX_RESET='0 3 * * 0': name the weekdays")


def test_a_start_of_the_world_that_is_none(tmp_path: Path) -> None:
    process = start(tmp_path, free_port(), world_start="yesterday")
    assert process.wait(20) == 2
    said = (tmp_path / "served.log").read_text()
    assert said.startswith("Error: cannot start: INVALID_REQUEST: not a date and time; allowed: RFC 3339")
    assert said.count("\n") == 1


@pytest.mark.parametrize("timeout", ["push_timeout", "supplier_timeout"])
def test_a_lease_that_ends_before_what_it_is_for(tmp_path: Path, timeout: str) -> None:
    """Another player would take a job that is still being done."""
    times = {"push_timeout": "1", "supplier_timeout": "1", timeout: "3000"}
    check_refused(serve(tmp_path, lease="6000", **times), f"send more than twice SANDBOX_{timeout.upper()}")


def test_nobody_to_do_anything(tmp_path: Path) -> None:
    check_refused(serve(tmp_path, threads="0"), "SANDBOX_THREADS=0: send a whole number from 1")
    check_refused(serve(tmp_path, players="0"), "SANDBOX_PLAYERS=0: send a whole number from 1")


def test_players_beside_the_server_need_postgresql(tmp_path: Path) -> None:
    check_refused(serve(tmp_path, "work"), "needs SANDBOX_DATABASE_URL=postgresql+psycopg://")
    check_refused(serve(tmp_path, play="false"), "needs SANDBOX_DATABASE_URL=postgresql+psycopg://")


def test_the_banner_names_the_urls_and_a_first_call() -> None:
    said = banner(Settings(port=8811))
    assert "http://127.0.0.1:8811/docs/" in said
    assert "curl -s http://127.0.0.1:8811/v1/auth/tenant/access-token" in said
    assert "tenant1-secret" in said
    assert max(map(len, said.splitlines())) <= 90


def test_the_banner_keeps_quiet_about_clients_that_are_switched_off() -> None:
    assert "tenant1" not in banner(Settings(demo_clients=False))


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:8800"), ("::1", "http://[::1]:8800"), ("localhost", "http://localhost:8800")],
)
def test_the_banner_names_a_url_that_can_be_opened(host: str, url: str) -> None:
    assert f"at {url}\n" in banner(Settings(host=host))


def processors_of(process: subprocess.Popen[bytes]) -> set[frozenset[int]]:
    """Where the threads of the server's worker may be."""
    begun_by = {
        path.parent: path.read_text().rpartition(")")[2].split()[1] for path in Path("/proc").glob("[0-9]*/stat")
    }
    (worker,) = (folder for folder, parent in begun_by.items() if parent == str(process.pid))
    return {frozenset(os.sched_getaffinity(int(thread.name))) for thread in (worker / "task").iterdir()}


@pytest.mark.parametrize(
    ("chosen", "kept"), [({}, True), ({"one_processor": "false"}, False), ({"fsync": "true"}, False)]
)
def test_the_threads_of_a_sandbox_keep_to_one_processor(tmp_path: Path, chosen: dict[str, str], kept: bool) -> None:
    """Where they compute one at a time, and unless it is told otherwise."""
    port = free_port()
    process = start(tmp_path, port, **chosen)
    try:
        wait_until_ready(process, port)
        (where,) = processors_of(process)
        assert where <= os.sched_getaffinity(0)
        assert (len(where) == 1) is kept or len(os.sched_getaffinity(0)) == 1
    finally:
        stop(process)
