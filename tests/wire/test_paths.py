"""Paths and methods that nobody serves, and ids that name nothing."""

from dataclasses import replace

import pytest

from sandbox.spec.documents import load_document
from tests.wire.asking import EVERY, JSON, PREFIXES, Asker, code_of, named, sound

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW")


@pytest.mark.parametrize(("name", "operation"), EVERY)
def test_another_method_is_405_and_says_which_would_do(asker: Asker, name: str, operation: str) -> None:
    asked = sound(name, operation)
    path = asked.operation.path
    known = {each.method for each in asked.document.operations.values() if each.path == path}
    for method in sorted(set(METHODS) - known):
        answer = asker.client.open(asked.path, method=method)
        assert answer.status_code == 405, method
        assert set(answer.headers["Allow"].split(", ")) - {"HEAD"} == known
        assert code_of(answer) == "MALFORMED_REQUEST"


UNKNOWN_PATHS = [
    "", "/", "//", "/nothing", "/%00", "/%2e%2e/%2e%2e/etc/passwd", "/..;/", "/\N{SNOWMAN}", "/%ff%fe", "/%2F",
    "/?", "/#", "/service-orders/", "//service-orders", "/service-orders/1/2", "/CLOCK", "/kcis/", "/clock/",
    "/" + "x" * 9000,
]  # fmt: skip


@pytest.mark.parametrize("prefix", sorted({*PREFIXES.values(), "/suppliers", "/tenants", "/suppliers/OAK"}))
@pytest.mark.parametrize("path", UNKNOWN_PATHS, ids=named)
def test_an_unknown_path_is_404(asker: Asker, prefix: str, path: str) -> None:
    for method in ("GET", "POST"):
        answer = asker.client.open(prefix + path, method=method)
        assert (answer.status_code, code_of(answer)) == (404, "NOT_FOUND"), answer.data


NO_IDS = [
    "0", "-1", "007", "1.0", "1e3", "9" * 13, "9" * 5000, "x", "%00", "1001%00", "%20", "1001 ", "+1001", "0x3e9", "*",
    "\N{ARABIC-INDIC DIGIT ONE}", "\N{SUPERSCRIPT TWO}", "\N{FULLWIDTH DIGIT ONE}", "1001;", "null", "%F0%9F%92%A9",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_IDS, ids=named)
@pytest.mark.parametrize(
    ("name", "operation"), [each for each in EVERY if any(p.place == "path" for p in sound(*each).operation.parameters)]
)
def test_an_id_that_is_none_names_nothing(asker: Asker, name: str, operation: str, text: str) -> None:
    asked = sound(name, operation)
    path = PREFIXES[name] + asked.operation.path.replace("{id}", text)
    expected = 404 if "404" in asked.operation.answers else 422  # published: a resolution is not looked for by its path
    assert asker.ask(replace(asked, path=path)).status_code == expected


NO_CODES = ["OAK", "alder", "%00", "\N{SNOWMAN}", "x" * 3000]


def called(asker: Asker, name: str, operation: str, code: str) -> tuple[int, str]:
    """What the gateway gets that calls this operation of a supplier or tenant of this code."""
    asked = sound(name, operation)
    path = asked.path.replace("ALDER", code).replace("TENANT1", code)
    headers = {**asked.headers, "Authorization": f"Bearer {asker.token('gateway')}", "Content-Type": JSON}
    answer = asker.client.open(
        path, method=asked.operation.method, query_string=asked.query, headers=headers, data=asked.data()
    )
    return answer.status_code, code_of(answer)


@pytest.mark.parametrize("code", NO_CODES, ids=named)
def test_an_unknown_supplier_is_404(asker: Asker, code: str) -> None:
    for operation in load_document("supplier").operations:
        assert called(asker, "supplier", operation, code) == (404, "NOT_FOUND")


@pytest.mark.parametrize("code", NO_CODES, ids=named)
def test_who_does_not_sign_does_not_learn_which_tenants_there_are(asker: Asker, code: str) -> None:
    for operation in load_document("tenant-updates").operations:
        expected = (404, "NOT_FOUND") if code == "%00" else (401, "NOT_AUTHORISED")
        assert called(asker, "tenant-updates", operation, code) == expected
