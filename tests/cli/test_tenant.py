"""`sandbox tenant`: signing up, and looking after what one has, at a served sandbox."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from sandbox.cli import main
from tests.support.processes import over_http, served
from tests.support.sandboxes import Tenant


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served sandbox."""
    with served(tmp_path_factory.mktemp("served")) as served_at:
        yield served_at


def run(url: str, *arguments: str) -> Result:
    """The outcome of `sandbox tenant`."""
    return CliRunner().invoke(main, ["tenant", *arguments, "--url", url])


def test_whoever_signs_up_is_told_its_credentials_once(url: str) -> None:
    """They open the sandbox; and a rotation and a revocation end them."""
    seen = run(url, "create", "--title", "Mine", "--supplier", "CEDAR", "--gap", "5")
    assert (seen.exit_code, seen.stderr) == (0, "")
    first, *told = seen.stdout.splitlines()
    code = first.split()[0]
    assert "orders from CEDAR in world W" in first
    client_id, secret = (told[line].split()[1] for line in (1, 2))
    tenant = Tenant(over_http(url), client_id, secret=secret, code=code).sign_in()
    assert tenant.get("/_sandbox/clock")["gap"] == 5
    as_owner = ("--client-id", client_id, "--client-secret", secret)
    assert code in run(url, "list", *as_owner).stdout
    rotated = run(url, "rotate", code, client_id, *as_owner)
    new = rotated.stdout.split()[3]
    assert "unknown client_id or wrong client_secret" in run(url, "list", *as_owner).stderr
    as_owner = ("--client-id", client_id, "--client-secret", new)
    revoked = run(url, "revoke", code, client_id, *as_owner)
    assert (revoked.exit_code, revoked.stdout) == (0, f"{client_id} opens nothing any more.\n")
    assert run(url, "list", *as_owner).exit_code == 2


def test_a_program_reads_the_answer_whole(url: str) -> None:
    """And a partner's second tenant is its partner's."""
    first = json.loads(run(url, "create", "--json", "--realistic", "--seed", "spring").stdout)
    client = first["client"]
    as_partner = ("--client-id", client["id"], "--client-secret", client["secret"])
    second = json.loads(run(url, "create", "--json", *as_partner).stdout)
    assert second["partner"] == first["partner"]
    assert second["world"] != first["world"]
    third = json.loads(run(url, "create", "--json", "--world", first["world"], *as_partner).stdout)
    assert (third["partner"], third["world"]) == (first["partner"], first["world"])
    assert "/world: you have no world of this name" in run(url, "create", "--world", first["world"]).stderr


def test_what_cannot_be_had_is_one_line_and_exit_code_2(url: str) -> None:
    seen = run(url, "create", "--supplier", "NOBODY")
    assert (seen.exit_code, seen.stdout, seen.stderr.count("\n")) == (2, "", 1)
    assert "there is no fake NOBODY" in seen.stderr
