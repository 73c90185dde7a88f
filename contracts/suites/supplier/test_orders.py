"""Orders for new lines: taken, repeated, refused."""

import pytest

requirement = pytest.mark.requirement

NO_PLACE = "no address of the profile can have a new line"


@pytest.fixture(autouse=True)
def with_orders(profile):
    profile.needs("ORDERS")


@requirement("SUP-050")
def test_a_correct_order_is_taken(ordering, expect):
    story = expect.given(ordering.happy, NO_PLACE)
    expect.status(story.taken, 201, 202)


@requirement("SUP-051")
def test_an_order_acknowledged_at_once_has_reference_and_status(stories, expect):
    told = [each for each in stories if each.taken.status == 201 and each.kind not in ("TEST", "PROBLEM")]
    for each in expect.given(told, "no order was answered 201"):
        reference, status = each.taken.member("supplierOrderReference"), each.taken.member("status")
        expect(reference, each.taken, at="/supplierOrderReference", expected="a reference", got=reference)
        right = status in ("ACKNOWLEDGED", "IN_PROGRESS")
        expect(right, each.taken, at="/status", expected="ACKNOWLEDGED or IN_PROGRESS", got=status)


@requirement("SUP-052")
def test_an_order_committed_at_once_has_both_dates(stories, expect):
    told = [each for each in stories if each.taken.status == 201 and each.taken.member("status") == "IN_PROGRESS"]
    told = [each for each in told if each.kind not in ("TEST", "PROBLEM")]
    for each in expect.given(told, "no order was answered 201 IN_PROGRESS"):
        for name in ("committedDate", "targetDate"):
            expect(each.taken.member(name), each.taken, at=f"/{name}", expected="a date-time", got="none")


@requirement("SUP-054")
def test_the_same_order_again_gets_the_same_answer(ordering, expect):
    story = expect.given(ordering.happy, NO_PLACE)
    first, second = story.taken, ordering.repeated
    known = "supplierOrderReference"
    same = (first.status, first.member(known)) == (second.status, second.member(known))
    expect(same, second, expected=f"{first.status} {first.answer}", got=f"{second.status} {second.answer}")


@requirement("SUP-055")
def test_the_number_of_an_order_is_not_good_for_another(ordering, expect):
    expect.status(expect.given(ordering.reused, NO_PLACE), 422)


@requirement("SUP-056")
def test_an_order_without_contact_is_malformed(ordering, expect):
    expect.status(ordering.without_contact, 400)


@requirement("SUP-057")
def test_an_order_of_no_kind_is_invalid(ordering, expect):
    expect.status(ordering.of_no_kind, 422)


@requirement("SUP-058")
def test_an_order_with_an_unknown_reservation_is_invalid(ordering, profile, expect):
    profile.needs("APPOINTMENTS")
    expect.status(ordering.for_no_reservation, 422)


@requirement("SUP-059")
def test_an_order_of_an_unknown_service_is_invalid(ordering, expect):
    expect.status(ordering.of_no_service, 422)


@requirement("SUP-060")
def test_an_order_at_an_address_without_network_is_invalid(ordering, expect):
    expect.status(expect.given(ordering.at_no_address, "the profile names no address without network"), 422)


@requirement("SUP-061")
def test_header_and_body_name_the_same_tenant(ordering, expect):
    expect.status(ordering.of_two_tenants, 422)


@requirement("SUP-062")
def test_a_restart_names_the_line_that_it_restarts(ordering, expect):
    expect.status(ordering.start_without_line, 422)


@requirement("SUP-063")
def test_what_no_document_knows_is_accepted(ordering, expect):
    story = expect.given(ordering.with_more, NO_PLACE)
    expect.status(story.taken, 201, 202)


@requirement("SUP-064")
def test_a_claimed_slot_is_not_claimed_twice(ordering, expect):
    expect.status(expect.given(ordering.claimed_twice, "the order has claimed no slot"), 422)
