"""Targets that cannot be examined end in a clear cause for every requirement, in time."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from sandbox.conformance.profile import Profile
from sandbox.conformance.setup import Setup
from sandbox.conformance.verdicts import NOT_APPLICABLE, NOT_TESTED
from tests.broken.playing import EVERYTHING, Outcome, examine
from tests.support.partner import Asked, Reaction, make_authority, open_partner
from tests.support.processes import free_port

pytestmark = pytest.mark.xdist_group("broken")

ADDRESS = {"id": "999000000001", "type": "UPRN"}


def examined(url: str, **more: Any) -> Outcome:
    profile = Profile(
        "supplier", "hopeless", url, offers=EVERYTHING, addresses=(ADDRESS,), answer=0.5, examples=0, **more
    )
    return examine(Setup(profile))


def expect_cause(outcome: Outcome, words: str) -> None:
    """Nothing could be tested, and every requirement says why."""
    assert outcome.verdicts
    assert {each["outcome"] for each in outcome.verdicts.values()} <= {NOT_TESTED, NOT_APPLICABLE}
    reasons = {each["reason"] for each in outcome.verdicts.values() if each["outcome"] == NOT_TESTED}
    assert len(reasons) == 1
    assert words in reasons.pop()
    assert not [name for name, each in outcome.verdicts.items() if each.get("broken")]


def test_nobody_is_there() -> None:
    expect_cause(examined(f"http://127.0.0.1:{free_port()}"), "cannot be reached")


def test_no_token_is_given() -> None:
    with open_partner() as system:
        system.otherwise = lambda _asked: Reaction(400, {"error": "invalid_client"})
        auth = {"kind": "oauth2", "tokenUrl": f"{system.url}/token", "clientId": "me", "clientSecret": "wrong"}
        outcome = examined(system.url, auth=auth)
    expect_cause(outcome, "wrong credentials? ")
    assert "wrong'" not in str(outcome.verdicts)


def test_the_token_opens_nothing() -> None:
    with open_partner() as system:
        system.otherwise = lambda _asked: Reaction(401)
        expect_cause(examined(system.url, auth={"kind": "bearer", "token": "t"}), "wrong credentials: ")


def test_it_hangs() -> None:
    with open_partner() as system:
        system.otherwise = system.silent
        outcome = examined(system.url)
        system.closing.set()
    expect_cause(outcome, "did not answer within 0.5 s")


def test_it_sends_without_end() -> None:
    with open_partner() as system:
        system.otherwise = lambda _asked: Reaction(200, b"x" * 6_000_000)
        expect_cause(examined(system.url), "more than 5 MB")


def test_its_certificate_is_nobodys(tmp_path: Path) -> None:
    pair = make_authority().issue("127.0.0.1")
    (tmp_path / "both.pem").write_text(pair.certificate + pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    with open_partner(context) as system:
        expect_cause(examined(system.url), "TLS")


def test_no_address_is_named() -> None:
    expect_cause(examine(Setup(Profile("supplier", "hopeless", "http://127.0.0.1:1"))), "names no address")


def test_it_stops_answering_in_the_middle() -> None:
    """What was answered before is judged; three failures in a row are enough."""

    def answer(asked: Asked) -> Reaction:
        if len(system.asked) > 2:
            return system.silent(asked)
        return Reaction(200, {"address": {"identifier": ADDRESS}, "unavailabilityReasons": [{"code": "X"}]})

    with open_partner() as system:
        system.otherwise = answer
        outcome = examined(system.url)
        system.closing.set()
    assert "SUP-030" in outcome.named(NOT_TESTED)
    assert "SUP-021" in outcome.named("passed")
    assert len(system.asked) == 2 + 3
