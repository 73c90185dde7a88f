"""Amendments, cancellations, and orders about live services."""

import pytest

requirement = pytest.mark.requirement

NO_ORDER = "no order could be placed that stays open"
NO_SERVICE = "no live service is known: no SERVICE_ID came with the order that went well"
NO_LINE = "no line is known: neither LINE_ID nor ONT_REFERENCE came with the order that went well"
NOT_DONE = "the order that went well did not complete"


@requirement("SUP-070")
def test_an_amendment_is_taken(changing, expect):
    _, _, answer, _ = expect.given(changing.amended, NO_ORDER)
    expect.status(answer, 201, 202)


@requirement("SUP-071")
def test_the_same_amendment_again_gets_the_same_answer(changing, expect):
    _, _, first, _ = expect.given(changing.amended, NO_ORDER)
    second = changing.amended_again
    expect(first.status == second.status, second, expected=first.status, got=second.status)


@requirement("SUP-072")
def test_an_amendment_of_nothing_is_invalid(changing, expect):
    expect.status(changing.amended_nothing, 422)


@requirement("SUP-073")
def test_an_amendment_without_order_is_malformed(changing, expect):
    expect.status(changing.amended_nobody, 400)


@requirement("SUP-074")
def test_a_completed_order_is_not_amended(changing, expect):
    expect.status(expect.given(changing.amended_too_late, NOT_DONE), 422)


@requirement("SUP-080")
def test_a_cancellation_is_taken(changing, expect):
    _, _, answer, _ = expect.given(changing.cancelled, NO_ORDER)
    expect.status(answer, 201, 202)


@requirement("SUP-081")
def test_the_same_cancellation_again_gets_the_same_answer(changing, expect):
    _, _, first, _ = expect.given(changing.cancelled, NO_ORDER)
    second = changing.cancelled_again
    expect(first.status == second.status, second, expected=first.status, got=second.status)


@requirement("SUP-082")
def test_a_cancellation_of_nothing_is_invalid(changing, expect):
    expect.status(changing.cancelled_nothing, 422)


@requirement("SUP-083")
def test_a_cancellation_without_reason_is_malformed(changing, expect):
    expect.status(changing.cancelled_without_reason, 400)


@requirement("SUP-084")
def test_a_cancellation_for_an_unknown_reason_is_invalid(changing, expect):
    expect.status(changing.cancelled_for_nothing, 422)


@requirement("SUP-085")
def test_a_completed_order_is_not_cancelled(changing, expect):
    expect.status(expect.given(changing.cancelled_too_late, NOT_DONE), 422)


@requirement("SUP-090")
def test_a_live_service_is_modified(changing, expect):
    expect.status(expect.given(changing.modified, NO_SERVICE).taken, 201, 202)


@requirement("SUP-091")
def test_a_service_that_is_not_there_is_not_modified(changing, expect):
    expect.status(changing.modified_nothing, 422)


@requirement("SUP-092")
def test_a_live_service_is_ceased(changing, mending, expect, play_all):
    play_all(mending)  # everything else that needs the service
    expect.status(expect.given(changing.ceased, NO_SERVICE).taken, 201, 202)


@requirement("SUP-093")
def test_a_service_that_is_not_there_is_not_ceased(changing, expect):
    expect.status(changing.ceased_nothing, 422)


@requirement("SUP-094")
def test_a_cease_without_day_is_malformed(changing, expect):
    expect.status(changing.ceased_without_day, 400)


@requirement("SUP-065")
def test_an_active_line_is_taken_over(changing, expect):
    expect.status(expect.given(changing.taken_over, NO_LINE).taken, 201, 202)


@requirement("SUP-066")
def test_an_active_line_is_transferred(changing, expect):
    expect.status(expect.given(changing.transferred, NO_LINE).taken, 201, 202)


@requirement("SUP-067")
def test_an_idle_line_is_started(changing, mending, play_all, expect):
    play_all(mending)  # everything else that needs the service
    expect.status(expect.given(changing.restarted, NO_LINE).taken, 201, 202)
