from collections.abc import Iterator

import pytest

from sandbox.app import Sandbox
from tests.support.sandboxes import Tenant, in_process, open_sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One for all tests of a module, each of which begins the world anew."""
    opened = open_sandbox(tmp_path_factory.mktemp("places"))
    yield opened
    opened.close()


@pytest.fixture
def tenant(sandbox: Sandbox) -> Tenant:
    found = Tenant(in_process(sandbox), "tenant3").sign_in()
    assert found.call("POST", "/_sandbox/reset")[0] == 200
    return found


@pytest.fixture
def other(sandbox: Sandbox) -> Tenant:
    """Another tenant of the same world."""
    return Tenant(in_process(sandbox), "tenant4").sign_in()
