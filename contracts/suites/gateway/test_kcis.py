"""The KCIs of a gateway: those that it tells tenants, and those that it takes from suppliers."""

import pytest

requirement = pytest.mark.requirement

NO_KCI = "no KCI came"


@requirement("GAT-040")
def test_numbers_begin_with_one_and_rise_by_one(messages, expect):
    for place, each in enumerate(expect.given(messages, NO_KCI)):
        number = each.body.get("sequenceNumber")
        expect(number == place + 1, each, at="/sequenceNumber", expected=place + 1, got=number)


@requirement("GAT-041")
def test_no_two_kcis_share_an_id(messages, expect):
    seen = set()
    for each in expect.given(messages, NO_KCI):
        name = each.body.get("id")
        expect(name not in seen, each, at="/id", expected="an id not used before", got=name)
        seen.add(name)


@requirement("GAT-042")
def test_the_first_says_that_the_supplier_has_it(messages, expect):
    first = expect.given(messages, NO_KCI)[0]
    status = first.body["entity"].get("status")
    expect(status == "SENT_TO_SUPPLIER", first, at="/entity/status", expected="SENT_TO_SUPPLIER", got=status)


@requirement("GAT-043")
def test_a_kci_has_the_documented_shape(messages, violations, expect):
    for each in expect.given(messages, NO_KCI):
        wrong = violations(each.body)
        first = wrong[0] if wrong else None
        where, words = (first.pointer, first.message) if first else ("", "")
        expect(first is None, each, at=where, expected="a KCI as the document has it", got=words)


@requirement("GAT-044")
def test_an_order_that_went_well_is_completed(messages, expect):
    last = expect.given(messages, NO_KCI)[-1]
    status = last.body["entity"].get("status")
    expect(status == "COMPLETED", last, at="/entity/status", expected="COMPLETED", got=status)


@requirement("GAT-045")
def test_the_history_holds_what_was_told(dialogue, messages, expect):
    answer = expect.given(dialogue.read, "no order was created")
    told = [each.body.get("id") for each in expect.given(messages, NO_KCI)]
    history = [each.get("id") for each in answer.member("updates") or []]
    expect(history == told, answer, at="/updates", expected=f"the {len(told)} KCIs that came", got=history)


@requirement("GAT-046")
def test_the_committed_date_stays(messages, expect):
    known = None
    for each in expect.given(messages, NO_KCI):
        date = each.body["entity"].get("committedDate")
        same = known is None or date == known
        expect(same, each, at="/entity/committedDate", expected=known, got=date)
        known = date or known


@pytest.fixture
def as_supplier(profile, expect):
    """The suite can speak as a supplier."""
    if "auth" not in (profile.supplier or {}):
        expect.not_observed("the profile has no credentials of a supplier")


@requirement("GAT-050")
def test_nobody_sends_kcis(dialogue, as_supplier, expect):
    expect.status(dialogue.posted_by_nobody, 401)


@requirement("GAT-051")
def test_a_kci_without_reason_is_malformed(dialogue, as_supplier, expect):
    expect.status(dialogue.posted_without_reason, 400)


@requirement("GAT-052")
def test_a_kci_about_nothing_is_invalid(dialogue, as_supplier, expect):
    expect.status(dialogue.posted_about_nothing, 422)


@requirement("GAT-053")
def test_an_unreadable_kci_is_malformed(dialogue, as_supplier, expect):
    expect.status(dialogue.posted_unreadable, 400)


@requirement("GAT-054")
def test_a_delay_without_problem_code_is_refused(dialogue, as_supplier, expect):
    expect.status(dialogue.posted_without_problem, 400, 422)
