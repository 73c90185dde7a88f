"""How the scores of one thing meet: what is stated at last, what follows an amendment, and what follows a new date."""

from typing import Any

import pytest

from sandbox.domain.durations import to_ms, to_text
from sandbox.domain.planning import PlannedBeat, later_chapter
from sandbox.domain.scenarios import ON_AMENDED, choose
from sandbox.domain.slots import diary
from sandbox.domain.speaking import replan, stated
from sandbox.domain.standing import Standing
from tests.support.scores import ALDER, BIRCH, DAY, GAP, LIBRARY, NOW, order_for, planned

LATER = NOW + 3 * DAY


def beat(reason: str, status: str = "IN_PROGRESS", *, fixed: bool = False, wrong: bool = False) -> PlannedBeat:
    return PlannedBeat(NOW, reason, status, None, None, {}, "order", 0, fixed, wrong)


def afterwards(
    name: str, entity: dict[str, Any], gap: int | None = None, chapter: str = ON_AMENDED
) -> list[PlannedBeat]:
    choice = choose(LIBRARY.scenarios, name, None, None)
    return list(later_chapter(chapter, LIBRARY.scenarios[name], choice, ALDER, entity, LATER, gap, "demo1", 1))


def moved_order() -> dict[str, Any]:
    """The order with the last slot of the diary instead of its first."""
    slot = diary(ALDER, "AREA01", NOW, None, "demo1")[-1]
    times = {"timeslotStartDateTime": to_text(slot.start_ms), "timeslotEndDateTime": to_text(slot.end_ms)}
    return {**order_for(ALDER), "appointmentTimeslot": times}


def test_what_was_planned_is_stated_while_nothing_else_happens() -> None:
    status = "SENT_TO_SUPPLIER"
    for each in planned("ORDER_DELAYED").beats:
        assert stated(each, Standing("order", status)) == each.status
        status = each.status


def test_a_kci_that_changes_no_status_states_the_one_there_is() -> None:
    pending = Standing("order", "PENDING_AMENDMENT", before="IN_PROGRESS", undecided=("amendment",))
    assert stated(beat("ADDITIONAL"), pending) == "PENDING_AMENDMENT"
    assert stated(beat("COMMITTED"), pending) == "IN_PROGRESS"  # published: a commitment states it


def test_a_result_leads_to_where_the_order_stands_by_then_not_where_it_stood_when_it_was_planned() -> None:
    planned_early = beat("AMENDED", "ACKNOWLEDGED")
    committed_meanwhile = Standing("order", "IN_PROGRESS")
    assert stated(planned_early, committed_meanwhile) == "IN_PROGRESS"


def test_a_result_leaves_the_order_waiting_while_another_request_is_undecided() -> None:
    one_more = Standing("order", "PENDING_AMENDMENT", before="IN_PROGRESS", undecided=("amendment",))
    assert stated(beat("AMENDED"), one_more) == "PENDING_AMENDMENT"
    assert stated(beat("AMENDMENT_REJECTED"), one_more) == "PENDING_AMENDMENT"
    cancelling = Standing("order", "PENDING_CANCELLATION", before="IN_PROGRESS", undecided=("amendment",))
    assert stated(beat("CANCELLATION_REJECTED"), cancelling) == "PENDING_AMENDMENT"
    both = Standing("order", "PENDING_CANCELLATION", before="IN_PROGRESS", undecided=("amendment", "cancellation"))
    assert stated(beat("AMENDED"), both) == "PENDING_CANCELLATION"
    last = Standing("order", "PENDING_AMENDMENT", before="IN_PROGRESS")
    assert stated(beat("AMENDED"), last) == "IN_PROGRESS"


def test_nothing_is_said_that_may_not_come_any_more_but_on_purpose() -> None:
    done = Standing("order", "COMPLETED")
    assert stated(beat("AMENDED"), done) is None
    assert stated(beat("RESUMED"), Standing("order", "IN_PROGRESS")) is None
    assert stated(beat("AMENDED", "HELD", wrong=True), done) == "HELD"


