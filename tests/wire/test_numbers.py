"""Whole numbers, however they are written."""

import json
from dataclasses import replace

import pytest

from tests.wire.asking import WITH_JSON, Asker, schema_of, sound, told

TOO_FAR = ["1e30", str(10**30), "-1", "1.5", '"1"', "true", "-1e-9"]


NUMBERS = [
    (*each, member)
    for each in WITH_JSON
    for member in schema_of(sound(*each))["properties"]
    if isinstance(sound(*each).body.get(member), int)
]


@pytest.mark.parametrize(("name", "operation", "member"), NUMBERS)
def test_a_whole_number_is_a_whole_number_in_its_range(asker: Asker, name: str, operation: str, member: str) -> None:
    asked = sound(name, operation)
    for text in TOO_FAR:
        raw = json.dumps({**asked.body, member: "HERE"}).replace('"HERE"', text).encode()
        answer = asker.ask(replace(asked, raw=raw))
        assert answer.status_code == 422
        assert told(answer)[0].startswith(f"/{member}: ")


def test_a_whole_number_may_be_written_as_a_fraction(asker: Asker) -> None:
    asked = replace(sound("control", "setClock"), raw=b'{"rate": 1.0}')
    assert asker.ask(asked).get_json()["rate"] == 1
    assert b'"rate":1,' in asker.ask(replace(asked, raw=b'{"rate": 10e-1 }')).data
    assert b'"rate":0,' in asker.ask(replace(asked, raw=b'{"rate": -0.0}')).data
    assert b'"rate":1,' in asker.ask(replace(asked, raw=b'{"rate": 1}')).data
