"""What a gateway answers a tenant."""

import pytest

requirement = pytest.mark.requirement

CODES = {400: "MALFORMED_REQUEST", 401: "NOT_AUTHORISED", 404: "NOT_FOUND", 422: "INVALID_REQUEST"}
NO_OFFER = "the profile's supplier offers no new line at any address"


@requirement("GAT-001")
def test_availability_is_a_list_of_suppliers(dialogue, expect):
    expect.status(dialogue.availability, 200)
    expect(isinstance(dialogue.availability.answer, list), dialogue.availability, expected="a list", got="no list")


@requirement("GAT-002")
def test_availability_needs_an_address(dialogue, expect):
    expect.status(dialogue.without_address, 400)


@requirement("GAT-003")
def test_no_token_is_not_authorised(dialogue, expect):
    expect.status(dialogue.without_token, 401)


@requirement("GAT-004")
def test_a_missing_request_id_is_malformed(dialogue, expect):
    expect.status(dialogue.without_request_id, 400)


@requirement("GAT-005")
def test_a_missing_conversation_id_is_malformed(dialogue, expect):
    expect.status(dialogue.without_conversation, 400)


@requirement("GAT-006")
def test_an_address_lookup_needs_something_to_look_for(dialogue, expect):
    expect.status(dialogue.looked_up_nothing, 400)


@requirement("GAT-010")
def test_slots_are_listed(dialogue, profile, expect):
    profile.needs("APPOINTMENTS")
    expect.status(dialogue.slots, 200)


@requirement("GAT-011")
def test_a_slot_is_reserved(dialogue, profile, expect):
    profile.needs("APPOINTMENTS")
    answer = expect.given(dialogue.reserved, "no free slot was listed")
    expect.status(answer, 201)
    number = answer.member("id")
    expect(isinstance(number, int), answer, at="/id", expected="the number to order with", got=number)


@requirement("GAT-012")
def test_an_unknown_supplier_has_no_slots(dialogue, expect):
    expect.status(dialogue.slots_of_nobody, 422)


@requirement("GAT-020")
def test_an_order_is_created(dialogue, expect):
    expect.given(dialogue.offer, NO_OFFER)
    expect.status(dialogue.ordered, 201)


@requirement("GAT-021")
def test_a_new_order_has_a_number_and_a_status(dialogue, expect):
    expect.given(dialogue.number if dialogue.ordered.status == 201 else None, "no order was created")
    status = dialogue.ordered.member("status")
    right = isinstance(dialogue.number, int) and status in ("RECEIVED_BY_GATEWAY", "ACKNOWLEDGED", "SENT_TO_SUPPLIER")
    expect(right, dialogue.ordered, at="/status", expected="a number, and RECEIVED_BY_GATEWAY", got=status)


@requirement("GAT-022")
def test_an_order_can_be_read(dialogue, expect):
    answer = expect.given(dialogue.read, "no order was created")
    expect.status(answer, 200)
    same = answer.member("id") == dialogue.number
    expect(same, answer, at="/id", expected=dialogue.number, got=answer.member("id"))


@requirement("GAT-023")
def test_an_unknown_order_is_not_found(dialogue, expect):
    expect.status(dialogue.read_nothing, 404)


@requirement("GAT-024")
def test_an_order_without_contact_is_malformed(dialogue, expect):
    expect.status(dialogue.without_contact, 400)


@requirement("GAT-025")
def test_an_order_of_no_kind_is_invalid(dialogue, expect):
    expect.status(dialogue.of_no_kind, 422)


@requirement("GAT-026")
def test_an_order_with_an_unknown_supplier_is_invalid(dialogue, expect):
    expect.status(dialogue.with_nobody, 422)


@requirement("GAT-027")
def test_an_unreadable_order_is_malformed(dialogue, expect):
    expect.status(dialogue.unreadable, 400)


@requirement("GAT-028")
def test_an_unknown_order_is_not_cancelled(dialogue, expect):
    expect.status(dialogue.cancelled_nothing, 422)


@requirement("GAT-029")
def test_an_order_is_not_cancelled_for_any_reason(dialogue, expect):
    expect.status(dialogue.cancelled_for_nothing, 422)


@requirement("GAT-030")
def test_a_refusal_has_uuid_code_and_messages(exchanges, expect):
    for each in expect.given([each for each in exchanges if each.status in CODES], "nothing was refused"):
        for name, kind in (("uuid", str), ("code", str), ("messages", list)):
            value = each.member(name)
            expect(isinstance(value, kind), each, at=f"/{name}", expected=f"the error body's {name}", got=value)


@requirement("GAT-031")
def test_the_code_of_a_refusal_fits_its_status(exchanges, expect):
    refused = [each for each in exchanges if each.status in CODES and isinstance(each.member("code"), str)]
    for each in expect.given(refused, "no refusal has a code"):
        wanted, code = CODES[each.status], each.member("code")
        expect(code == wanted, each, at="/code", expected=f"{wanted} with {each.status}", got=code)


@requirement("GAT-032")
def test_every_success_has_the_documented_shape(party, exchanges, expect):
    successes = [each for each in party.exchanges if each.status < 300 and each.raw]
    for each in expect.given(successes, "nothing succeeded"):
        expect.shape("tenant", each)


@requirement("GAT-033")
def test_nothing_makes_it_fail(exchanges, expect):
    for each in exchanges:
        expect(each.status < 500, each, expected="no failure, whatever is asked", got=each.status)
