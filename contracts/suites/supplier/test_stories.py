"""What a supplier's KCIs must be in a row: the story of each order, test and problem."""

import pytest

requirement = pytest.mark.requirement

OVER = {"REJECTED", "CANCELLED", "COMPLETED", "PARTIAL", "FAILED"}
BEFORE_COMMITTED = {"RESUMED", "REAPPOINTED"}


@pytest.fixture
def told(stories, expect):
    """The stories of which something was heard."""
    return expect.given([each for each in stories if each.messages], "no KCI came")


def told_of(message, story):
    return message.body[story.entity]


@requirement("KCI-040")
def test_the_first_message_has_the_first_number(told, expect):
    for story in told:
        first, number = story.messages[0], story.messages[0].body.get("sequenceNumber")
        allowed = (1, 2) if story.taken.status == 201 else (1,)
        expect(number in allowed, first, at="/sequenceNumber", expected=f"one of {allowed}", got=number)


@requirement("KCI-041")
def test_numbers_rise_by_one(told, expect):
    for story in told:
        numbers = [each.body.get("sequenceNumber") for each in story.messages]
        for before, after, message in zip(numbers, numbers[1:], story.messages[1:], strict=False):
            ok = isinstance(before, int) and after == before + 1
            expect(ok, message, at="/sequenceNumber", expected=f"the one after {before}", got=after)
    expect(True, expected="numbers that rise by one")


@requirement("KCI-042")
def test_no_two_messages_share_an_id(told, expect):
    seen = set()
    for story in told:
        for message in story.messages:
            name = message.body.get("id")
            expect(name not in seen, message, at="/id", expected="an id not used before", got=name)
            seen.add(name)


@requirement("KCI-043")
def test_nothing_is_committed_before_it_is_acknowledged(told, expect):
    for story in told:
        acknowledged = story.taken.status == 201
        for message in story.messages:
            reason = message.body.get("reasonCode")
            acknowledged = acknowledged or reason in ("ACKNOWLEDGED", "CREATED")
            early = reason == "COMMITTED" and not acknowledged
            expect(not early, message, at="/reasonCode", expected="ACKNOWLEDGED before COMMITTED", got=reason)


@requirement("KCI-044")
def test_nothing_is_told_after_the_end(told, expect):
    for story in told:
        ended = None
        for message in story.messages:
            expect(ended is None, message, expected=f"nothing after {ended}", got=message.body.get("reasonCode"))
            ended = told_of(message, story).get("status") if told_of(message, story).get("status") in OVER else None


@requirement("KCI-045")
def test_the_committed_date_is_set_once(told, expect):
    for story in told:
        known = story.taken.member("committedDate")
        for message in story.messages:
            date = told_of(message, story).get("committedDate")
            moved = known is not None and date is not None and date != known
            expect(not moved, message, at=f"/{story.entity}/committedDate", expected=known, got=date)
            known = known or date


@requirement("KCI-046")
def test_a_delay_that_is_over_leaves_the_target_date(told, expect):
    seen = False
    for story in told:
        known = story.taken.member("targetDate")
        for message in story.messages:
            date = told_of(message, story).get("targetDate")
            if message.body.get("reasonCode") == "RESUMED":
                seen = True
                same = date is None or known is None or date == known
                expect(same, message, at=f"/{story.entity}/targetDate", expected=known, got=date)
            known = date or known
    expect.given(seen or None, "no RESUMED came")


@requirement("KCI-047")
def test_the_gateways_number_is_the_one_that_the_gateway_gave(told, expect):
    for story in told:
        for message in story.messages:
            number = told_of(message, story).get("id")
            expect(number in (None, story.number), message, at=f"/{story.entity}/id", expected=story.number, got=number)


@requirement("KCI-048")
def test_the_suppliers_reference_stays(told, expect):
    for story in told:
        name = "supplierReference" if story.kind in ("TEST", "PROBLEM") else "supplierOrderReference"
        known = story.taken.member(name)
        for message in story.messages:
            given = told_of(message, story).get(name)
            same = known is None or given is None or given == known
            expect(same, message, at=f"/{story.entity}/{name}", expected=known, got=given)
            known = known or given


@requirement("KCI-049")
def test_what_was_acknowledged_at_once_is_not_acknowledged_again(told, expect):
    at_once = [each for each in told if each.taken.status == 201 and each.kind != "TEST"]
    for story in expect.given(at_once, "nothing was acknowledged at once"):
        again = story.first("ACKNOWLEDGED")
        expect(again is None, again, at="/reasonCode", expected="no ACKNOWLEDGED after a 201", got="ACKNOWLEDGED")


@requirement("KCI-050")
def test_what_was_taken_with_202_is_acknowledged_or_rejected(stories, expect):
    later = [each for each in stories if each.taken.status == 202]
    for story in expect.given(later, "nothing was answered 202"):
        first = story.reasons[:1]
        answered = first and first[0] in ("ACKNOWLEDGED", "ORDER_REJECTED", "UPDATE", "ADDITIONAL", "WARNING")
        expect(answered, story.taken, expected="ACKNOWLEDGED or ORDER_REJECTED as a KCI", got=first or "no KCI")


@requirement("KCI-051")
def test_the_address_of_an_order_stays_what_was_ordered(told, expect):
    known = [each for each in told if "address" in each.body]
    for story in expect.given(known, "no order with an address was told of"):
        for message in story.messages:
            address = told_of(message, story).get("address")
            asked = story.body["address"]
            same = address is None or address.get("id") == asked["id"]
            expect(same, message, at=f"/{story.entity}/address", expected=asked, got=address)


