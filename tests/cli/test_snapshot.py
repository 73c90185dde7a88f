"""`sandbox snapshot`, and `sandbox reset --to` it."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from sandbox.cli import main
from tests.support.processes import over_http, served
from tests.support.sandboxes import Tenant


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served sandbox, its worlds beginning on a day of the calendar that is known."""
    with served(tmp_path_factory.mktemp("served"), world_start="2027-06-07T09:00:00Z") as served_at:
        yield served_at


def run(url: str, *arguments: str) -> Result:
    """The outcome of a command."""
    return CliRunner().invoke(main, [*arguments, "--url", url])


def test_a_world_is_kept_listed_gone_back_to_and_forgotten(url: str) -> None:
    tenant = Tenant(over_http(url)).sign_in()
    tenant.call("PUT", "/_sandbox/clock", json={"rate": 0})
    assert run(url, "snapshot").stdout == "There are no snapshots: `sandbox snapshot NAME` takes one.\n"
    now = tenant.advance("P1D")["now"]
    kept = run(url, "snapshot", "before")
    assert (kept.exit_code, kept.stdout) == (
        0,
        f"before keeps the world as it is at {moment(now)} UTC. Back to it: sandbox reset --to before\n",
    )
    tenant.advance("P3D")
    back = run(url, "reset", "--to", "before")
    assert back.stdout.startswith(f"DEMO1 went back to before, in epoch 2. It is {moment(now)} UTC.\n")
    assert tenant.get("/_sandbox/clock")["now"] == now
    listed = run(url, "snapshot").stdout
    assert "before" in listed
    assert moment(now) in listed
    assert run(url, "snapshot", "before", "--delete").stdout == "before is deleted.\n"
    assert run(url, "reset", "--to", "before").exit_code == 2


def test_one_of_a_shared_world_is_listed_without_its_size(url: str) -> None:
    third = ("--client-id", "tenant3")
    assert run(url, "snapshot", "ours", *third).exit_code == 0
    listed = run(url, "snapshot", *third)
    assert (listed.exit_code, "ours" in listed.stdout) == (0, True)


def moment(text: str) -> str:
    """World time of that Tuesday as the commands tell it."""
    return f"Tue 08 Jun 2027 {text[11:19]}"


def test_what_is_wrong_is_one_line_and_exit_code_2(url: str) -> None:
    for arguments in (["snapshot", "a b"], ["snapshot", "gone", "--delete"], ["reset", "--to", "gone"]):
        seen = run(url, *arguments)
        assert (seen.exit_code, seen.stdout, seen.stderr.count("\n")) == (2, "", 1)
