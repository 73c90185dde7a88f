import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain import lifecycles
from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.errors import Problem
from sandbox.domain.planning import plan, planned_beat
from sandbox.domain.scenarios import choose, fits
from sandbox.domain.slots import next_slot_like
from sandbox.domain.suppliers import Supplier
from tests.support.scores import ALDER, BIRCH, CEDAR, DAY, GAP, LIBRARY, NOW, order_for, own, planned

SEQUENCES = {
    "ORDER_SUCCESSFUL": [
        ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("ADDITIONAL", "IN_PROGRESS"),
        ("COMPLETED", "COMPLETED"),
    ],
    "ORDER_ACKNOWLEDGED": [("ACKNOWLEDGED", "ACKNOWLEDGED")],
    "ORDER_IN_PROGRESS": [("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS")],
    "ORDER_PENDING": [
        ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("INFORMATION_REQUIRED", "PENDING"),
    ],
    "ORDER_REAPPOINT": [("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("REAPPOINT", "PENDING")],
    "ORDER_REAPPOINTED": [
        ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("REAPPOINTED", "IN_PROGRESS"),
        ("COMPLETED", "COMPLETED"),
    ],
    "ORDER_DELAYED": [
        ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("DELAY", "HELD"), ("RESUMED", "IN_PROGRESS"),
        ("COMPLETED", "COMPLETED"),
    ],
    "ORDER_CANCELLED": [("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("CANCELLED", "CANCELLED")],
    "ORDER_REJECTED": [("ORDER_REJECTED", "REJECTED")],
    "ORDER_ADDRESS_UNKNOWN": [("ACKNOWLEDGED", "ACKNOWLEDGED"), ("INFORMATION_REQUIRED", "PENDING")],
    "ORDER_OBJECTED": [
        ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("COMPLETED", "COMPLETED"),
    ],
}  # fmt: skip
SEQUENCES |= {
    "ORDER_EXCESS_CHARGE": SEQUENCES["ORDER_PENDING"],
    "ORDER_NO_SUCH_PLACE": SEQUENCES["ORDER_CANCELLED"],
    **{f"ORDER_{why}": SEQUENCES["ORDER_DELAYED"] for why in ("SURVEY", "UNOCCUPIED", "WAYLEAVE")},
}


FITTING = [
    (name, code)
    for name, scenario in LIBRARY.scenarios.items()
    for code, supplier in LIBRARY.suppliers.items()
    if scenario.kind == "order" and not name.startswith("LESSON_") and fits(scenario, supplier)
]


@pytest.mark.parametrize("gap", [None, GAP])
@pytest.mark.parametrize(("name", "code"), FITTING)
def test_the_sequence_is_the_same_whatever_the_suppliers_character(name: str, code: str, gap: int | None) -> None:
    supplier = LIBRARY.suppliers[code]
    made = planned(name, supplier, gap=gap)
    told = [(beat.reason_code, beat.status) for beat in made.beats]
    if made.status == 201:
        assert made.entity_status == "ACKNOWLEDGED"
        told.insert(0, ("ACKNOWLEDGED", "ACKNOWLEDGED"))
    elif made.status == 422:
        assert made.messages[0]
        told.insert(0, ("ORDER_REJECTED", "REJECTED"))
    assert told == SEQUENCES[name]
    at_once = 422 if name == "ORDER_REJECTED" else 201
    assert made.status == (at_once if supplier.acknowledges_at_once else 202)
    assert [beat.due_at for beat in made.beats] == sorted(beat.due_at for beat in made.beats)


@pytest.mark.parametrize(("name", "code"), FITTING)
def test_every_status_is_one_that_the_life_cycle_allows(name: str, code: str) -> None:
    state = planned(name, LIBRARY.suppliers[code]).entity_status or lifecycles.SENT_TO_SUPPLIER
    for beat in planned(name, LIBRARY.suppliers[code]).beats:
        assert beat.status in lifecycles.allowed("order", state, beat.reason_code)
        state = beat.status


def test_compressed_beats_are_a_gap_apart_from_the_first() -> None:
    assert [beat.due_at - NOW for beat in planned("ORDER_SUCCESSFUL", gap=GAP).beats] == [
        GAP,
        2 * GAP,
        3 * GAP,
        4 * GAP,
    ]
    assert [beat.due_at - NOW for beat in planned("ORDER_SUCCESSFUL", BIRCH, gap=GAP).beats] == [GAP, 2 * GAP, 3 * GAP]


def test_the_header_forces_its_own_gap_on_either_tempo() -> None:
    for gap in (None, GAP):
        assert [beat.due_at - NOW for beat in planned("ORDER_IN_PROGRESS", delay="7", gap=gap).beats] == [7_000, 14_000]
    assert {beat.due_at for beat in planned("ORDER_SUCCESSFUL", delay="0").beats} == {NOW}


def test_realistic_beats_keep_their_offsets_from_the_order_and_from_the_target() -> None:
    order = order_for(ALDER)
    start = to_ms(order["appointmentTimeslot"]["timeslotStartDateTime"])
    due = [beat.due_at for beat in planned("ORDER_SUCCESSFUL", order=order).beats]
    assert due == [NOW + 300_000, NOW + DAY, NOW + 2 * DAY, start + 7_200_000]


def test_a_beat_is_never_due_before_the_one_ahead_of_it() -> None:
    yesterday = {"timeslotStartDateTime": to_text(NOW - DAY), "timeslotEndDateTime": to_text(NOW - DAY + 1)}
    due = [
        beat.due_at
        for beat in planned("ORDER_SUCCESSFUL", order={**order_for(ALDER), "appointmentTimeslot": yesterday}).beats
    ]
    assert due[-1] == due[-2] == NOW + 2 * DAY


def test_committed_and_target_date_are_the_start_of_the_appointment() -> None:
    order = order_for(ALDER)
    start = order["appointmentTimeslot"]["timeslotStartDateTime"]
    committed = planned("ORDER_IN_PROGRESS", order=order).beats[1]
    assert committed.changes == {"committedDate": start, "targetDate": start}


def test_without_an_appointment_they_are_the_date_asked_for_or_the_end_of_the_lead_time() -> None:
    asked = planned("ORDER_IN_PROGRESS", CEDAR, order=order_for(CEDAR, requestedCompletionDate="2026-04-20"))
    assert asked.beats[1].changes["committedDate"] == "2026-04-20T11:00:00.000Z"  # noon in London, in summer time
    unasked = planned("ORDER_IN_PROGRESS", CEDAR)
    assert unasked.beats[1].changes["targetDate"] == "2026-03-20T12:00:00.000Z"


def test_a_date_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(Problem, match="YYYY-MM-DD"):
        planned("ORDER_IN_PROGRESS", CEDAR, order=order_for(CEDAR, requestedCompletionDate="soon"))


@pytest.mark.parametrize("days", [1, 5, 11, 90])
def test_a_reappointed_order_has_a_new_slot_and_a_target_moved_by_exactly_the_days(days: int) -> None:
    order = order_for(ALDER)
    start, end = (to_ms(order["appointmentTimeslot"][key]) for key in ("timeslotStartDateTime", "timeslotEndDateTime"))
    made = planned(f"ORDER_REAPPOINTED?targetDateOffset={days}", order=order)
    moved = made.beats[2].changes
    slot = next_slot_like(ALDER, start, end, days)
    assert moved["appointmentTimeslot"] == {
        "timeslotStartDateTime": to_text(slot.start_ms),
        "timeslotEndDateTime": to_text(slot.end_ms),
        "classification": slot.classification,
        "standard": True,
    }
    # 23 March, 08:00 in winter time; from the 29th on, 08:00 is an hour earlier in UTC.
    assert to_ms(moved["targetDate"]) == start + days * DAY - (3_600_000 if days > 5 else 0)
    assert moved["appointmentReservationReference"].startswith("ALD")
    assert made.beats[3].due_at >= max(slot.start_ms, to_ms(moved["targetDate"]))
    assert "committedDate" not in moved


def test_a_scenario_about_the_appointment_needs_an_order_that_has_one() -> None:
    without = {"id": 1, "tenant": "TENANT1"}
    with pytest.raises(Problem, match="reserve one"):
        planned("ORDER_REAPPOINT", order=without)


def test_problem_codes_are_the_requested_one_or_the_default_or_none() -> None:
    def codes(header: str, code: str | None = None) -> list[str | None]:
        return [beat.problem_code for beat in planned(header, code=code).beats]

    assert codes("ORDER_CANCELLED") == [None, None, "UNKNOWN_FAULT"]
    assert codes("ORDER_CANCELLED", "CAPACITY_ISSUE") == [None, None, "CAPACITY_ISSUE"]
    assert codes("ORDER_DELAYED", "SITE_UNSAFE") == [None, None, "SITE_UNSAFE", None, None]
    assert codes("ORDER_PENDING") == [None, None, None]
    assert codes("ORDER_PENDING", "COST_ISSUE") == [None, None, "COST_ISSUE"]


def test_questions_and_rejections_come_with_a_text() -> None:
    assert "room" in (planned("ORDER_PENDING").beats[2].text or "")
    later, at_once = planned("ORDER_REJECTED"), planned("ORDER_REJECTED", BIRCH)
    assert at_once.messages == (later.beats[0].text,)
    assert at_once.beats == ()


def test_references_differ_by_order_tenant_epoch_and_seed_and_are_otherwise_the_same() -> None:
    other_tenant = {**order_for(ALDER), "tenant": "TENANT4"}
    made = [
        planned("ORDER_SUCCESSFUL"),
        planned("ORDER_SUCCESSFUL", order=order_for(ALDER, number=2)),
        planned("ORDER_SUCCESSFUL", order=other_tenant),
        planned("ORDER_SUCCESSFUL", seed="demo2"),
        planned("ORDER_SUCCESSFUL", epoch=2),
    ]
    assert len({each.reference for each in made}) == len(made)
    assert planned("ORDER_SUCCESSFUL") == made[0]


@given(
    name=st.sampled_from(sorted(SEQUENCES)),
    supplier=st.sampled_from([ALDER, BIRCH]),
    now=st.integers(min_value=to_ms("2025-01-01T00:00:00Z"), max_value=to_ms("2028-12-31T00:00:00Z")),
)
def test_on_any_day_beats_are_in_order_dates_in_future_and_all_is_json(name: str, supplier: Supplier, now: int) -> None:
    made = planned(name, supplier, now=now)
    due = [beat.due_at for beat in made.beats]
    assert due == sorted(due)
    assert all(at > now for at in due)
    target = max((beat.due_at for beat in made.beats if beat.reason_code != "COMPLETED"), default=now)
    for beat in made.beats:
        assert planned_beat(json.loads(json.dumps(beat.to_mapping()))) == beat
        if beat.reason_code == "COMPLETED":
            assert beat.due_at > target  # nothing else is still to come when the appointment is kept


def test_what_is_wrong_on_purpose_states_what_it_says_and_moves_nothing() -> None:
    beats = [
        {"at": "PT5M", "kci": "COMPLETED", "wrong": True},
        {"at": "PT6M", "kci": "ACKNOWLEDGED"},
        {"at": "PT7M", "kci": "COMMITTED", "status": "HELD", "wrong": True, "set": {"targetDate": "agreed"}},
        {"at": "PT8M", "kci": "UPDATE"},
    ]
    wrong = own({"beats": beats})
    choice = choose({"A": wrong}, None, None, None)
    made = plan(wrong, choice, ALDER, order_for(ALDER), NOW, None, "demo1", 1)
    assert [beat.status for beat in made.beats] == ["SENT_TO_SUPPLIER", "ACKNOWLEDGED", "HELD", "ACKNOWLEDGED"]
    assert [beat.wrong for beat in made.beats] == [True, False, True, False]