@requirement("KCI-052")
def test_an_order_that_was_repeated_is_told_once(ordering, everything, expect):
    story = expect.given(ordering.happy, "no order went well")
    expect.given(ordering.repeated, "the order was not repeated")
    acknowledged = [each for each in story.messages if each.body.get("reasonCode") == "COMMITTED"]
    last = acknowledged[-1] if acknowledged else None
    expect(len(acknowledged) <= 1, last, at="/reasonCode", expected="one COMMITTED", got=len(acknowledged))


@requirement("KCI-053")
def test_times_of_issue_rise_with_the_numbers(told, expect):
    for story in told:
        issued = [str(each.body.get("issuedOn")) for each in story.messages]
        for before, after, message in zip(issued, issued[1:], story.messages[1:], strict=False):
            offsets = {before[-1:], after[-1:]}
            if offsets == {"Z"}:
                expect(after >= before, message, at="/issuedOn", expected=f"{before} or later", got=after)
    expect(True, expected="times that rise")


@requirement("KCI-054")
def test_a_message_names_the_tenant_of_its_order(told, expect):
    for story in told:
        for message in story.messages:
            tenant = told_of(message, story).get("tenant")
            if isinstance(tenant, str):
                expect(tenant == story.tenant, message, at=f"/{story.entity}/tenant", expected=story.tenant, got=tenant)


@requirement("KCI-055")
def test_a_completed_new_line_has_a_service_id(ordering, expect):
    story = expect.given(ordering.happy, "no order went well")
    done = expect.given(story.first("COMPLETED"), "the order did not complete")
    known = story.characteristic("SERVICE_ID")
    expect(known, done, expected="the characteristic SERVICE_ID in some KCI", got="none")


@requirement("KCI-056")
def test_an_accepted_amendment_is_told(changing, expect):
    _, _, answer, told = expect.given(changing.amended, "no order could be placed that stays open")
    if answer.status != 202:
        expect.not_observed("the amendment was decided at once")
    reason = told.body.get("reasonCode") if told else "no KCI"
    expect(reason == "AMENDED", told or answer, at="/reasonCode", expected="AMENDED", got=reason)


@requirement("KCI-057")
def test_a_rejected_amendment_is_told(changing, expect):
    _, _, answer, told = expect.given(changing.amendment_rejected, "no order could be placed that stays open")
    if answer.status != 202:
        expect.not_observed("the amendment was decided at once")
    reason = told.body.get("reasonCode") if told else "no KCI"
    expect(reason == "AMENDMENT_REJECTED", told or answer, at="/reasonCode", expected="AMENDMENT_REJECTED", got=reason)


@requirement("KCI-058")
def test_an_accepted_cancellation_is_told(changing, expect):
    _, _, answer, told = expect.given(changing.cancelled, "no order could be placed that stays open")
    if answer.status != 202:
        expect.not_observed("the cancellation was decided at once")
    reason = told.body.get("reasonCode") if told else "no KCI"
    expect(reason == "CANCELLED", told or answer, at="/reasonCode", expected="CANCELLED", got=reason)


@requirement("KCI-059")
def test_a_cancellation_that_was_asked_for_is_named(changing, expect):
    story, body, _, told = expect.given(changing.cancelled, "no order could be placed that stays open")
    told = expect.given(told, "no KCI told of the cancellation")
    names = ("serviceOrderCancellationId", "serviceOrderCancellationReference")
    named = [each.get(name) for each in (told.body, told_of(told, story)) for name in names]
    expect(any(named), told, at=f"/{names[0]}", expected=f"{body['id']} or its reference", got="neither")


@requirement("KCI-060")
def test_a_rejected_cancellation_is_told(changing, expect):
    _, _, answer, told = expect.given(changing.cancellation_rejected, "no order could be placed that stays open")
    if answer.status != 202:
        expect.not_observed("the cancellation was decided at once")
    reason = told.body.get("reasonCode") if told else "no KCI"
    wanted = "CANCELLATION_REJECTED"
    expect(reason == wanted, told or answer, at="/reasonCode", expected=wanted, got=reason)


@requirement("KCI-061")
def test_an_amendment_shows_in_the_order(changing, expect):
    story, body, _, told = expect.given(changing.amended, "no order could be placed that stays open")
    done = expect.given(told if told and told.body.get("reasonCode") == "AMENDED" else None, "no AMENDED came")
    notes = told_of(done, story).get("notes")
    same = notes is None or notes == body["notes"]
    expect(same, done, at=f"/{story.entity}/notes", expected=body["notes"], got=notes)


@requirement("KCI-062")
def test_a_rejected_resolution_puts_the_problem_in_progress(mending, expect):
    story, _ = expect.given(mending.not_resolved, "no resolution could be rejected")
    resolved = [each.number for each in story.messages if each.body.get("reasonCode") == "RESOLVED"]
    later = [each for each in story.messages if each.number > resolved[0]]
    for each in later:
        status = told_of(each, story).get("status")
        expect(status != "COMPLETED" or len(resolved) > 1, each, expected="no end after a rejection", got=status)
    expect(True, expected="a problem that goes on")


@requirement("KCI-063")
def test_a_test_tells_its_end(mending, expect):
    begun = mending.tested
    story = expect.given(begun if begun and begun.accepted else None, "no service test could be begun")
    done = story.first("COMPLETED", "CANCELLED")
    expect(done is not None, done or story.taken, expected="COMPLETED as a KCI", got=story.reasons or "no KCI")
