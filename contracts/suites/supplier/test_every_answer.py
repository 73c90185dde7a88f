"""What holds for every answer of a supplier, looked at in everything that it answered."""

import pytest

requirement = pytest.mark.requirement

CODES = {
    400: ("MALFORMED_REQUEST",),
    401: ("NOT_AUTHORISED",),
    422: ("INVALID_REQUEST",),
    500: ("SUPPLIER_FAULT",),
    501: ("NOT_IMPLEMENTED", "SUPPLIER_FAULT"),
}
UUID = 36


@pytest.fixture
def errors(exchanges, expect):
    """The answers that published statuses give an error body."""
    return expect.given([each for each in exchanges if each.status in CODES], "nothing was refused")


@requirement("SUP-015")
def test_a_refusal_has_uuid_code_and_messages(errors, expect):
    for each in errors:
        for name, kind in (("uuid", str), ("code", str), ("messages", list)):
            value = each.member(name)
            expect(isinstance(value, kind), each, at=f"/{name}", expected=f"the error body's {name}", got=value)


@requirement("SUP-016")
def test_the_code_of_a_refusal_fits_its_status(errors, expect):
    for each in expect.given(
        [each for each in errors if isinstance(each.member("code"), str)], "no refusal has a code"
    ):
        code, words = each.member("code"), " or ".join(CODES[each.status])
        expect(code in CODES[each.status], each, at="/code", expected=f"{words} with {each.status}", got=code)


@requirement("SUP-017")
def test_every_refusal_has_a_uuid_of_its_own(errors, expect):
    seen = {}
    for each in expect.given(
        [each for each in errors if isinstance(each.member("uuid"), str)], "no refusal has a uuid"
    ):
        name = each.member("uuid")
        expect(name not in seen and len(name) == UUID, each, at="/uuid", expected="a UUID not used before", got=name)
        seen[name] = each


@requirement("SUP-018")
def test_a_refusal_says_what_is_wrong(errors, expect):
    listing = [each for each in errors if isinstance(each.member("messages"), list)]
    for each in expect.given(listing, "no refusal lists messages"):
        messages = each.member("messages")
        said = messages and all(isinstance(one, str) and one.strip() for one in messages)
        expect(said, each, at="/messages", expected="at least one message", got=messages)


@requirement("SUP-019")
def test_what_has_a_body_says_that_it_is_json(exchanges, expect):
    for each in exchanges:
        if each.raw:
            kind = each.answer_headers.get("content-type")
            expect(each.is_json, each, expected="Content-Type: application/json and JSON", got=kind)


@requirement("SUP-020")
def test_every_answer_comes_in_time(exchanges, profile, expect):
    for each in exchanges:
        limit = profile.answer * 0.9
        expect(each.seconds <= limit, each, expected=f"an answer within {limit:g} s", got=f"{each.seconds:.2f} s")


@requirement("SUP-021")
def test_nothing_that_is_asked_makes_it_fail(exchanges, expect):
    for each in exchanges:
        expect(each.status not in (500, 502, 504), each, expected="no status 500, 502 or 504", got=each.status)


@requirement("SUP-022")
def test_every_status_is_one_that_the_operation_documents(exchanges, documented, expect):
    for each in exchanges:
        if each.status < 500:
            known = documented(each.operation, each.status)
            expect(known, each, expected=f"a documented status of {each.operation}", got=each.status)


@requirement("SUP-023")
def test_unreadable_json_is_malformed(ordering, expect):
    expect.status(ordering.unreadable, 400)


@requirement("SUP-024")
def test_every_success_has_the_documented_shape(exchanges, expect):
    for each in exchanges:
        if each.status < 300 and each.raw and each.operation != "handleAvailabilityCheck":
            expect.shape("supplier", each)
