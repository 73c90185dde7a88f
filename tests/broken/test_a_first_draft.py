"""A supplier by somebody who has not read everything: the findings alone lead it to a full pass."""

from collections.abc import Iterable

import pytest

from sandbox.conformance.inbox import Inbox
from sandbox.conformance.setup import Setup
from tests.broken.layer import layered, telling
from tests.broken.playing import Outcome, examine, in_process, posting, supplier_profile
from tests.broken.supplier import BREAKS
from tests.foreign.supplier import Supplier

pytestmark = pytest.mark.xdist_group("broken")

# What the draft has got wrong, in answers and in KCIs.
DRAFT = ("SUP-013", "SUP-017", "SUP-042", "SUP-056", "SUP-085", "SUP-112", "KCI-003", "KCI-017", "KCI-020", "KCI-059")


def examined(wrong: Iterable[str]) -> Outcome:
    """What the suite says of the supplier with all of these things wrong at once."""
    supplier, inbox = Supplier(), Inbox("supplier", "supplier-secret")
    app, post = supplier.__call__, posting(inbox)
    for name in wrong:
        app, post = layered(app, BREAKS[name]), telling(post, BREAKS[name])
    inbox.pump = lambda: supplier.speak(post)
    return examine(Setup(supplier_profile(), connect=in_process(app), inbox=inbox))


def test_the_findings_lead_a_first_draft_to_a_full_pass() -> None:
    """Round by round, what the findings name is put right, and nothing else."""
    wrong = list(DRAFT)
    while failed := (outcome := examined(wrong)).named("failed"):
        for name in failed:
            (finding, *_) = outcome.verdicts[name]["findings"]
            assert finding["expected"]
            assert "curl" in finding or "message" in finding, (name, finding)
        named = [name for name in wrong if name in failed]
        assert named, f"no finding leads on: {failed}"
        wrong = [name for name in wrong if name not in named]
    assert wrong == []
    assert outcome.named("could not be tested") == []
