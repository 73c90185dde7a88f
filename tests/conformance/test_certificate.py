"""A certificate says what its sandbox has signed, or it is refused with which member and why."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sandbox.cli import main
from sandbox.conformance.certificate import Untrusted, UnusableKeys, certify, keys_in, public_key, verify
from sandbox.conformance.report import report_of
from sandbox.spec.requirements import load_catalogue
from sandbox.world.keys import Keys
from tests.support.processes import free_port, served

FEW = frozenset({"TEN-001", "TEN-002"})
TARGET = {"suite": "tenant", "name": "A dealer's", "url": "https://dealer.example/kcis", "build": "r41"}
RUN = {"id": "5f0c", "started": "2027-06-07T09:00:00+00:00", "seconds": 2.5, "limit": 300.0, "seed": 7}

OURS = Keys("the hosted sandbox's")
OTHERS = Keys("somebody else's")


def report() -> dict[str, Any]:
    said = [{"event": "verdict", "requirement": each, "outcome": "passed", "checks": 1} for each in sorted(FEW)]
    return report_of(said, load_catalogue(), TARGET, RUN, FEW)


def certificate(keys: Keys = OURS) -> dict[str, Any]:
    public = public_key(keys.certifying)
    return certify(report(), "https://sandbox.example", "2027-06-07T09:00:03Z", public, keys.certify)


def written(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode()


KEYS = [public_key(OURS.certifying)]


def test_what_was_signed_is_read() -> None:
    found = verify(written(certificate()), [public_key(OTHERS.certifying), *KEYS])
    assert (found["target"], found["seed"], found["result"]) == (TARGET, 7, "passed")
    assert found["catalogue"] == load_catalogue().version
    assert found["requirements"] == dict.fromkeys(FEW, "passed")


def test_the_same_value_written_otherwise_is_the_same() -> None:
    assert verify(json.dumps(certificate(), sort_keys=True).encode(), KEYS)["seed"] == 7


def test_no_byte_can_be_another() -> None:
    content = written(certificate())
    true = json.loads(content)
    refused = 0
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        try:
            assert verify(changed, KEYS) == true
        except Untrusted:
            refused += 1
    assert refused > len(content) // 2


CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "/issuer": lambda it: it.update(issuer="https://other.example"),
    "/issued": lambda it: it.update(issued="2028-06-07T09:00:03Z"),
    "/run": lambda it: it.update(run="5f0d"),
    "/target": lambda it: it["target"].update(build="r42"),
    "/suites": lambda it: it.update(suites="9"),
    "/catalogue": lambda it: it.update(catalogue="9.9"),
    "/seed": lambda it: it.update(seed=8),
    "/only": lambda it: it.update(only=[]),
    "/result": lambda it: it.update(result="failed"),
    "/summary": lambda it: it["summary"].update(passed=3),
    "/requirements": lambda it: it["requirements"].update({"TEN-002": "not observed"}),
    "/report": lambda it: it.update(report="0"),
    "/signature:": lambda it: it["signature"]["members"].update(seed="0"),
    "/signature/key": lambda it: it["signature"].update(key=public_key(OTHERS.certifying)["kid"]),
    "/signature/value": lambda it: it["signature"].update(value=it["signature"]["value"] + "\n"),
    "/signature/algorithm": lambda it: it["signature"].update(algorithm="none"),
    "/format": lambda it: it.update(format=2),
    "the whole": lambda it: it.update(more=1),
}


@pytest.mark.parametrize("place", CHANGES)
def test_what_was_changed_is_named(place: str) -> None:
    changed = certificate()
    CHANGES[place](changed)
    with pytest.raises(Untrusted) as refused:
        verify(written(changed), KEYS)
    assert str(refused.value).startswith(place)


def test_every_member_is_tried() -> None:
    assert {f"/{name}" for name in certificate()} <= {place.rstrip(":") for place in CHANGES}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"format": 1}', b'{"a": 1, "a": 1}', b"\xff"])
def test_what_is_no_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(Untrusted):
        verify(content, KEYS)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"keys": 1}', b'{"keys": [{"kty": "RSA"}]}', b"{}"])
def test_what_are_no_keys_is_told(content: bytes) -> None:
    with pytest.raises(UnusableKeys):
        keys_in(content)


def test_a_key_under_anothers_name_is_none() -> None:
    false = {**public_key(OTHERS.certifying), "kid": KEYS[0]["kid"]}
    with pytest.raises(UnusableKeys):
        verify(written(certificate()), [false])


def run(folder: Path, made: Any, *more: str) -> Result:
    (folder / "certificate.json").write_bytes(written(made))
    (folder / "keys.json").write_bytes(written({"keys": KEYS}))
    (folder / "report.json").write_bytes(written(report()))
    keys = ["--key", str(folder / "keys.json")]
    return CliRunner().invoke(main, ["verify", str(folder / "certificate.json"), *keys, *more])


def test_the_command_says_whose_word_it_is(tmp_path: Path) -> None:
    ended = run(tmp_path, certificate(), "--report", str(tmp_path / "report.json"))
    assert ended.exit_code == 0, ended.output
    for words in ("https://sandbox.example", "A dealer's", "r41", "seed 7", "passed: 2 passed", "TEN-001, TEN-002"):
        assert words in ended.output


def test_the_command_refuses_another_key_another_content_and_another_report(tmp_path: Path) -> None:
    assert "none of the keys" in run(tmp_path, certificate(OTHERS)).output
    ended = run(tmp_path, certificate() | {"result": "failed"})
    assert ended.exit_code == 1
    assert "/result: it is not what was signed" in ended.output
    other = run(tmp_path, certificate(), "--report", str(tmp_path / "keys.json"))
    assert (other.exit_code, "of another report" in other.output) == (1, True)
    missing = CliRunner().invoke(main, ["verify", str(tmp_path / "report.json"), "--key", str(tmp_path / "none")])
    assert (missing.exit_code, "no such file" in missing.output) == (2, True)


def test_a_certificate_is_fetched_and_verified(tmp_path: Path) -> None:
    certificate, report = tmp_path / "got.json", tmp_path / "report.json"
    with served(tmp_path, issuer="https://sandbox.example") as url:
        asked = ["certify", "TENANT1", "--url", url, "--only", "TEN-001", "--seed", "9"]
        ended = CliRunner().invoke(main, [*asked, "--certificate", str(certificate), "--json", str(report)])
        assert ended.exit_code == 0, ended.output
        verified = CliRunner().invoke(main, ["verify", str(certificate), "--key", url, "--report", str(report)])
    assert verified.exit_code == 0, verified.output
    assert "https://sandbox.example" in verified.output
    assert "seed 9" in verified.output


def test_nobody_there_gets_no_certificate(tmp_path: Path) -> None:
    nobody = tmp_path / "nobody.yaml"
    nobody.write_text(f"{{suite: tenant, name: Nobody, url: 'http://127.0.0.1:{free_port()}/kcis'}}")
    with served(tmp_path, issuer="https://sandbox.example") as url:
        asked = ["certify", str(nobody), "--url", url, "--certificate", str(tmp_path / "got.json")]
        ended = CliRunner().invoke(main, asked)
    assert ended.exit_code == 2
    assert "There is no certificate" in ended.output
    assert not (tmp_path / "got.json").exists()
