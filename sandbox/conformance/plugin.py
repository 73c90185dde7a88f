"""The pytest plugin: the examiners' fixtures, and a verdict for each requirement that a test names.

`pytest -p sandbox.conformance.plugin FOLDER --conform-profile FILE` is a run in a partner's own CI; `sandbox conform`
does the same in a process of its own and makes reports of it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from sandbox.conformance import shapes, told
from sandbox.conformance.coverage import coverage_of
from sandbox.conformance.drift import said_by
from sandbox.conformance.exchange import Exchange
from sandbox.conformance.expect import Expect
from sandbox.conformance.guest import Guest, arrive
from sandbox.conformance.handing import Hand, published_examples
from sandbox.conformance.inbox import Ear, Inbox, serve
from sandbox.conformance.inventing import Invented, invented
from sandbox.conformance.judge import Judge
from sandbox.conformance.party import Party
from sandbox.conformance.profile import Profile, profile_from
from sandbox.conformance.realtime import first_number
from sandbox.conformance.setup import DOCUMENTS, Setup
from sandbox.conformance.verdicts import (
    FAILED,
    NOT_APPLICABLE,
    NOT_OBSERVED,
    NOT_TESTED,
    PASSED,
    Finding,
    NotApplicable,
    Said,
    Verdict,
)
from sandbox.conformance.verdicts import Violated as Violation

MARK = "requirement"
_EXPECT = pytest.StashKey[Expect]()


class Conformance:
    """The plugin of one run."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.parties: list[Party] = []
        self.ears: list[Ear] = []

    # ---- fixtures ----------------------------------------------------------------------------------------------------
    @pytest.fixture(scope="session")
    def profile(self) -> Profile:
        """What the partner says of its system."""
        return self.setup.profile

    @pytest.fixture(scope="session")
    def party(self) -> Party:
        """The system under test."""
        made = self.setup.party()
        self.setup.greet(made)
        self.parties.append(made)
        return made

    @pytest.fixture(scope="session")
    def ear(self, party: Party) -> Ear | None:
        """What the party's KCIs come in by."""
        made = self.setup.ear(party)
        if made is not None:
            self.ears.append(made)
        return made

    @pytest.fixture(scope="session")
    def numbers(self) -> Iterator[int]:
        """Numbers that no earlier run has used."""
        return iter(range(first_number(), 10**12))

    @pytest.fixture(scope="session")
    def deliver(self, party: Party) -> Hand:
        """Hands KCIs to a tenant's endpoint."""
        return Hand(party, self.setup.profile.signing)

    @pytest.fixture(scope="session")
    def signed(self) -> bool:
        """Whether the KCIs are signed."""
        return self.setup.profile.signing is not None

    @pytest.fixture(scope="session")
    def examples(self) -> dict[str, Any]:
        """The published KCIs by name."""
        return published_examples()

    @pytest.fixture(scope="session")
    def supplier_party(self, party: Party) -> Party | None:
        """The gateway under test, as the profile's supplier calls it; None without its credentials."""
        known = self.setup.profile.supplier or {}
        if "auth" not in known:
            return None
        made = self.setup.party("supplier-updates", auth=known["auth"])
        self.parties.append(made)
        return made

    @pytest.fixture(scope="session")
    def guest(self, party: Party) -> Iterator[Guest]:
        """A tenant of the run's own, where the party is a sandbox, with a callback that this process listens at."""
        profile, inbox = self.setup.profile, Inbox()
        if profile.sandbox is None:
            raise NotApplicable("the profile does not say that the target is a sandbox")
        self.setup.endings.append(serve(inbox, "127.0.0.1", 0))

        def as_client(name: str, secret: str) -> Party:
            known = {"kind": "oauth2", "tokenUrl": profile.auth.get("tokenUrl", "")}
            return self.setup.party(auth={**known, "clientId": name, "clientSecret": secret})

        made = arrive(profile.sandbox["control"], as_client, inbox, self.setup.party(auth={"kind": "none"}))
        yield made
        with suppress(Said):
            made.leave()

    @pytest.fixture(scope="session")
    def pass_time(self, party: Party) -> Callable[[], None]:
        """Lets all that is to come happen at once, where the target is a sandbox; else time passes by itself."""
        known = self.setup.profile.sandbox

        def drain() -> None:
            if known is not None:
                headers = {"Authorization": party.token() or ""}
                party.send("drainClock", "POST", f"{known['control']}/clock/drain", [], headers, None)

        return drain

    @pytest.fixture(scope="session")
    def violations(self) -> Callable[[Any], list[shapes.Wrong]]:
        """What is wrong with a KCI to a tenant, by its document."""
        return lambda kci: shapes.body_violations("tenant-updates", "handleKci", kci)

    @pytest.fixture(scope="session")
    def by_hand(self) -> Callable[[str], None]:
        """Tells the person who watches the run what to do now."""
        return lambda text: self.setup.tell({"event": "hand", "text": text})

    @pytest.fixture(scope="session")
    def documented(self) -> Callable[[str, int], bool]:
        """Whether an operation of the target may answer with a status."""
        name = DOCUMENTS[self.setup.profile.suite]
        return lambda operation, status: shapes.documented(name, operation, status)

    @pytest.fixture(scope="session")
    def judge(self) -> Judge:
        """The rules that one KCI can show to be broken."""
        return Judge(self.setup.catalogue)

    @pytest.fixture(scope="session")
    def made_up_requests(self) -> Callable[..., list[Invented]]:
        """Requests that are made up from the target's document, right or wrong; none where the profile wants none."""
        profile = self.setup.profile
        about = (DOCUMENTS[profile.suite], profile.examples, self.setup.seed, profile.offers)

        def make(how: str, parts: Mapping[str, str]) -> list[Invented]:
            document, examples, seed, offers = about
            return list(invented(document, how, examples, seed, offers, parts)) if examples else []

        return make

    @pytest.fixture(scope="session")
    def play_all(self) -> Callable[..., None]:
        """Plays every remembered part of some dialogues, so that what was said can be looked at as a whole."""
        return play_all

    @pytest.fixture
    def expect(self, request: pytest.FixtureRequest) -> Expect:
        """The checker of this test."""
        made = Expect()
        request.node.stash[_EXPECT] = made
        return made

    # ---- what is run, and what came of it ----------------------------------------------------------------------------
    def pytest_configure(self, config: pytest.Config) -> None:
        """Tell pytest the marker, and the examiners which rules there are for single messages."""
        config.stash["message rules"] = list(told.BY_REQUIREMENT)  # type: ignore[index]
        config.addinivalue_line("markers", f"{MARK}(id): what the test proves")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what was not asked for."""
        kept = [item for item in items if not self.setup.only or self.setup.only & set(requirements(item))]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
        planned = sorted({each for item in kept for each in requirements(item) if self._wanted(each)})
        self.setup.tell({"event": "plan", "requirements": planned, "tests": len(kept)})

    def _wanted(self, requirement: str) -> bool:
        return not self.setup.only or requirement in self.setup.only

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Say what came of a test; to pytest, what was not observed or does not apply counts as skipped.

        Pytest's own report would explain at length, and slowly, where in the suite a finding was raised.
        """
        error = call.excinfo.value if call.excinfo else None
        if call.when == "teardown" or (call.when == "setup" and error is None):
            return None
        verdict = self._verdict(item, error)
        for each in requirements(item):
            if self._wanted(each):
                self.setup.tell({"event": "verdict", "test": item.name, **replace(verdict, requirement=each).to_json()})
        if not isinstance(error, Said) and not verdict.broken:
            return None
        words = f"{verdict.outcome}: {verdict.reason or error}"
        skipped = verdict.outcome in (NOT_OBSERVED, NOT_APPLICABLE)
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="skipped" if skipped else "failed",
            longrepr=(str(item.path), 0, words) if skipped else words,
            when="setup" if call.when == "setup" else "call",
            duration=call.duration,
        )

    def _verdict(self, item: pytest.Item, error: BaseException | None) -> Verdict:
        expect = item.stash.get(_EXPECT, None)
        checks = expect.checks if expect else 0
        if error is None and not checks:
            return Verdict("", NOT_TESTED, "the test looked at nothing", broken=True)
        if error is None:
            return Verdict("", PASSED, checks=checks)
        if isinstance(error, Violation):
            return Verdict("", FAILED, finding=error.finding, checks=checks)
        if isinstance(error, Said):
            return Verdict("", error.outcome, str(error), checks=checks)
        if isinstance(error, pytest.skip.Exception):
            return Verdict("", NOT_OBSERVED, str(error), checks=checks)
        if isinstance(error, AssertionError):
            return Verdict("", FAILED, finding=Finding("", "what the test asserts", str(error)[:300]), checks=checks)
        return Verdict("", NOT_TESTED, f"the suite failed: {type(error).__name__}: {error}", broken=True)

    def pytest_sessionfinish(self) -> None:
        """Tell what was met, and let go of everything."""
        said: list[Exchange] = [each for party in self.parties for each in party.exchanges]
        heard = [each for ear in self.ears for each in ear.messages()]
        self.setup.tell({"event": "coverage", **coverage_of(said, heard)})
        build = self.setup.profile.build or next((each.answer_headers.get("server", "") for each in said), "")
        self.setup.tell({"event": "target", "build": build})
        self.setup.tell({"event": "said", "said": said_by(said, heard)})
        self.setup.close()


