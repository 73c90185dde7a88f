"""Which scenario a fake plays."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.errors import invalid
from sandbox.domain.scenarios import Choice, Scenario, choose_by
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts

_NO_DISORDER = (
    "X-Scenario: there is no disorder on the way to an inbox, where KCIs are left in order: "
    "choose another scenario, or order as a tenant, by POST /v1/service-orders"
)


def chosen(
    parts: Parts,
    tenant: str,
    headers: Mapping[str, Any],
    supplier: Supplier,
    kind: str = "order",
    *,
    appointed: bool = True,
    gone: bool = False,
    inbox: str = "",
) -> tuple[Scenario, Choice]:
    """What X-Scenario and the like among these headers choose for a request of this kind of this tenant's.

    With `gone` it may be a scenario that the tenant has taken away since. `inbox` is whose the KCIs are left in where
    no gateway listens. Raises INVALID_REQUEST with everything that is wrong.
    """
    scenarios = parts.own.scenarios(tenant, headers, gone=gone)
    choice = choose_by(scenarios, headers, supplier, kind, appointed=appointed)
    if inbox and choice.faults:
        raise invalid(_NO_DISORDER)
    return scenarios[choice.scenario], choice
