"""A supplier moves an appointment only to where there is a place, and a refused order keeps none."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.domain.durations import to_ms, to_text
from sandbox.store import bookings
from sandbox.store.bookings import Booking
from tests.suppliers.fakes import WORLD, Fakes, Json, thing
from tests.suppliers.test_events import refused


def fill(fakes: Fakes, code: str, like: int, start: int, places: int = 1) -> None:
    """Outsiders take so many places of the slot that starts then, in the area of reservation `like`."""

    def take(tx: Any) -> None:
        found = bookings.find(tx, code, "TENANT3", like)
        assert found is not None
        for number in range(places):
            slot: Any = {"slot_start": start, "slot_end": start + 7_200_000, "left_start": None}
            bookings.add(tx, replace(found, **slot, tenant=f"OTHER{number}", id=start // 60_000, expires_at=None))

    fakes.parts.store.write(WORLD, take)


def slot_of(order: Json) -> int:
    return to_ms(order["appointmentTimeslot"]["timeslotStartDateTime"])


def booked(fakes: Fakes, code: str, number: int) -> Booking:
    found = fakes.parts.store.read(WORLD, lambda tx: bookings.find(tx, code, "TENANT3", number))
    assert found is not None
    return found


def test_an_appointment_is_moved_to_the_next_slot_that_has_a_place(fakes: Fakes) -> None:
    first = fakes.place("BIRCH", "ORDER_REAPPOINTED", address=fakes.premises("BIRCH", 0))
    planned = next(thing(kci) for kci in fakes.play() if kci["reasonCode"] == "REAPPOINTED")
    second = fakes.place("BIRCH", "ORDER_REAPPOINTED", address=fakes.premises("BIRCH", 1))
    like, number = second["appointmentReservationId"], first["appointmentReservationId"]
    assert (slot_of(planned), booked(fakes, "BIRCH", number).slot_start) == (slot_of(planned), slot_of(planned))
    fill(fakes, "BIRCH", like, slot_of(planned))
    heard = {kci["reasonCode"]: thing(kci) for kci in fakes.play()}
    moved = heard["REAPPOINTED"]
    assert slot_of(moved) > slot_of(planned)
    assert (
        moved["appointmentTimeslot"]["timeslotStartDateTime"][11:]
        == (planned["appointmentTimeslot"]["timeslotStartDateTime"][11:])
    )
    assert to_ms(moved["targetDate"]) == slot_of(moved)
    assert heard["COMPLETED"]["appointmentTimeslot"] == moved["appointmentTimeslot"]
    there = booked(fakes, "BIRCH", like)
    assert (there.slot_start, there.left_start) == (slot_of(moved), None)


def test_an_appointment_that_is_being_moved_holds_both_places_and_keeps_its_bytes(fakes: Fakes) -> None:
    order = fakes.place("BIRCH", "ORDER_REAPPOINTED")
    number = order["appointmentReservationId"]
    fakes.gateway.answer = lambda kci: 503 if kci["reasonCode"] == "REAPPOINTED" else 204
    fakes.play(2)
    held = booked(fakes, "BIRCH", number)
    assert held.left_start is not None
    fill(fakes, "BIRCH", number, held.slot_start)  # too late: the place is held
    taken = fakes.parts.store.read(WORLD, lambda tx: bookings.taken(tx, "BIRCH", held.area))
    assert (taken[held.left_start], taken[held.slot_start]) == (1, 2)
    fakes.gateway.answer = lambda _kci: 204
    fakes.clock.at += 60_000
    fakes.play()
    tried = [
        raw
        for kci, raw in zip(fakes.gateway.heard, fakes.gateway.raw, strict=True)
        if kci["reasonCode"] == "REAPPOINTED"
    ]
    assert len(tried) > 1
    assert len(set(tried)) == 1
    assert booked(fakes, "BIRCH", number).slot_start == held.slot_start


def test_a_move_that_the_gateway_refuses_leaves_the_old_place(fakes: Fakes) -> None:
    order = fakes.place("BIRCH", "ORDER_REAPPOINTED")
    before = booked(fakes, "BIRCH", order["appointmentReservationId"])
    fakes.gateway.answer = lambda kci: 422 if kci["reasonCode"] == "REAPPOINTED" else 204
    fakes.play()
    after = booked(fakes, "BIRCH", order["appointmentReservationId"])
    assert (after.slot_start, after.left_start) == (before.slot_start, None)


@pytest.mark.parametrize("wrong", ["scenario", "profile"])
def test_an_order_that_is_refused_at_once_lets_its_place_go(fakes: Fakes, wrong: str) -> None:
    body = fakes.order_body("BIRCH")
    headers = {"X-Scenario": "ORDER_REJECTED" if wrong == "scenario" else None}
    right = body["serviceOrderItem"]["serviceCharacteristics"]
    if wrong == "profile":
        body["serviceOrderItem"] |= {"serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "none"}]}
    first = fakes.call("handleCreateOrder", "BIRCH", body, headers=headers)
    assert first[0] == 422
    held = booked(fakes, "BIRCH", body["appointmentReservationId"])
    assert held.expires_at == fakes.clock.now()
    again = fakes.call("handleCreateOrder", "BIRCH", body, headers=headers)
    assert (again[0], again[1]["messages"]) == (422, first[1]["messages"])
    body["serviceOrderItem"] |= {"serviceCharacteristics": right}
    body["appointmentReservationId"] = fakes.reserve("BIRCH", body["address"])
    assert fakes.call("handleCreateOrder", "BIRCH", body)[0] == 201


def test_a_refused_order_takes_no_other_orders_place(fakes: Fakes) -> None:
    order = fakes.place("BIRCH")
    again = {**order, "id": fakes.number()}
    assert fakes.call("handleCreateOrder", "BIRCH", again)[0] == 422
    assert booked(fakes, "BIRCH", order["appointmentReservationId"]).expires_at is None


def test_a_supplier_is_not_told_to_move_an_appointment_to_a_full_slot(fakes: Fakes) -> None:
    order = fakes.place("BIRCH", "ORDER_IN_PROGRESS")
    fakes.play()
    number = order["appointmentReservationId"]
    later = booked(fakes, "BIRCH", number).slot_start + 86_400_000
    slot = {"timeslotStartDateTime": to_text(later), "timeslotEndDateTime": to_text(later + 7_200_000)}
    fill(fakes, "BIRCH", number, later)
    assert "the slot is full" in refused(fakes, "BIRCH", "REAPPOINTED", orderId=order["id"], appointmentTimeslot=slot)
