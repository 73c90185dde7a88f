"""Two targets are compared field by field."""

from typing import Any

import pytest

from sandbox.conformance.drift import differences
from tests.broken import gateway
from tests.broken.playing import Outcome

pytestmark = pytest.mark.xdist_group("broken")


def said(outcome: Outcome) -> Any:
    return next(each["said"] for each in outcome.events if each["event"] == "said")


def test_two_runs_against_one_build_do_not_differ() -> None:
    first, second = gateway.examined(), gateway.examined()
    assert differences(said(first), said(second)) == []
    assert len(said(first)) > 20


def test_a_member_that_only_one_of_them_has_is_told() -> None:
    first, second = gateway.examined(), gateway.examined(gateway.BREAKS["GAT-032"])
    assert differences(said(first), said(second)) == ["handleGetOrder 1 /supplier: str / nothing"]


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"": "200"}, {"": "201"}, ["a 1 status: 200 / 201"]),
        ({"/status": "HELD"}, {"/status": "PENDING"}, ["a 1 /status: HELD / PENDING"]),
        ({"/id": "int"}, {"/id": "int"}, []),
    ],
)
def test_what_differs_is_told_with_both_sides(one: dict[str, str], other: dict[str, str], told: list[str]) -> None:
    assert differences([{"label": "a 1", "fields": one}], [{"label": "a 1", "fields": other}]) == told


def test_what_only_one_has_is_told() -> None:
    assert differences([{"label": "KCI 4", "fields": {}}], []) == ["KCI 4: only the first has it"]