def play_all(*dialogues: Any) -> None:
    """Bring about whatever these remember. What cannot be brought about is told by the test that is about it."""
    for dialogue in dialogues:
        for name, part in vars(type(dialogue)).items():
            if isinstance(part, cached_property):
                with suppress(Exception):
                    getattr(dialogue, name)


def requirements(item: pytest.Item) -> list[str]:
    """The requirements that a test names."""
    return [str(mark.args[0]) for mark in item.iter_markers(MARK)]


# ---- as a plugin of a plain pytest ----------------------------------------------------------------------------------
def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a run by plain pytest."""
    group = parser.getgroup("conformance")
    group.addoption("--conform-profile", metavar="FILE", help="what the partner's system is (YAML)")
    group.addoption("--conform-only", metavar="IDS", default="", help="only these requirements, with commas")
    group.addoption("--conform-seed", type=int, default=1, help="chooses the examples")


def pytest_configure(config: pytest.Config) -> None:
    """Set up the run that the options describe."""
    from sandbox.spec.library import UnusableFileError
    from sandbox.spec.requirements import load_profile
    from sandbox.spec.yamlfile import UnreadableFileError

    name = config.getoption("--conform-profile")
    if not name:
        raise pytest.UsageError("--conform-profile FILE says which system to test")
    only = frozenset(filter(None, config.getoption("--conform-only").split(",")))
    try:
        profile = profile_from(load_profile(Path(name)))
    except (OSError, UnreadableFileError, UnusableFileError) as error:
        raise pytest.UsageError(f"the profile cannot be used: {error}") from error
    made = Conformance(Setup(profile, seed=config.getoption("--conform-seed"), only=only))
    config.pluginmanager.register(made, "conformance-run")


def run(setup: Setup, folder: Path, *options: Any) -> int:
    """The examiners of a folder, in this process, without pytest's own reports; pytest's exit code."""
    quiet = ("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:logging", "-p", "no:warnings", "--capture=no")
    loner = ("-c", str(folder / "pytest.ini"), "--rootdir", str(folder), "--import-mode=prepend", "-p", "no:xdist")
    return int(pytest.main([str(folder), *quiet, *loner, *options], plugins=[Conformance(setup)]))
