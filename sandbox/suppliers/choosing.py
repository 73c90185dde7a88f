"""Which scenario a fake plays."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.scenarios import Choice, choose_by
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts


def chosen(
    parts: Parts, headers: Mapping[str, Any], supplier: Supplier, kind: str = "order", *, appointed: bool = True
) -> Choice:
    """What X-Scenario and the like among these headers choose for a request of this kind.

    Raises INVALID_REQUEST with everything that is wrong.
    """
    return choose_by(parts.library.scenarios, headers, supplier, kind, appointed=appointed)
