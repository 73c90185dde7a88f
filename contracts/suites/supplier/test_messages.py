"""What a supplier's KCIs must be, one at a time and each for itself."""

import pytest


def pytest_generate_tests(metafunc):
    """One test for every rule of a message."""
    if "message_rule" in metafunc.fixturenames:
        rules = metafunc.config.stash["message rules"]
        cases = [pytest.param(each, id=each, marks=pytest.mark.requirement(each)) for each in rules]
        metafunc.parametrize("message_rule", cases)


def test_every_message_keeps_the_rule(message_rule, heard, judge, expect):
    """The rule says which messages it is about, and what is wrong with one."""
    about = [each for each in heard if judge.applies(message_rule, each)]
    for each in expect.given(about, "no KCI came that this is about"):
        wrong = judge.wrong(message_rule, each)
        got = wrong.message if wrong else ""
        expect(wrong is None, each, at=wrong.pointer if wrong else "", expected=judge.sentence(message_rule), got=got)
