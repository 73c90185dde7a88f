"""What a sandbox promises beside the interface: repeats, order, signatures, the mailbox."""

import pytest

requirement = pytest.mark.requirement

NOT_PUSHED = "no KCI was pushed to the suite"


def taken(messages):
    return [each for each in messages if each.answered < 300]


@requirement("SBX-010")
def test_what_is_not_taken_comes_again(pushed, guest, expect):
    (refused, *_) = expect.given(guest.refused, NOT_PUSHED)
    first, *again = [each for each in pushed if each.body["id"] == refused]
    expect(again, first, expected="another attempt with this id", got="none")
    for each in again:
        expect(each.raw == first.raw, each, expected="the bytes of the first attempt", got=each.raw)


@requirement("SBX-011")
def test_nothing_overtakes_what_is_not_taken(pushed, guest, expect):
    expect.given(guest.refused, NOT_PUSHED)
    highest = 0
    for each in taken(pushed):
        number = each.body["sequenceNumber"]
        expect(number >= highest, each, at="/sequenceNumber", expected=f"nothing before {highest}", got=number)
        highest = number


@requirement("SBX-012")
def test_every_push_is_signed(pushed, guest, expect):
    for each in expect.given(pushed, NOT_PUSHED):
        got = each.headers.get("webhook-signature", "")
        expect(guest.signature(each) in got.split(), each, expected="the signature of these bytes", got=got)


@requirement("SBX-013")
def test_the_mailbox_has_all_of_them(pushed, guest, expect):
    kept = guest.kept()
    for place, each in enumerate(expect.given(taken(pushed), NOT_PUSHED)):
        got = kept[place] if place < len(kept) else None
        expect(got == each.body, each, at=f"/items/{place}/kci", expected="the KCI that was pushed", got=got)
