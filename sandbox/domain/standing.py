"""How a thing stands at its supplier when a request about it comes in, and what its supplier then refuses."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.domain import lifecycles
from sandbox.domain.suppliers import Supplier

# The status of a thing while a request of this kind is undecided; the first counts where both are.
WAITING: Mapping[str, str] = {
    "cancellation": lifecycles.PENDING_CANCELLATION,
    "amendment": lifecycles.PENDING_AMENDMENT,
}


@dataclass(frozen=True)
class Standing:
    """How a thing stands at its supplier. `kind` is its life cycle: order, test or problem.

    `before` is its status before the requests that are pending, `undecided` the kinds of those requests (amendment,
    cancellation), and `said` the reason codes told about it so far, those among them that an answer stood for.
    """

    kind: str
    status: str
    before: str | None = None
    undecided: tuple[str, ...] = ()
    said: frozenset[str] = frozenset()


def refused(kind: str, supplier: Supplier, standing: Standing) -> str | None:
    """Why the supplier refuses a request of this kind, whatever the scenario; None when it does not.

    Published: most suppliers have a point of no return, and some reject an amendment while another is open.
    """
    last = supplier.point_of_no_return
    if kind == "cancellation" and standing.kind == "order" and last in standing.said:
        return f"{supplier.code} takes no cancellation after {last}: once the service is live it can be ceased"
    if kind == "amendment" and kind in standing.undecided and not supplier.concurrent_amendments:
        return f"{supplier.code} takes one amendment at a time, and another is undecided: wait for its result"
    return None
