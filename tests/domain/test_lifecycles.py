import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain import lifecycles
from sandbox.domain.lifecycles import (
    BEFORE,
    GATEWAY_EVENTS,
    PENDING_REQUESTS,
    TABLES,
    allowed,
    events_from,
    kept_before,
    reason_codes_from,
    terminal,
)

# Published, state by state, but for the one of a request that is overtaken.
STATES = {
    "order": {
        "RECEIVED_BY_GATEWAY", "SENT_TO_SUPPLIER", "FAILED_TO_SEND", "ACKNOWLEDGED", "REJECTED", "IN_PROGRESS",
        "PENDING", "HELD", "PENDING_AMENDMENT", "PENDING_CANCELLATION", "CANCELLED", "FAILED", "PARTIAL", "COMPLETED",
    },
    "request": {"RECEIVED_BY_GATEWAY", "PENDING", "FAILED_TO_SEND", "REJECTED", "COMPLETED"},
    "resolution": {"PENDING", "ACCEPTED", "REJECTED"},
    "test": {
        "RECEIVED_BY_GATEWAY", "SENT_TO_SUPPLIER", "FAILED_TO_SEND", "REJECTED", "IN_PROGRESS", "FAILED", "COMPLETED",
    },
    "problem": {
        "RECEIVED_BY_GATEWAY", "SENT_TO_SUPPLIER", "FAILED_TO_SEND", "REJECTED", "ACKNOWLEDGED", "IN_PROGRESS",
        "PENDING", "HELD", "NETWORK_INCIDENT", "PENDING_AMENDMENT", "PENDING_CANCELLATION", "CANCELLED", "RESOLVED",
        "COMPLETED",
    },
}  # fmt: skip
FIRST = {"resolution": "PENDING"}
TERMINAL = {
    "resolution": {"ACCEPTED", "REJECTED"},
    "order": {"FAILED_TO_SEND", "REJECTED", "CANCELLED", "FAILED", "PARTIAL", "COMPLETED"},
    "request": {"FAILED_TO_SEND", "REJECTED", "COMPLETED"},
    "test": {"FAILED_TO_SEND", "REJECTED", "FAILED", "COMPLETED"},
    "problem": {"FAILED_TO_SEND", "REJECTED", "CANCELLED", "COMPLETED"},
}
REASON_CODES = {
    "CREATED", "ACKNOWLEDGED", "COMMITTED", "UPDATE", "ADDITIONAL", "WARNING", "DELAY", "RESUMED",
    "INFORMATION_REQUIRED", "REAPPOINT", "REAPPOINTED", "AMENDED", "AMENDMENT_REJECTED", "CANCELLED",
    "CANCELLATION_REJECTED", "RESUBMIT", "ORDER_REJECTED", "COMPLETED",
}  # fmt: skip


def reached(kind: str) -> set[str]:
    """Every state that events lead to from the first one, the one before the pending requests kept all the way."""
    todo: list[tuple[str, str | None]] = [(FIRST.get(kind, "RECEIVED_BY_GATEWAY"), None)]
    known = set(todo)
    while todo:
        state, before = todo.pop()
        for event in TABLES[kind]:
            for target in allowed(kind, state, event, before=before):
                there = (target, kept_before(state, before, target))
                if there not in known:
                    known.add(there)
                    todo.append(there)
    return {state for state, _ in known}


@pytest.mark.parametrize("kind", TABLES)
def test_exactly_the_published_states_are_reached(kind: str) -> None:
    assert reached(kind) == STATES[kind]


@pytest.mark.parametrize("kind", TABLES)
def test_nothing_happens_to_a_thing_that_is_final_and_something_to_every_other(kind: str) -> None:
    assert {state for state in STATES[kind] if terminal(kind, state)} == TERMINAL[kind]


def test_an_order_knows_every_published_reason_code() -> None:
    assert set(TABLES["order"]) - GATEWAY_EVENTS == REASON_CODES


def test_a_problem_knows_those_too_but_what_only_orders_have_and_two_of_our_own() -> None:
    only_orders = {"CREATED", "COMMITTED"}
    assert set(TABLES["problem"]) - GATEWAY_EVENTS == REASON_CODES - only_orders | {"RESOLVED", "NETWORK_INCIDENT"}


