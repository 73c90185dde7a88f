"""The project speaks of itself alone: no place on one machine, no package registry, no talk of how it was made."""

import re

import pytest

from tests.architecture.checkout import texts

FORBIDDEN = {
    "a package registry": re.compile(
        r"\b(pypi|pythonhosted|test\.pypi|npmjs|unpkg|jsdelivr|crates|rubygems)\.(org|com|io|net)\b", re.IGNORECASE
    ),
    "a path of one machine": re.compile(r"(?<![\w.}>)/-])/(work|root)/\.?\w"),
    "a numbered decision": re.compile(r"(?<![\w#&-])D[1-9]\d?(?![\w-])"),
    "a numbered issue": re.compile(r"\bissues? #?\d+", re.IGNORECASE),
    "how it was made": re.compile(
        r"\b((this|next|earlier|later|previous) (issue|session)|the (brief|CEO)|(lead|helper) session)\b", re.IGNORECASE
    ),
}


def found(name: str, text: str) -> list[str]:
    """Every forbidden word of a text, with its place."""
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1} {what}: {match.group()}"
        for what, pattern in FORBIDDEN.items()
        for match in pattern.finditer(text)
    ]


def test_committed_files_speak_of_the_project_alone() -> None:
    assert [each for name, text in texts() for each in found(name, text)] == []


# Written in pieces, so that this file passes its own test.
PLANTED = {
    "a package registry": ["https://py" + "pi.org/simple", "--index-url https://files.python" + "hosted.org"],
    "a path of one machine": ["see /wo" + "rk/shared/design", "#!/ro" + "ot/.venv/bin/python", '"/wo' + 'rk/x"'],
    "a numbered decision": [
        "# so be it (D" + "12)",
        "as D" + "5 says",
        "D" + "48: prefers the checkout",
        "D" + "10–D" + "12",
    ],
    "a numbered issue": ["as issue " + "2 asks", "Issue #" + "14"],
    "how it was made": ["left for the next " + "issue", "the " + "brief asks for it"],
}


@pytest.mark.parametrize(("what", "text"), [(what, text) for what, all_ in PLANTED.items() for text in all_])
def test_a_planted_word_is_found(what: str, text: str) -> None:
    assert [each for each in found("planted.md", f"first line\n{text}\n") if f":2 {what}" in each]


@pytest.mark.parametrize(
    "text",
    [
        "at: P10D, then P1DT2H, PT5M",
        "sha256:d12d34ad12 0xD12 AD12 ZZ99 9ZZ",
        "/v1/service-orders/{id} /_sandbox/clock https://example.com/work/1 {base}/root/x framework/root/",
        "an issue of dates: 2 of them; the session ends",
        "PYTHON=python3.12 D100 D2C",
    ],
)
def test_durations_hashes_and_routes_are_left_alone(text: str) -> None:
    assert found("honest.md", text) == []
