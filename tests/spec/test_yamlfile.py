from pathlib import Path
from typing import Any

import pytest

from sandbox.spec.yamlfile import Document, UnreadableFileError, load, pointer


def read(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"), ("off", "off"), ("yes", "yes"), ("NO", "NO"), ("Null", "Null"), ("True", "True"), ("~", "~"),
        ("0012345", "0012345"), ("0o17", "0o17"), ("0x1F", "0x1F"), ("08:30", "08:30"), ("1_000", "1_000"),
        ("2026-03-31", "2026-03-31"), ("2026-03-31T12:00:00Z", "2026-03-31T12:00:00Z"), (".inf", ".inf"), ("+5", "+5"),
        ("1.", "1."), (".5", ".5"), ("=", "="), ("<<", "<<"), ("100/20", "100/20"),
        ("null", None), ("", None), ("true", True), ("false", False), ("5", 5), ("-5", -5), ("0", 0), ("1.5", 1.5),
        ("-1e3", -1000.0), ("200", 200),
        ('"5"', "5"), ("'true'", "true"), ('""', ""), ('"a\\u00e9"', "aé"), ("[]", []), ("{}", {}),
    ],
)  # fmt: skip
def test_a_value_has_one_of_jsons_types(tmp_path: Path, written: str, value: Any) -> None:
    found = read(tmp_path, f"key: {written}\n").value["key"]
    assert (found, type(found)) == (value, type(value))


def test_keys_are_text(tmp_path: Path) -> None:
    assert read(tmp_path, "on: 1\nNO: 2\n200: 3\nnull: 4\n'5': 5\n").value == {
        "on": 1,
        "NO": 2,
        "200": 3,
        "null": 4,
        "5": 5,
    }


def test_block_text_is_text(tmp_path: Path) -> None:
    assert read(tmp_path, "a: |\n  5\nb: >-\n  two\n  lines\n").value == {"a": "5\n", "b": "two lines"}


def test_every_value_has_its_line(tmp_path: Path) -> None:
    text = "# first\na: 1\nb:\n  - x\n  - {c: 1,\n     d: 2}\ne:\n\n  >-\n  long\nf/g~h: 1\n"
    assert read(tmp_path, text).lines == {
        "": 2, "/a": 2, "/b": 3, "/b/0": 4, "/b/1": 5, "/b/1/c": 5, "/b/1/d": 6, "/e": 7, "/f~1g~0h": 11,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key a comes twice"),
        ("a:\n  b: 1\n  'b': 2\n", 3, "the key b comes twice"),
        ("a: &x 1\nb: 2\n", 1, "anchors"),
        ("a: 1\nb: *x\n", 2, "anchors"),
        ("a: 1\n&k b: 2\n", 2, "plain text"),
        ("a: !!int 5\n", 1, "tags"),
        ("a: !ruby/object 5\n", 1, "tags"),
        ("? [a]\n: 1\n", 1, "plain text"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("", 1, "empty"),
        ("a: [1,\n", 2, "node content"),
        ("a: 1\n\tb: 2\n", 2, r"tab|\\t"),
    ],
)
def test_anything_else_is_refused_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message) as refused:
        read(tmp_path, text)
    assert refused.value.line == line
    assert str(refused.value).startswith(f"{tmp_path / 'file.yaml'}:{line}: ")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(b"a: \xff\n")
    with pytest.raises(UnreadableFileError, match="UTF-8"):
        load(path)


def test_a_pointer_escapes_its_steps() -> None:
    assert pointer(pointer("", "a/b~c"), 0) == "/a~1b~0c/0"
