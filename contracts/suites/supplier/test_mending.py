"""Service tests and service problems."""

import pytest

requirement = pytest.mark.requirement

NO_SERVICE = "no live service is known: no SERVICE_ID came with the order that went well"
NO_PROBLEM = "no service problem could be opened"
NO_RESOLUTION = "no KCI brought a resolution with a reference"


@requirement("SUP-110")
def test_a_service_is_tested(mending, expect):
    expect.status(expect.given(mending.tested, NO_SERVICE).taken, 201)


@requirement("SUP-111")
def test_the_same_test_again_gets_the_same_answer(mending, expect):
    first, second = expect.given(mending.tested, NO_SERVICE).taken, mending.tested_again
    known = "supplierReference"
    same = (first.status, first.member(known)) == (second.status, second.member(known))
    expect(same, second, expected=f"{first.status} {first.answer}", got=f"{second.status} {second.answer}")


@requirement("SUP-112")
def test_an_unknown_service_is_not_tested(mending, expect):
    expect.status(mending.tested_nothing, 422)


@requirement("SUP-113")
def test_a_test_without_type_is_malformed(mending, expect):
    expect.status(mending.tested_without_type, 400)


@requirement("SUP-120")
def test_a_problem_is_taken(mending, expect):
    expect.status(expect.given(mending.open_problem, NO_SERVICE).taken, 201, 202)


@requirement("SUP-121")
def test_a_problem_of_an_unknown_service_is_invalid(mending, expect):
    expect.status(mending.problem_of_nothing, 422)


@requirement("SUP-122")
def test_a_problem_without_text_is_malformed(mending, expect):
    expect.status(mending.problem_without_text, 400)


@requirement("SUP-123")
def test_a_problem_in_a_word_is_invalid(mending, expect):
    expect.status(mending.problem_in_a_word, 422)


@requirement("SUP-124")
def test_a_problem_is_amended(mending, expect):
    expect.status(expect.given(mending.amended, NO_PROBLEM), 201, 202)


@requirement("SUP-125")
def test_a_problem_that_is_not_there_is_not_amended(mending, expect):
    expect.status(mending.amended_nothing, 422)


@requirement("SUP-126")
def test_a_problem_is_cancelled(mending, expect):
    expect.status(expect.given(mending.cancelled, NO_PROBLEM), 201, 202)


@requirement("SUP-127")
def test_a_problem_that_is_not_there_is_not_cancelled(mending, expect):
    expect.status(mending.cancelled_nothing, 422)


@requirement("SUP-130")
def test_a_resolution_can_be_accepted(mending, expect):
    _, answer = expect.given(mending.resolved, NO_RESOLUTION)
    expect.status(answer, 200)
    word = answer.member("status")
    expect(word == "ACCEPTED", answer, at="/status", expected="ACCEPTED", got=word)


@requirement("SUP-131")
def test_a_resolution_can_be_rejected(mending, expect):
    _, answer = expect.given(mending.not_resolved, NO_RESOLUTION)
    expect.status(answer, 200)
    word = answer.member("status")
    expect(word == "REJECTED", answer, at="/status", expected="REJECTED", got=word)


@requirement("SUP-132")
def test_an_unknown_resolution_is_invalid(mending, expect):
    expect.status(mending.decided_nothing, 422)


@requirement("SUP-133")
def test_a_resolution_is_accepted_or_rejected_and_nothing_else(mending, expect):
    expect.status(mending.decided_neither, 422)
