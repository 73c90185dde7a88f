import re
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain.ids import make_id, make_reference
from sandbox.domain.seeds import draw

parts = st.lists(st.text(max_size=8) | st.integers(), max_size=3).map(tuple)


@given(st.text(), st.integers(min_value=0), st.text(), parts)
def test_an_id_is_a_uuid_of_custom_contents_and_comes_again(
    seed: str, epoch: int, kind: str, named: tuple[str | int, ...]
) -> None:
    made = make_id(seed, epoch, kind, *named)
    assert str(UUID(made)) == made
    assert UUID(made).version == 8
    assert UUID(made).variant == "specified in RFC 4122"
    assert make_id(seed, epoch, kind, *named) == made


def test_every_part_tells_ids_apart() -> None:
    made = [
        make_id("a", 1, "kci", 1, 23),
        make_id("b", 1, "kci", 1, 23),
        make_id("a", 2, "kci", 1, 23),
        make_id("a", 1, "error", 1, 23),
        make_id("a", 1, "kci", 12, 3),
        make_id("a", 1, "kci", "1", 23),
        make_id("a", 1, "kci", 1, 23, ""),
    ]
    assert len(set(made)) == len(made)


@given(st.sampled_from(["ALD", "BIR", "A", "ABCDEFGH"]), parts)
def test_a_reference_has_the_published_form(prefix: str, named: tuple[str | int, ...]) -> None:
    made = make_reference(prefix, "demo1", 1, *named)
    assert re.fullmatch(r"[A-Z0-9_]{5,25}", made)
    assert made.startswith(prefix)


def test_references_of_many_orders_differ() -> None:
    assert len({make_reference("ALD", "demo1", 1, "order", "TENANT1", n) for n in range(5_000)}) == 5_000


@given(st.text(), parts)
def test_a_draw_is_a_fraction_that_comes_again(seed: str, purpose: tuple[str | int, ...]) -> None:
    drawn = draw(seed, *purpose)
    assert 0 <= drawn < 1
    assert draw(seed, *purpose) == drawn


def test_draws_spread_evenly() -> None:
    drawn = [draw("demo1", "test", n) for n in range(4_000)]
    tenths = [sum(n / 10 <= value < (n + 1) / 10 for value in drawn) for n in range(10)]
    assert all(320 < count < 480 for count in tenths)
