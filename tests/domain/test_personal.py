import pytest

from sandbox.domain import personal
from sandbox.domain.personal import EMAIL, NONE, PHONE, POSTCODE, RULES, judge, redacted
from tests.support.personal import DUMMY, HARMLESS, REAL

ALL_REAL = [(kind, text) for kind, texts in REAL.items() for text in texts]
ALL_DUMMY = [(kind, text) for kind, texts in DUMMY.items() for text in texts]
SURROUNDINGS = ("{}", "Please ring {} after six.", "({})", "note:{};", "a\n{}\nb", '{{"to": "{}"}}', "x {}, and so on")


@pytest.mark.parametrize(("kind", "text"), ALL_REAL)
def test_what_may_be_somebodys_is_found_wherever_it_stands(kind: str, text: str) -> None:
    for around in SURROUNDINGS:
        assert judge(around.format(text)), around
    assert judge(text, kind)


@pytest.mark.parametrize(("kind", "text"), ALL_DUMMY)
def test_a_dummy_is_left_alone_wherever_it_stands(kind: str, text: str) -> None:
    for around in SURROUNDINGS:
        assert judge(around.format(text)) == [], around
    assert judge(text, kind) == []


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    for around in SURROUNDINGS:
        assert judge(around.format(text)) == [], around


@pytest.mark.parametrize(("kind", "text"), ALL_REAL)
def test_what_is_redacted_is_dummy_and_the_rest_of_the_text_stays(kind: str, text: str) -> None:
    clean = redacted(f"Before {text} behind")
    assert judge(clean) == []
    assert clean.startswith("Before ")
    assert "behind" in clean
    assert judge(redacted(text, kind), kind) == []


def test_a_text_with_nothing_in_it_is_not_touched_by_redacting() -> None:
    text = f"Tŷ Prawf, ½ {DUMMY['phone'][27]}"
    assert redacted(text) == text


def test_the_rule_says_what_to_use_instead_and_that_is_a_dummy() -> None:
    for kind, rule in RULES.items():
        assert rule.dummy in rule.told
        assert judge(rule.dummy, kind) == []
        assert judge(rule.told) == []
    for rule in personal.SAMPLES.values():
        assert rule.dummy in rule.told
        assert judge(rule.told) == []


def test_a_sample_of_the_published_examples_is_told_apart() -> None:
    assert "published examples" in judge("01234 567890", PHONE)[0].told
    assert "published examples" in judge("Ask john@smith.com")[0].told
    assert "published examples" not in judge("jane@gmail.com", EMAIL)[0].told


@pytest.mark.parametrize(
    "text", ["+1 202 555 0143", "+33 6 12 34 56 78", "123456", "07700 900123 or 07911 123456", "112-358-13"]
)
def test_a_telephone_number_must_be_dummy_as_a_whole(text: str) -> None:
    assert judge(text, PHONE)


@pytest.mark.parametrize(
    "text", ["", "n/a", "unknown", "07700 900123 / 01632 960001", "01632 960123 ext 99", "7700900123"]
)
def test_a_telephone_number_may_have_an_extension_or_be_none(text: str) -> None:
    assert judge(text, PHONE) == []


def test_an_address_must_be_in_a_reserved_domain_even_without_a_dot() -> None:
    assert judge("jane@intranet", EMAIL)
    assert judge("jane@localhost", EMAIL) == []
    assert judge("jane@intranet") == []


@pytest.mark.parametrize("text", ["TW18", "A11 1AA", "12345"])
def test_a_postcode_must_be_dummy_as_a_whole(text: str) -> None:
    assert judge(text, POSTCODE)


def test_of_what_is_secret_nothing_is_judged() -> None:
    assert judge("07911 123456", NONE) == []
    assert redacted("07911 123456", NONE) == "07911 123456"


@pytest.mark.parametrize(
    "text", ["0 " * 500_000, "@" * 500_000, "a@" + "a." * 300_000, "SW1 " * 200_000, '"' * 500_000 + "@a.co"]
)
def test_a_long_text_takes_no_longer_than_it_is_long(text: str) -> None:
    assert len(judge(text)) <= 1  # what takes the square of it would not come back
