"""Which scenario a fake plays."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.scenarios import Choice, Scenario, choose_by
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts


def chosen(
    parts: Parts,
    tenant: str,
    headers: Mapping[str, Any],
    supplier: Supplier,
    kind: str = "order",
    *,
    appointed: bool = True,
    gone: bool = False,
) -> tuple[Scenario, Choice]:
    """What X-Scenario and the like among these headers choose for a request of this kind of this tenant's.

    With `gone` it may be a scenario that the tenant has taken away since. Raises INVALID_REQUEST with everything that
    is wrong.
    """
    scenarios = parts.own.scenarios(tenant, headers, gone=gone)
    choice = choose_by(scenarios, headers, supplier, kind, appointed=appointed)
    return scenarios[choice.scenario], choice
