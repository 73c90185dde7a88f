"""What a partner's supplier answers is judged like what a tenant sends, before any of it is kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.owning import Own, open_own
from tests.gateway.test_partner_supplier import AVAILABLE
from tests.support.sandboxes import Json

SOMEBODYS = ("SW1A 1AA", "07911 123456", "jane.roe@gmail.com")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    with open_own(tmp_path) as (_, opened):
        opened.register()
        yield opened
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("sandbox.db*"))
    assert b"OWNFIBRE" in kept
    assert not [text for text in SOMEBODYS if text.encode() in kept]


def answered(postcode: str) -> dict[str, Any]:
    """An availability at an address with this postcode."""
    return {**AVAILABLE, "address": {"identifier": {"id": "999000000001", "type": "UPRN"}, "postcode": postcode}}


def available(own: Own) -> Json:
    """OWNFIBRE's element of an availability."""
    query = {"address": '{"id": "999000000001", "type": "UPRN"}', "suppliers": "OWNFIBRE"}
    (answer,) = own.tenant.get("/v1/service-availability", query)
    return answer


def test_an_answer_with_a_real_postcode_is_no_valid_answer(own: Own) -> None:
    own.answer("/service-availability", 200, answered("SW1A 1AA"))
    (reason,) = available(own)["unavailabilityReasons"]
    assert reason["code"] == "SUPPLIER_FAULT"
    assert "/address/postcode: holds a postcode that may be somebody's" in reason["text"]
    (exchange,) = own.exchanges()
    assert exchange["violations"] == [
        violation for violation in exchange["violations"] if "/address/postcode" in violation
    ]
    assert exchange["answer"]["address"]["postcode"] == "ZZ1 1CC"


def test_an_answer_with_dummies_is_taken(own: Own) -> None:
    own.answer("/service-availability", 200, answered("ZZ75 4VO"))
    assert "unavailabilityReasons" not in available(own)


@pytest.mark.parametrize("status", [422, 500])
def test_a_refusal_in_real_words_is_a_fault_and_never_repeated(own: Own, status: int) -> None:
    error = {"uuid": "4f9f3f2e-6f3b-8c53-9a36-0d0b5a5a1c07", "code": "INVALID_REQUEST"}
    own.answer("/service-orders", status, {**error, "messages": ["Ask Jane: 07911 123456", "or jane.roe@gmail.com"]})
    order = own.place()["id"]
    own.wait_for_status(order, "FAILED_TO_SEND")
    told = own.last_error(order)
    assert told["code"] == "SUPPLIER_FAULT"
    (exchange,) = own.exchanges()
    assert exchange["answer"]["messages"] == ["Ask Jane: 07700 900123", "or morgan.ellery@home.example"]
    assert any(violation.startswith("/messages/0: holds a telephone number") for violation in exchange["violations"])