@pytest.mark.parametrize("kind", ["order", "problem"])
def test_amending_is_allowed_in_the_published_states_alone(kind: str) -> None:
    open_to_amendment = {state for state in STATES[kind] if allowed(kind, state, "AMENDMENT_PENDING")}
    assert open_to_amendment == {"ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "PENDING_AMENDMENT"}


def test_cancelling_is_allowed_while_work_stands_still_too() -> None:
    def cancellable(kind: str) -> set[str]:
        return {state for state in STATES[kind] if allowed(kind, state, "CANCELLATION_PENDING")}

    of_an_order = {"ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD", "PENDING_AMENDMENT"}
    assert cancellable("order") == of_an_order
    assert cancellable("problem") == of_an_order | {"NETWORK_INCIDENT"}


@pytest.mark.parametrize("pending", PENDING_REQUESTS)
@pytest.mark.parametrize("before", ["ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD"])
def test_a_rejection_usually_leads_back_to_where_the_thing_stood(pending: str, before: str) -> None:
    for rejection in ("AMENDMENT_REJECTED", "CANCELLATION_REJECTED", "RESUBMIT"):
        back, *others = allowed("order", pending, rejection, before=before)
        assert back == before
        assert {"ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD", pending} <= {back, *others}  # or what the KCI states


def test_an_accepted_amendment_answers_what_a_pending_order_waited_for() -> None:
    assert allowed("order", "PENDING_AMENDMENT", "AMENDED", before="PENDING")[0] == "IN_PROGRESS"
    assert allowed("order", "PENDING", "AMENDED")[0] == "IN_PROGRESS"  # applied at once
    assert "PENDING" in allowed("order", "PENDING_AMENDMENT", "AMENDED", before="PENDING")
    for before in ("ACKNOWLEDGED", "IN_PROGRESS"):
        assert allowed("order", "PENDING_AMENDMENT", "AMENDED", before=before)[0] == before


def test_a_cancellation_refused_while_an_amendment_waits_may_leave_the_order_waiting() -> None:
    back = allowed("order", "PENDING_CANCELLATION", "CANCELLATION_REJECTED", before="ACKNOWLEDGED")
    assert "PENDING_AMENDMENT" in back
    assert "PENDING_CANCELLATION" in allowed("order", "PENDING_CANCELLATION", "AMENDED", before="ACKNOWLEDGED")


@pytest.mark.parametrize("pending", PENDING_REQUESTS)
def test_the_supplier_goes_on_with_the_order_while_a_request_is_pending(pending: str) -> None:
    assert allowed("order", pending, "COMMITTED", before="ACKNOWLEDGED") == ("IN_PROGRESS",)
    assert allowed("order", pending, "UPDATE", before="ACKNOWLEDGED") == (pending, "ACKNOWLEDGED")
    assert "COMPLETED" in allowed("order", pending, "COMPLETED", before="IN_PROGRESS")


def test_an_order_that_its_supplier_creates_was_never_sent() -> None:
    assert allowed("order", "RECEIVED_BY_GATEWAY", "CREATED") == ("ACKNOWLEDGED", "IN_PROGRESS")
    assert all(not allowed("order", state, "CREATED") for state in STATES["order"] - {"RECEIVED_BY_GATEWAY"})


def test_a_resolution_is_accepted_or_rejected_and_a_closed_problem_stays_closed() -> None:
    assert allowed("problem", "RESOLVED", "RESOLUTION_ACCEPTED") == ("COMPLETED",)
    assert allowed("problem", "RESOLVED", "RESOLUTION_REJECTED") == ("IN_PROGRESS",)
    assert allowed("problem", "RESOLVED", "COMPLETED") == ("COMPLETED",)
    assert events_from("problem", "COMPLETED") == ()
    for state in STATES["problem"] - {"RESOLVED"}:
        assert not allowed("problem", state, "RESOLUTION_ACCEPTED")
        assert not allowed("problem", state, "COMPLETED")


def test_a_request_is_decided_once() -> None:
    decisions = ("AMENDED", "AMENDMENT_REJECTED", "CANCELLED", "CANCELLATION_REJECTED", "OVERTAKEN")
    for decision in decisions:
        (decided,) = allowed("request", "PENDING", decision)
        assert not any(allowed("request", decided, again) for again in decisions)


def test_what_a_supplier_may_say_is_told_from_what_only_the_gateway_does() -> None:
    assert reason_codes_from("order", "RECEIVED_BY_GATEWAY") == ("CREATED", "ACKNOWLEDGED")
    assert reason_codes_from("resolution", "PENDING") == ()
    assert "AMENDMENT_PENDING" in events_from("order", "ACKNOWLEDGED")
    assert set(reason_codes_from("order", "ACKNOWLEDGED")) <= REASON_CODES
    assert reason_codes_from("test", "IN_PROGRESS") == ("UPDATE", "ADDITIONAL", "WARNING", "CANCELLED", "COMPLETED")


def test_what_does_not_exist_may_not_come() -> None:
    assert allowed("order", "IN_PROGRESS", "NONSENSE") == ()
    assert allowed("order", "NONSENSE", "UPDATE") == ()
    with pytest.raises(KeyError):
        allowed("nonsense", "IN_PROGRESS", "UPDATE")


def test_every_rule_says_on_what_it_stands() -> None:
    for table in TABLES.values():
        for rules in table.values():
            assert all(rule.basis.startswith(("published: ", "assumed: ")) for rule in rules)


@given(
    kind=st.sampled_from(["order", "problem"]), choices=st.lists(st.tuples(st.integers(0), st.integers(0)), max_size=60)
)
def test_on_any_way_the_state_before_is_kept_exactly_while_requests_are_pending(
    kind: str, choices: list[tuple[int, int]]
) -> None:
    state, before = "RECEIVED_BY_GATEWAY", None
    for event_number, target_number in choices:
        events = events_from(kind, state)
        if not events:
            break
        event = events[event_number % len(events)]
        targets = allowed(kind, state, event, before=before)
        assert targets
        assert BEFORE not in targets  # every word stands for a state by now
        assert set(targets) <= STATES[kind]
        target = targets[target_number % len(targets)]
        state, before = target, kept_before(state, before, target)
        assert (before is not None) == (state in lifecycles.PENDING_REQUESTS)
        assert before not in lifecycles.PENDING_REQUESTS
