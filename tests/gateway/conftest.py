"""An order with a supplier that speaks when the test says so."""

import pytest

from sandbox.app import Sandbox
from tests.gateway.supplying import Supplier, silent_order
from tests.support.sandboxes import Tenant, in_process


@pytest.fixture
def supplier(sandbox: Sandbox, tenant: Tenant) -> Supplier:
    """ALDER in the tenant's world, with one order that it has taken with a 202."""
    return Supplier(in_process(sandbox), silent_order(tenant)).sign_in()
