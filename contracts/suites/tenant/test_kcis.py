"""What a tenant's endpoint does with KCIs, the ordinary ones and the others."""

import pytest

requirement = pytest.mark.requirement

CODES = {400: "MALFORMED_REQUEST", 401: "NOT_AUTHORISED", 422: "INVALID_REQUEST"}


def expect_taken(expect, exchanges):
    for each in expect.given(exchanges, "no example of it is published"):
        expect(200 <= each.status < 300, each, expected="a 2xx: the KCI is taken", got=each.status)


@requirement("TEN-001")
def test_an_ordinary_kci_is_taken(delivery, expect):
    expect_taken(expect, [delivery.acknowledged])


@requirement("TEN-002")
def test_every_information_is_taken(delivery, expect):
    expect_taken(expect, delivery.every_information)


@requirement("TEN-003")
def test_every_action_is_taken(delivery, expect):
    expect_taken(expect, delivery.every_action)


@requirement("TEN-004")
def test_errors_are_taken(delivery, expect):
    expect_taken(expect, delivery.errors)


@requirement("TEN-005")
def test_modify_and_cease_orders_are_taken(delivery, expect):
    expect_taken(expect, delivery.changes)


@requirement("TEN-006")
def test_an_unsolicited_cease_is_taken(delivery, expect):
    expect_taken(expect, delivery.unsolicited)


@requirement("TEN-007")
def test_ethernet_is_taken(delivery, expect):
    expect_taken(expect, delivery.ethernet)


@requirement("TEN-008")
def test_service_tests_are_taken(delivery, expect):
    expect_taken(expect, delivery.tests)


@requirement("TEN-009")
def test_service_problems_are_taken(delivery, expect):
    expect_taken(expect, delivery.problems)


@requirement("TEN-010")
def test_unknown_members_are_taken(delivery, expect):
    expect_taken(expect, [delivery.with_more])


@requirement("TEN-011")
def test_unknown_types_are_taken(delivery, profile, expect):
    profile.needs("NEW_TYPES")
    expect_taken(expect, [delivery.of_tomorrow])


@requirement("TEN-012")
def test_the_same_kci_again_is_taken_again(delivery, expect):
    expect_taken(expect, delivery.twice)


@requirement("TEN-013")
def test_what_comes_out_of_order_is_taken(delivery, expect):
    expect_taken(expect, delivery.out_of_order)


@requirement("TEN-014")
def test_what_comes_late_is_taken(delivery, expect):
    expect_taken(expect, [delivery.late])


@requirement("TEN-015")
def test_the_gateways_own_are_taken(delivery, expect):
    expect_taken(expect, [delivery.by_the_gateway])


@requirement("TEN-016")
def test_a_burst_is_taken(delivery, expect):
    expect_taken(expect, delivery.burst)


@requirement("TEN-017")
def test_a_taken_kci_is_answered_204(delivery, expect):
    expect.status(delivery.acknowledged, 204)


@requirement("TEN-018")
def test_what_is_sent_and_read_slowly_is_taken(delivery, expect):
    expect_taken(expect, [delivery.slow])


@requirement("TEN-020")
def test_what_cannot_be_read_is_malformed(delivery, expect):
    expect.status(delivery.unreadable, 400)


@requirement("TEN-021")
def test_a_kci_without_id_is_refused(delivery, expect):
    expect.status(delivery.without_id, 400, 422)


@requirement("TEN-022")
def test_a_kci_without_entity_is_refused(delivery, expect):
    expect.status(delivery.without_entity, 400, 422)


@requirement("TEN-023")
def test_nobody_is_not_let_in(delivery, profile, expect):
    if profile.auth["kind"] in ("none", "mtls"):
        expect.not_applicable("the profile declares that no token is asked for")
    expect.status(delivery.by_nobody, 401)


@requirement("TEN-024")
def test_a_refusal_has_uuid_code_and_messages(exchanges, expect):
    for each in expect.given([each for each in exchanges if each.status in CODES], "nothing was refused"):
        for name, kind in (("uuid", str), ("code", str), ("messages", list)):
            value = each.member(name)
            expect(isinstance(value, kind), each, at=f"/{name}", expected=f"the error body's {name}", got=value)


@requirement("TEN-025")
def test_the_code_of_a_refusal_fits_its_status(exchanges, expect):
    refused = [each for each in exchanges if each.status in CODES and isinstance(each.member("code"), str)]
    for each in expect.given(refused, "no refusal has a code"):
        wanted, code = CODES[each.status], each.member("code")
        expect(code == wanted, each, at="/code", expected=f"{wanted} with {each.status}", got=code)


@requirement("TEN-026")
def test_every_answer_comes_in_time(exchanges, profile, expect):
    for each in exchanges:
        limit = profile.answer * 0.9
        expect(each.seconds <= limit, each, expected=f"an answer within {limit:g} s", got=f"{each.seconds:.2f} s")


@requirement("TEN-027")
def test_nothing_makes_it_fail(exchanges, expect):
    for each in exchanges:
        expect(each.status < 500, each, expected="no failure, whatever comes", got=each.status)


@requirement("SBX-001")
def test_a_wrong_signature_is_refused(delivery, signed, expect):
    if not signed:
        expect.not_applicable("the profile names no signing secret")
    expect.status(delivery.wrongly_signed, 401)


@requirement("SBX-002")
def test_an_old_signature_is_refused(delivery, signed, expect):
    if not signed:
        expect.not_applicable("the profile names no signing secret")
    expect.status(delivery.long_signed, 401)