def test_the_scenarios_own_status_counts_where_it_may() -> None:
    assert stated(beat("DELAY", "IN_PROGRESS", fixed=True), Standing("order", "IN_PROGRESS")) == "IN_PROGRESS"
    assert stated(beat("DELAY", "IN_PROGRESS"), Standing("order", "IN_PROGRESS")) == "HELD"
    assert stated(beat("DELAY", "ACKNOWLEDGED", fixed=True), Standing("order", "IN_PROGRESS")) == "HELD"


@pytest.mark.parametrize("name", ["ORDER_PENDING", "ORDER_REAPPOINT"])
def test_an_order_that_got_what_it_waited_for_completes_after_its_date(name: str) -> None:
    order = moved_order()
    (only,) = afterwards(name, order)
    assert (only.reason_code, only.status, only.chapter) == ("COMPLETED", "COMPLETED", ON_AMENDED)
    assert only.due_at == to_ms(order["appointmentTimeslot"]["timeslotStartDateTime"]) + 7_200_000
    assert [each.due_at for each in afterwards(name, order, GAP)] == [LATER + GAP]
    assert {each["name"] for each in only.changes["serviceCharacteristics"]} >= {"SERVICE_ID"}


def test_an_order_whose_date_has_gone_by_completes_when_it_got_what_it_waited_for() -> None:
    past = {"id": 1, "tenant": "TENANT1", "requestedCompletionDate": "2026-01-05"}
    assert [each.due_at for each in afterwards("ORDER_PENDING", past)] == [LATER]


def test_a_scenario_without_that_chapter_says_nothing_more() -> None:
    assert afterwards("ORDER_SUCCESSFUL", order_for(ALDER)) == []


def test_after_a_new_appointment_the_rest_follows_it() -> None:
    choice = choose(LIBRARY.scenarios, "ORDER_SUCCESSFUL", None, None)
    first, *rest = planned("ORDER_SUCCESSFUL").beats
    order = moved_order()
    start = order["appointmentTimeslot"]["timeslotStartDateTime"]
    scenario = LIBRARY.scenarios["ORDER_SUCCESSFUL"]
    made = replan(rest, scenario, choice, ALDER, order, NOW + 600_000, None, "demo1", 1)
    assert first.reason_code == "ACKNOWLEDGED"
    assert [each.reason_code for each in made] == ["COMMITTED", "ADDITIONAL", "COMPLETED"]
    assert made[0].changes == {"committedDate": start, "targetDate": start}
    assert [each.due_at for each in made] == [NOW + DAY, NOW + 2 * DAY, to_ms(start) + 7_200_000]
    assert made[1] == rest[1]  # its service id too


def test_a_score_at_a_fixed_gap_keeps_its_times_and_takes_the_new_dates() -> None:
    choice = choose(LIBRARY.scenarios, "ORDER_REAPPOINTED", None, None)
    pending = planned("ORDER_REAPPOINTED", gap=GAP).beats[1:]
    order = moved_order()
    scenario = LIBRARY.scenarios["ORDER_REAPPOINTED"]
    made = replan(pending, scenario, choice, ALDER, order, NOW + GAP + 1, GAP, "demo1", 1)
    assert [each.due_at for each in made] == [each.due_at for each in pending]
    start = to_ms(order["appointmentTimeslot"]["timeslotStartDateTime"])
    assert to_ms(made[1].changes["targetDate"]) >= start + 4 * DAY
    assert made[1].changes["appointmentTimeslot"]["timeslotStartDateTime"] > to_text(start)


def test_what_is_left_to_say_about_requests_stays_as_it_is() -> None:
    choice = choose(LIBRARY.scenarios, "ORDER_SUCCESSFUL", None, None)
    result = PlannedBeat(LATER, "AMENDED", "IN_PROGRESS", None, None, {}, "amendment", 0, fixed=False, wrong=False)
    scenario = LIBRARY.scenarios["ORDER_SUCCESSFUL"]
    assert replan([result], scenario, choice, BIRCH, moved_order(), NOW, None, "demo1", 1) == (result,)
