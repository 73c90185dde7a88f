"""The suites see what they are for: each requirement fails on the system that breaks it, and on no other."""

import pytest

from sandbox.spec.requirements import load_catalogue
from tests.broken import gateway, supplier, tenant
from tests.broken.layer import Break
from tests.broken.matrix import BREAKS, PAGE, page
from tests.broken.playing import Outcome

PROPERTY_BASED = {"SUP-140", "SUP-141"}  # many made-up requests: played alone
SAMPLE = ("SUP-017", "SUP-055", "KCI-011", "KCI-045", "TEN-012", "SBX-001", "SBX-011", "GAT-040")

pytestmark = pytest.mark.xdist_group("broken")


def examined(broken: Break) -> Outcome:
    """What the suite of its requirement says of a broken system."""
    if broken.requirement in tenant.BREAKS:
        return tenant.examined(broken)
    if broken.requirement in gateway.BREAKS:
        return gateway.examined(broken)
    only = frozenset({broken.requirement} if broken.requirement in PROPERTY_BASED else ())
    return supplier.examined(broken, only)


def check_killed(broken: Break) -> None:
    """It fails its own requirement with a finding, and no other than is listed with a reason."""
    outcome = examined(broken)
    expected = {broken.requirement, *broken.trips}
    assert set(outcome.named("failed")) == expected, outcome.verdicts.get(broken.requirement)
    assert outcome.named("could not be tested") == []
    (finding, *_) = outcome.verdicts[broken.requirement]["findings"]
    assert finding["expected"]
    assert all(reason.strip() for reason in broken.trips.values())


def test_every_requirement_has_a_broken_system() -> None:
    assert sorted(BREAKS) == sorted(load_catalogue().requirements)


def test_the_correct_supplier_passes_everything() -> None:
    """And every requirement has a test, which looks at something."""
    outcome = supplier.examined()
    assert set(outcome.verdicts) == set(load_catalogue().of("supplier"))
    assert set(outcome.named("passed")) == set(outcome.verdicts) - PROPERTY_BASED
    assert not [name for name, each in outcome.verdicts.items() if each.get("broken")]


def test_the_same_seed_gives_the_same_verdicts() -> None:
    broken = BREAKS["SUP-017"]
    first, second = (supplier.examined(broken).verdicts for _ in range(2))
    assert {name: each["outcome"] for name, each in first.items()} == {
        name: each["outcome"] for name, each in second.items()
    }


def test_the_correct_tenant_passes_everything() -> None:
    outcome = tenant.examined()
    assert set(outcome.verdicts) == set(load_catalogue().of("tenant"))
    assert set(outcome.named("passed")) == set(outcome.verdicts)


def test_the_sandbox_passes_as_a_gateway() -> None:
    outcome = gateway.examined()
    assert set(outcome.verdicts) == set(load_catalogue().of("gateway"))
    assert set(outcome.named("passed")) == set(outcome.verdicts)


@pytest.mark.parametrize("requirement", SAMPLE)
def test_a_broken_system_is_seen(requirement: str) -> None:
    check_killed(BREAKS[requirement])


@pytest.mark.prove
@pytest.mark.parametrize("requirement", BREAKS)
def test_every_broken_system_is_seen(requirement: str) -> None:
    check_killed(BREAKS[requirement])


def test_the_page_tells_of_all_of_them() -> None:
    assert PAGE.read_text() == page(), "python -m tests.broken.matrix writes it anew"
