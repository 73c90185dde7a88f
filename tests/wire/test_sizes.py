"""How much may come, and as what."""

import json
from dataclasses import replace

import pytest

from tests.wire.asking import (
    JSON,
    SECURED,
    WITH_BODY,
    WITH_JSON,
    Asker,
    code_of,
    named,
    objects,
    schema_of,
    sound,
    told,
)


@pytest.mark.parametrize(("name", "operation"), WITH_BODY)
def test_a_body_over_the_limit_is_413(asker: Asker, name: str, operation: str) -> None:
    asked = replace(sound(name, operation), raw=b" " * (asker.sandbox.parts.settings.body_limit + 1))
    answer = asker.ask(asked)
    assert (answer.status_code, code_of(answer)) == (413, "MALFORMED_REQUEST")
    assert str(asker.sandbox.parts.settings.body_limit) in told(answer)[0]


@pytest.mark.parametrize(("name", "operation"), SECURED)
def test_a_large_body_from_a_stranger_is_401_all_the_same(asker: Asker, name: str, operation: str) -> None:
    asked = replace(sound(name, operation), raw=b" " * (asker.sandbox.parts.settings.body_limit + 1))
    assert asker.ask(asked, token="Bearer nonsense").status_code == 401


MEDIA_TYPES = [
    "text/plain", "application/xml", "application/jsonp", "*/*", "multipart/form-data; boundary=x", "json", ";",
    "application/json; charset=utf-16", "application/json; charset=iso-8859-1", "application/json, text/plain",
]  # fmt: skip


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize(("name", "operation"), WITH_BODY)
def test_another_media_type_is_415(asker: Asker, name: str, operation: str, media_type: str) -> None:
    answer = asker.ask(replace(sound(name, operation), media_type=media_type))
    assert (answer.status_code, code_of(answer)) == (415, "MALFORMED_REQUEST")


@pytest.mark.parametrize("media_type", [JSON, f"{JSON};charset=UTF-8", f'{JSON}; charset="utf-8"', "Application/JSON"])
def test_the_media_type_may_name_its_charset(asker: Asker, media_type: str) -> None:
    assert asker.ask(replace(sound("control", "setClock"), media_type=media_type)).status_code == 200


@pytest.mark.parametrize(("name", "operation"), WITH_JSON)
def test_texts_of_a_hundred_kilobytes_are_told_in_a_few_words(asker: Asker, name: str, operation: str) -> None:
    asked = sound(name, operation)
    for place, target in objects(asked.body):
        for member in target:
            body = json.loads(json.dumps(asked.body))
            dict(objects(body))[place][member] = "x" * 100_000
            answer = asker.ask(replace(asked, body=body))
            assert answer.status_code == 422
            assert len(answer.data) < 20_000
    name_of_100_kb = asker.ask(asked.with_member("x" * 100_000, 1))
    assert name_of_100_kb.status_code < 300 or len(name_of_100_kb.data) < 5_000


@pytest.mark.parametrize(("name", "operation"), WITH_JSON)
def test_of_many_mistakes_only_some_are_told(asker: Asker, name: str, operation: str) -> None:
    expect_only_some_told(asker, name, operation, mistakes=2_000)


@pytest.mark.prove
@pytest.mark.parametrize(("name", "operation"), WITH_JSON)
def test_of_half_a_million_mistakes_only_some_are_told(asker: Asker, name: str, operation: str) -> None:
    """As many as a body of the largest size can hold."""
    expect_only_some_told(asker, name, operation, mistakes=400_000)


def expect_only_some_told(asker: Asker, name: str, operation: str, mistakes: int) -> None:
    asked = sound(name, operation)
    for member in schema_of(asked)["properties"]:
        raw = json.dumps({**asked.body, member: 0}).encode().replace(b": 0", b": [" + b"0," * mistakes + b"0]")
        answer = asker.ask(replace(asked, raw=raw))
        assert answer.status_code in (400, 422)
        assert len(told(answer)) <= 102
    assert len(told(asker.ask(replace(asked, raw=b"[" + b"[]," * (mistakes * 3 // 4) + b"0]")))) <= 102


@pytest.mark.parametrize(("name", "operation"), [each for each in WITH_BODY if each not in WITH_JSON])
@pytest.mark.parametrize("raw", [b"", b"\xff"], ids=named)
def test_a_body_of_another_kind_that_cannot_be_read_is_malformed(
    asker: Asker, name: str, operation: str, raw: bytes
) -> None:
    assert asker.ask(replace(sound(name, operation), raw=raw)).status_code == 400
