"""Rules of faults: which calls they are about, how often they strike, and when they end."""

from typing import Any

import pytest

from sandbox.domain.errors import Problem
from sandbox.domain.wirefaults import DEEDS, LEGS, Occasion, delay_of, ended, matches, rule_from, strikes

DROP = {"kind": "drop"}
ORDER = Occasion("tenant", "POST /service-orders", "/service-orders", "same")
READ = Occasion("tenant", "GET /service-orders/{id}", "/service-orders/17", "same")
TOLD = Occasion("callback", "POST /kcis", "/kcis", "same", "ALDER", "COMPLETED")


def struck(calls: int, **schedule: Any) -> list[int]:
    """Which of so many calls, all different, a rule strikes until it has ended."""
    rule = rule_from({"do": DROP, **schedule})
    done: list[int] = []
    for number in range(1, calls + 1):
        if not ended(rule, len(done), 0) and strikes(rule, number, 0, "seed"):
            done.append(number)
    return done


@pytest.mark.parametrize(
    ("schedule", "numbers"),
    [
        ({}, [1]),
        ({"next": 3}, [1, 2, 3]),
        ({"nth": 4}, [4]),
        ({"every": 5}, [5, 10]),
        ({"every": 2, "times": 3}, [2, 4, 6]),
        ({"next": 5, "times": 2}, [1, 2]),
    ],
)
def test_what_is_exact(schedule: dict[str, Any], numbers: list[int]) -> None:
    assert struck(12, **schedule) == numbers


def test_chance_is_the_seeds_alone() -> None:
    drawn = struck(1_000, percent=30)
    assert drawn == struck(1_000, percent=30)
    assert drawn != struck(1_000, percent=30, seed="another")
    assert 250 < len(drawn) < 350


def test_no_request_is_struck_more_often_running_than_the_rule_says() -> None:
    rule = rule_from({"do": DROP, "percent": 100, "inARow": 3})
    assert [strikes(rule, 1 + failed, failed, "seed") for failed in range(5)] == [True, True, True, False, False]


def test_a_rule_ends_at_its_moment() -> None:
    rule = rule_from({"do": DROP, "every": 1, "until": "2027-01-15T08:00:00Z"})
    assert [ended(rule, 0, now) for now in (1_799_999_999_999, 1_800_000_000_000)] == [False, True]


@pytest.mark.parametrize(
    ("match", "met"),
    [
        ({}, [ORDER, READ]),
        ({"call": "POST /service-orders"}, [ORDER]),
        ({"call": "GET /service-orders/{id}"}, [READ]),
        ({"call": "GET /service-orders/17"}, [READ]),
        ({"call": "GET /service-orders/18"}, []),
        ({"leg": "callback"}, [TOLD]),
        ({"leg": "callback", "kci": "COMPLETED", "supplier": "ALDER"}, [TOLD]),
        ({"leg": "callback", "kci": "COMMITTED"}, []),
        ({"leg": "callback", "supplier": "BIRCH"}, []),
    ],
)
def test_which_calls_it_is_about(match: dict[str, Any], met: list[Occasion]) -> None:
    rule = rule_from({"match": match, "do": DROP})
    assert [each for each in (ORDER, READ, TOLD) if matches(rule, each)] == met


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"do": DROP, "next": 1, "every": 2}, "/every: send one of next, nth, every, percent, not 2"),
        ({"do": DROP, "inARow": 2}, "/inARow: goes with percent: nothing else is left to chance"),
        ({"do": {"kind": "malformed"}, "when": "before"}, "/when: malformed happens after the work, not before"),
        (
            {"do": {"kind": "wrong_signature"}},
            "/match/leg: wrong_signature is for callback, not for tenant",
        ),
        (
            {"do": {"kind": "delay", "limit": "over"}},
            "/do/limit: here the caller is the one that waits, and knows its limit: send milliseconds",
        ),
        ({"match": {"kci": "UPDATE"}, "do": DROP}, "/match/kci: a KCI is posted on the legs updates and callback"),
        (
            {"match": {"supplier": "ALDER"}, "do": DROP},
            "/match/supplier: a tenant calls the gateway: name a supplier with another leg",
        ),
    ],
)
def test_what_never_comes_together_is_refused(rule: dict[str, Any], told: str) -> None:
    with pytest.raises(Problem) as refused:
        rule_from(rule)
    assert refused.value.messages == (told,)


def test_a_limit_is_kept_or_overstepped_by_a_twentieth() -> None:
    assert [delay_of({"limit": side}, 10_000) for side in ("under", "over")] == [9_500, 10_500]


@pytest.mark.parametrize("name", DEEDS)
def test_every_deed_explains_itself(name: str) -> None:
    deed = DEEDS[name]
    assert deed.title
    assert deed.doc.endswith(".")
    assert set(deed.legs) <= set(LEGS)
    call = {"call": "POST /service-orders"} if deed.name == "disorder" else {}
    assert rule_from({"match": {"leg": deed.legs[-1], **call}, "do": deed.example}).deed is deed
