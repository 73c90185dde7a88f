"""The fixture `sandbox`, as somebody who has installed the package finds it."""

import re
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT

pytest_plugins = ["pytester"]

PAGE = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def elsewhere(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project of somebody else's, with nothing of this checkout in its way."""
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the others of this environment take their time
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p fibre-sandbox -p no:cacheprovider")
    return pytester


def test_the_examples_of_the_page_pass_as_they_stand(elsewhere: pytest.Pytester) -> None:
    assert len(EXAMPLES) == 3
    elsewhere.makepyfile(**{f"test_{number}": example for number, example in enumerate(EXAMPLES)})
    seen = elsewhere.runpytest_subprocess("-W", "error", "--strict-markers")
    assert (seen.ret, seen.parseoutcomes()["passed"]) == (0, 3)


TELLS = """
import json
from pathlib import Path

import pytest

def tell(sandbox, name):
    order = sandbox.tenant.place("ORDER_SUCCESSFUL")
    sandbox.drain()
    seen = [sandbox.tenant.inbox(), sandbox.tenant.order(order["id"]), sandbox.now]
    Path(name).write_text(json.dumps(seen))

@pytest.mark.sandbox(real="2027-06-07T10:00:00Z")
@pytest.mark.parametrize("n", range(4))
def test_tell(sandbox, n):
    tell(sandbox, f"told-{n}.json")
"""


def test_a_test_sees_the_same_bytes_anywhere(elsewhere: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signatures among them: on two workers, and alone in another process with another hash seed."""
    elsewhere.makepyfile(test_told=TELLS)
    told: list[list[bytes]] = []
    for seed, options in (("1", ["-p", "xdist", "-n", "2"]), ("2", ["-k", "3 or 1"])):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        seen = elsewhere.runpytest_subprocess(*options)
        assert (seen.ret, seen.parseoutcomes()["passed"]) == (0, 2 if "-k" in options else 4)
        told.append([(elsewhere.path / f"told-{n}.json").read_bytes() for n in range(4)])
    assert told[0] == told[1]
    assert len(set(told[0])) == 4
    assert b"webhook-signature" in told[0][0]


APART = """
import pytest

@pytest.mark.parametrize("n", range(3))
def test_number_one(sandbox, n):
    assert sandbox.tenant.place(supplier="CEDAR")["id"] == 1
    assert sandbox.now == "2027-06-07T09:00:00.000Z"
    sandbox.advance("P30D")

def test_what_an_endpoint_raises_is_raised(sandbox):
    def broken(delivery):
        raise ValueError(delivery.kci["sequenceNumber"])

    sandbox.on_kci(broken)
    sandbox.tenant.place(supplier="CEDAR")
    with pytest.raises(ValueError, match="1"):
        sandbox.drain()
    assert sandbox.tenant.order(1)["updates"][0]["deliveryStatus"] == "PENDING"

@pytest.mark.sandbox(gap=30, start="2030-01-01T00:00:00Z")
def test_marked(sandbox):
    clock = sandbox.tenant.get("/_sandbox/clock")
    assert (clock["gap"], clock["now"], clock["rate"]) == (30, "2030-01-01T00:00:00.000Z", 0)

def test_nobody_uses_it():
    pass
"""


def test_every_test_has_a_world_of_its_own(elsewhere: pytest.Pytester) -> None:
    elsewhere.makepyfile(test_apart=APART)
    seen = elsewhere.runpytest_subprocess("--strict-markers")
    assert (seen.ret, seen.parseoutcomes()["passed"]) == (0, 6)


def test_whoever_does_not_use_it_waits_for_nothing(elsewhere: pytest.Pytester) -> None:
    """The plugin is loaded with every pytest; the sandbox is not."""
    elsewhere.makepyfile(
        test_light="import sys\n\n\ndef test_light():\n    assert not {'flask', 'sqlalchemy'} & set(sys.modules)\n"
    )
    seen = elsewhere.runpytest_subprocess()
    assert (seen.ret, seen.parseoutcomes()["passed"]) == (0, 1)


def test_nothing_is_left_behind(elsewhere: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    elsewhere.makepyfile(test_one="def test_one(sandbox):\n    sandbox.tenant.place(supplier='CEDAR')\n")
    seen = elsewhere.runpytest_subprocess()
    assert (seen.ret, seen.parseoutcomes()["passed"]) == (0, 1)
    assert [each.name for each in folder.iterdir() if not each.name.startswith("pytest")] == []
