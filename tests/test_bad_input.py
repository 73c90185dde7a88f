"""Bad input gets the published refusal, says everything that is wrong, and never what somebody's name is.

Every test walks the documents: an operation that is added is tested as it comes.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sandbox.spec.documents import NAMES, Parameter, load_document
from tests.wire import story
from tests.wire.asking import (
    EVERY,
    PREFIXES,
    WITH_JSON,
    Asked,
    Asker,
    code_of,
    named,
    objects,
    open_asker,
    schema_of,
    sound,
    told,
)  # fmt: skip

STRICT = [each for each in WITH_JSON if each[0] in ("tenant", "control")]
CHECKED = "/kci"  # what is wrong with a message that is to be checked is the answer, and no refusal
WRONG_FOR_ANY: list[list[str]] = [[]]  # an array in an array: no documented member is one


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """One sandbox for all: what is refused leaves nothing behind."""
    with open_asker(tmp_path_factory.mktemp("bad")) as opened:
        yield opened


def parameters(place: str) -> list[tuple[str, str, Parameter]]:
    """Every parameter in a place. The Authorization of the token endpoints has tests of its own."""
    return [
        (name, operation, parameter)
        for name, operation in EVERY
        for parameter in load_document(name).operations[operation].parameters
        if parameter.place == place and parameter.name != "Authorization"
    ]


HEADERS = parameters("header")
QUERY = parameters("query")


def is_list(parameter: Parameter) -> bool:
    """Whether it may come more than once."""
    return parameter.kind == "array" and not parameter.is_json


def members() -> list[tuple[str, str, str]]:
    """Every documented member at the top of a JSON body."""
    return [(*each, member) for each in WITH_JSON for member in schema_of(sound(*each))["properties"]]


def required() -> list[tuple[str, str, str]]:
    """Every required member at the top of a JSON body."""
    return [(*each, member) for each in WITH_JSON for member in dict.fromkeys(schema_of(sound(*each))["required"])]


def expect_refusal(asker: Asker, asked: Asked, status: int, code: str, *messages: str) -> None:
    """This status and code; each message stands at the beginning of one that was told."""
    answer = asker.ask(asked)
    assert (answer.status_code, code_of(answer)) == (status, code), answer.data
    for message in messages:
        assert any(each.startswith(message) for each in told(answer)), (message, told(answer))


def test_every_document_has_a_door() -> None:
    assert sorted(PREFIXES) == sorted(NAMES)
    assert len(EVERY) == len({(name, sound(name, operation).operation.id) for name, operation in EVERY})


# ---- what cannot be read: 400 ----------------------------------------------------------------------------------------

MALFORMED = {
    "cut off": b'{"orderType": ',
    "no JSON at all": b"orderType=NEW",
    "two values": b"{} {}",
    "invalid UTF-8": b'{"notes": "\xff\xfe"}',
    "UTF-16": '{"notes": "x"}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "NaN": b'{"notes": NaN}',
    "a number beyond all": b'{"notes": 1e400}',
    "minus infinity": b'{"notes": -Infinity}',
    "lone surrogate": b'{"notes": "\\ud83d"}',
    "U+0000 in a text": b'{"notes": "a\\u0000b"}',
    "U+0000 in a name": b'{"no\\u0000tes": "x"}',
    "U+0000 raw": b'{"notes": "\x00"}',
    "a depth bomb of arrays": b"[" * 100_000,
    "a closed depth bomb": b"[" * 500 + b"]" * 500,
    "a depth bomb of objects": b'{"a":' * 60 + b"1" + b"}" * 60,
    "nothing": b"",
    "blanks": b"   ",
}


@pytest.mark.parametrize(
    ("name", "operation", "what"),
    [
        (*each, what)
        for each in WITH_JSON
        for what in MALFORMED
        if what != "nothing" or sound(*each).operation.body_required
    ],
)
def test_a_body_that_cannot_be_read_is_malformed(asker: Asker, name: str, operation: str, what: str) -> None:
    expect_refusal(asker, replace(sound(name, operation), raw=MALFORMED[what]), 400, "MALFORMED_REQUEST", "the body")


@pytest.mark.parametrize("text", ["{", "[1", "nonsense", "", '{"id": "\\ud800"}', "[" * 5000, '{"id": 1e999}'])
@pytest.mark.parametrize(("name", "operation", "parameter"), [p for p in QUERY if p[2].is_json], ids=named)
def test_json_in_the_query_that_cannot_be_read_is_malformed(
    asker: Asker, name: str, operation: str, parameter: Parameter, text: str
) -> None:
    asked = sound(name, operation)
    asked = replace(asked, query={**asked.query, parameter.name: text})
    expect_refusal(asker, asked, 400, "MALFORMED_REQUEST", f"query parameter {parameter.name}: is not JSON")


@pytest.mark.parametrize(("name", "operation", "parameter"), [p for p in HEADERS + QUERY if p[2].required], ids=named)
def test_a_mandatory_parameter_that_is_missing_is_malformed(
    asker: Asker, name: str, operation: str, parameter: Parameter
) -> None:
    asked = sound(name, operation).without_header(parameter.name).without_query(parameter.name)
    called = f"header {parameter.name}" if parameter.place == "header" else f"query parameter {parameter.name}"
    expect_refusal(asker, asked, 400, "MALFORMED_REQUEST", f"{called}: is missing")


@pytest.mark.parametrize(("name", "operation", "member"), required())
def test_a_mandatory_member_that_is_missing_is_malformed(asker: Asker, name: str, operation: str, member: str) -> None:
    asked = sound(name, operation).without_member(member)
    expect_refusal(asker, asked, 400, "MALFORMED_REQUEST", f"/{member}: is missing")


# ---- what is wrong: 422 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "operation", "member"), members())
def test_a_member_of_the_wrong_type_is_invalid_and_pointed_at(
    asker: Asker, name: str, operation: str, member: str
) -> None:
    asked = sound(name, operation).with_member(member, WRONG_FOR_ANY)
    expect_refusal(asker, asked, 422, "INVALID_REQUEST", f"/{member}")


@pytest.mark.parametrize(("name", "operation", "parameter"), HEADERS, ids=named)
@pytest.mark.parametrize("text", [" ", "", "x" * 2000, "\xfc", "a\tb"])
def test_a_header_of_the_wrong_shape_is_invalid_and_named(
    asker: Asker, name: str, operation: str, parameter: Parameter, text: str
) -> None:
    asked = sound(name, operation)
    asked = replace(asked, headers={**asked.headers, parameter.name: text})
    expect_refusal(asker, asked, 422, "INVALID_REQUEST", f"header {parameter.name}: ")


@pytest.mark.parametrize(("name", "operation", "parameter"), QUERY, ids=named)
def test_a_query_parameter_of_the_wrong_shape_is_invalid_and_named(
    asker: Asker, name: str, operation: str, parameter: Parameter
) -> None:
    asked = sound(name, operation)
    asked = replace(asked, query={**asked.query, parameter.name: "[[]]" if parameter.is_json else ""})
    expect_refusal(asker, asked, 422, "INVALID_REQUEST", f"query parameter {parameter.name}")


@pytest.mark.parametrize(("name", "operation", "parameter"), [p for p in QUERY if not is_list(p[2])], ids=named)
def test_a_query_parameter_that_comes_twice_is_invalid(
    asker: Asker, name: str, operation: str, parameter: Parameter
) -> None:
    asked = sound(name, operation)
    value = asked.query.get(parameter.name, "1")
    asked = replace(asked, query={**asked.query, parameter.name: [value, value]})
    answer = asker.ask(asked)
    assert told(answer) == [f"query parameter {parameter.name}: is given more than once"]
    assert answer.status_code == (400 if parameter.is_json else 422)


@pytest.mark.parametrize(("name", "operation"), [each for each in EVERY if each[0] != "authentication"])
def test_a_query_parameter_that_is_not_documented_is_invalid(asker: Asker, name: str, operation: str) -> None:
    asked = sound(name, operation)
    asked = replace(asked, query={**asked.query, "adress": "1"})
    expect_refusal(asker, asked, 422, "INVALID_REQUEST", "query parameter adress: is not known; known are ")


@pytest.mark.parametrize(("name", "operation"), STRICT)
def test_a_member_that_is_not_documented_is_invalid_wherever_it_stands(asker: Asker, name: str, operation: str) -> None:
    asked = sound(name, operation)
    places = [place for place, _ in objects(asked.body) if not place.startswith(CHECKED)]
    assert places
    for place in places:
        body = json.loads(json.dumps(asked.body))
        dict(objects(body))[place]["x/unknown"] = "value"
        answer = asker.ask(replace(asked, body=body))
        assert answer.status_code == 422
        assert told(answer) == [f"{place}/x~1unknown: is not a documented member"]


@pytest.mark.parametrize(("name", "operation"), [each for each in WITH_JSON if each not in STRICT])
def test_open_shapes_accept_what_they_do_not_know(asker: Asker, name: str, operation: str) -> None:
    asked = sound(name, operation)
    if operation == "handleCreateOrder":  # the supplier's: it wants a reservation
        assert asker.ask(sound(name, "handleReserveAppointment").with_member("id", 777)).status_code == 201
        asked = asked.with_member("appointmentReservationId", 777)
    places = list(objects(asked.body))
    assert places
    body = json.loads(json.dumps(asked.body))
    for place, _ in places:
        dict(objects(body))[place]["aMemberFromTomorrow"] = {"is": ["kept", 10**30, 1e-7, None]}
    answer = asker.ask(replace(asked, body=body))
    known = answer.status_code in (201, 202, 204)
    assert known or told(answer) == told(asker.ask(asked))  # refused for something else


@pytest.mark.parametrize(("name", "operation", "member"), required())
def test_missing_and_wrong_together_is_malformed_and_both_are_told(
    asker: Asker, name: str, operation: str, member: str
) -> None:
    asked = sound(name, operation)
    for other in schema_of(asked)["properties"]:
        if other != member:
            both = asked.without_member(member).with_member(other, WRONG_FOR_ANY)
            expect_refusal(asker, both, 400, "MALFORMED_REQUEST", f"/{member}: is missing", f"/{other}")


def test_every_violation_is_told_at_once(asker: Asker) -> None:
    asked = sound("tenant", "handleCreateOrder").without_header("X-Conversation-ID").without_member("supplier")
    asked = asked.with_member("hazards", "").with_member("notess", 1)
    asked = replace(asked, query={"adress": "1"}, headers={**asked.headers, "X-Kci-Delay": "soon"})
    answer = asker.ask(asked)
    assert answer.status_code == 400
    assert sorted(each.partition(":")[0] for each in told(answer)) == [
        "/hazards",
        "/notess",
        "/supplier",
        "header X-Conversation-ID",
        "header X-Kci-Delay",
        "query parameter adress",
    ]


def test_a_kind_of_order_that_is_none_is_told_beside_the_rest(asker: Asker) -> None:
    """What an order of that kind would need, nobody knows."""
    asked = sound("tenant", "handleCreateOrder").with_member("orderType", "NWE").with_member("notess", 1)
    answer = asker.ask(replace(asked, query={"adress": "1"}))
    assert sorted(each.partition(":")[0] for each in told(answer)) == ["/orderType", "query parameter adress"]


# ---- personal data ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "operation"), [each for each in WITH_JSON if "primaryContact" in schema_of(sound(*each))["properties"]]
)
def test_what_somebody_is_called_is_never_repeated(asker: Asker, name: str, operation: str) -> None:
    secret = "Ottoline Quandary-Sprocket 01632 960987 ottoline@quandary.example"
    asked = sound(name, operation)
    contacts: list[Any] = [
        {"name": secret * 10},
        {"name": [secret]},
        {"name": {"first": secret}},
        {"name": "M", "email": secret},
        {"name": "M", "phoneNumber": secret * 10},
        {"name": "M", "phoneNumber": {"home": secret}},
        {"email": secret, "phoneNumber": secret},
        [secret],
        secret,
    ]
    bodies = [
        {**asked.body, place: contact} for contact in contacts for place in ("primaryContact", "secondaryContact")
    ]
    raws = [json.dumps(body).encode() for body in bodies]
    raws += [raw[:-1] for raw in raws] + [raw.replace(b"01632", b"\xff") for raw in raws] + [b'"%s"' % secret.encode()]
    for raw in raws:
        answer = asker.ask(replace(asked, raw=raw))
        assert answer.status_code in (400, 422)
        for part in secret.split():
            assert part.encode() not in answer.data


def test_what_was_refused_left_nothing_behind(asker: Asker) -> None:
    """Runs last: all of the above, and the next order has the number that it would have had without."""
    order = asker.ask(sound("tenant", "handleGetOrder")).get_json()
    assert order["id"] == story.ORDER
    assert asker.ask(sound("tenant", "handleCreateOrder")).get_json()["id"] == story.ORDER + 1
