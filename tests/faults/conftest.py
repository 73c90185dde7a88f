"""What the tests of faults share."""

from collections.abc import Callable

import pytest

from sandbox.app import Sandbox
from tests.faults.buyer import Buyer
from tests.support.sandboxes import Json, Tenant

Rule = Callable[..., str]


@pytest.fixture
def rule(tenant: Tenant) -> Rule:
    """Sets a rule of TENANT1's; its name."""

    def set_rule(**members: Json) -> str:
        made: str = tenant.post("/_sandbox/faults", members)["id"]
        return made

    return set_rule


@pytest.fixture
def buyer(sandbox: Sandbox) -> Callable[[str], Buyer]:
    """TENANT1's client, with this bug or none."""

    def make(bug: str) -> Buyer:
        return Buyer(sandbox, bug).sign_in()

    return make
