"""Whatever comes, the answer is a documented one, and the sandbox works on."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wire.asking import EVERY, WITH_BODY, WITH_JSON, Asked, Asker, objects, sound

SHORT = settings(
    derandomize=True, database=None, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck)
)
LONG = settings(SHORT, max_examples=2000)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
HEADER_TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), TEXT,
    st.sampled_from([0, -1, 1e308, 10**30, "2027-06-14T07:00:00Z", "2999-12-31T23:59:60Z", "P9999D", "1001", "ALDER"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXT, children, max_size=4),
    max_leaves=8,
)


def spoilt(asked: Asked) -> st.SearchStrategy[Any]:
    """The sound body with a few members, anywhere in it, replaced by anything, or gone."""
    places = [(place, member) for place, target in objects(asked.body) for member in target]
    changes = st.lists(st.tuples(st.sampled_from(places), VALUES | st.just(...)), min_size=1, max_size=3)

    def apply(chosen: list[tuple[tuple[str, str], Any]]) -> Any:
        body = deepcopy(asked.body)
        for (place, member), value in chosen:
            target = dict(objects(body)).get(place, {})
            if value is ...:
                target.pop(member, None)
            else:
                target[member] = value
        return body

    return changes.map(apply)


def as_json(value: Any) -> bytes:
    """JSON, with NaN and the like, as a careless client writes it."""
    return json.dumps(value).encode("utf-8", "surrogatepass")


def bodies(asked: Asked) -> st.SearchStrategy[bytes]:
    """Bytes, values and, where the sound body has members, bodies that are almost right."""
    almost = spoilt(asked).map(as_json) if asked.body else st.nothing()
    return st.binary(max_size=200) | VALUES.map(as_json) | almost


def parameters(asked: Asked) -> st.SearchStrategy[Asked]:
    """The sound request with odd headers and an odd query."""
    headers = [each.name for each in asked.operation.parameters if each.place == "header"]
    names = [each.name for each in asked.operation.parameters if each.place == "query"]
    values = TEXT | VALUES.map(lambda value: as_json(value).decode()) | st.lists(TEXT, max_size=3)
    odd_headers = st.dictionaries(st.sampled_from([*headers, "Accept", "Expect", "Range", "X-Odd"]), HEADER_TEXT)
    odd_query = st.dictionaries(st.sampled_from([*names, "", "x"]), values, max_size=3)
    return st.builds(
        lambda more, query: replace(asked, headers=asked.headers | more, query={**asked.query, **query}),
        odd_headers,
        odd_query,
    )


def try_bodies(asker: Asker, name: str, operation: str, how: settings) -> None:
    asked = sound(name, operation)
    run(how, bodies(asked), lambda raw: replace(asked, raw=raw), asker)


def try_parameters(asker: Asker, name: str, operation: str, how: settings) -> None:
    run(how, parameters(sound(name, operation)), lambda asked: asked, asker)


def run(how: settings, values: st.SearchStrategy[Any], make: Callable[[Any], Asked], asker: Asker) -> None:
    """Ask with each; the asker fails at any answer that is not documented."""

    @how
    @given(values)
    def each(value: Any) -> None:
        answer = asker.ask(make(value))
        assert answer.status_code != 404 or b"NOT_FOUND" in answer.data

    each()


@pytest.mark.parametrize(("name", "operation"), WITH_JSON)
def test_any_body_gets_a_documented_answer(asker: Asker, name: str, operation: str) -> None:
    try_bodies(asker, name, operation, SHORT)
    check_alive(asker)


@pytest.mark.parametrize(("name", "operation"), EVERY)
def test_any_parameter_gets_a_documented_answer(asker: Asker, name: str, operation: str) -> None:
    try_parameters(asker, name, operation, SHORT)
    check_alive(asker)


@pytest.mark.prove
@pytest.mark.parametrize(("name", "operation"), EVERY)
def test_thousands_of_requests_get_documented_answers(asker: Asker, name: str, operation: str) -> None:
    if (name, operation) in WITH_BODY:
        try_bodies(asker, name, operation, LONG)
    try_parameters(asker, name, operation, LONG)
    check_alive(asker)


def check_alive(asker: Asker) -> None:
    """Whatever the world has been through, a reset included, its fakes still answer."""
    answer = asker.ask(sound("tenant", "handleAvailabilityCheck"))
    assert answer.status_code == 200
    answered = {each["supplier"] for each in answer.get_json() if "serviceSpecifications" in each}
    assert answered >= {"ALDER", "BIRCH", "CEDAR"}
