"""A fake's voice: one KCI, however often it is tried; and what others change meanwhile."""

from pathlib import Path

import pytest

from sandbox.domain.errors import INVALID_REQUEST
from sandbox.store.lanes import Job
from sandbox.suppliers import voice
from tests.store.playing import claim_in
from tests.suppliers.fakes import WORLD, Fakes, open_fakes, thing
from tests.suppliers.test_changing import amend, cancel


def claimed(fakes: Fakes) -> Job:
    """The next thing to be said, claimed and due now."""
    job = fakes.parts.store.write(WORLD, lambda tx: claim_in(tx, lease=0))
    assert job is not None
    fakes.clock.at = max(fakes.clock.at, job.due_at)
    return job


def test_a_kci_that_was_not_settled_is_said_again_in_the_same_bytes(fakes: Fakes) -> None:
    fakes.place("ALDER")
    job = claimed(fakes)
    voice.speak(fakes.parts, job)  # and the process dies before it settles
    fakes.play(steps=1)
    assert len(fakes.gateway.raw) == 2
    assert fakes.gateway.raw[0] == fakes.gateway.raw[1]


@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("code", ["ALDER", "BIRCH"])
def test_a_request_that_comes_while_a_kci_is_on_its_way_changes_none_of_its_bytes(
    fakes: Fakes, code: str, *, arrived: bool
) -> None:
    order = fakes.place(code)
    job = claimed(fakes)
    if arrived:
        voice.speak(fakes.parts, job)
    assert amend(fakes, code, order["id"], notes="Ring twice.")[0] == (201 if code == "BIRCH" else 202)
    heard = fakes.play()
    first = "COMMITTED" if code == "BIRCH" else "ACKNOWLEDGED"
    told = fakes.gateway.heard[0]
    assert (told["reasonCode"], told["sequenceNumber"], "notes" in thing(told)) == (first, 1, False)
    if arrived:
        assert fakes.gateway.raw[0] == fakes.gateway.raw[1]
    assert [kci["sequenceNumber"] for kci in heard] == list(range(1, len(heard) + 1))
    assert thing(heard[-1])["notes"] == "Ring twice."
    assert thing(heard[-1])["status"] == "COMPLETED"


def test_what_is_on_its_way_is_settled_after_all(fakes: Fakes) -> None:
    order = fakes.place("ALDER")
    job = claimed(fakes)
    settle = voice.speak(fakes.parts, job)
    amend(fakes, "ALDER", order["id"], "AMENDMENT_PENDING", notes="x")
    fakes.parts.store.write(WORLD, settle, at=job.due_at)
    cancel(fakes, "ALDER", order["id"])
    assert fakes.reasons()[-1] == ("CANCELLED", "CANCELLED")


def test_a_refused_kci_counts_and_changes_nothing(fakes: Fakes) -> None:
    fakes.place("ALDER", "ORDER_IN_PROGRESS")
    fakes.gateway.answer = lambda kci: 422 if kci["reasonCode"] == "ACKNOWLEDGED" else 204
    told = fakes.play()
    assert [(kci["reasonCode"], kci["sequenceNumber"]) for kci in told] == [("ACKNOWLEDGED", 1), ("COMMITTED", 2)]


def test_a_gateway_that_fails_is_told_again(fakes: Fakes) -> None:
    fakes.place("ALDER", "ORDER_ACKNOWLEDGED")
    fakes.gateway.answer = lambda _kci: 503
    fakes.play(steps=1)
    fakes.gateway.answer = lambda _kci: 204
    fakes.clock.at += 60_000
    fakes.play()
    assert len(fakes.gateway.raw) == 2
    assert fakes.gateway.raw[0] == fakes.gateway.raw[1]


def story(folder: Path) -> list[bytes]:
    """Everything that is said of an amended order, in a world of its own."""
    with open_fakes(folder) as fakes:
        order = fakes.place("BIRCH", "ORDER_PENDING")
        fakes.play()
        amend(fakes, "BIRCH", order["id"], notes="x")
        fakes.play()
        return fakes.gateway.raw


def test_the_same_world_makes_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    first, second = (story(folder) for folder in folders)
    assert first == second
    assert len(first) == 3


def test_a_tenant_in_the_body_must_be_that_of_the_header(fakes: Fakes) -> None:
    body = fakes.order_body("CEDAR")
    status, answer = fakes.call("handleCreateOrder", "CEDAR", body, "TENANT4")
    assert (status, answer["code"]) == (422, INVALID_REQUEST)
    assert "not the tenant of the Tenant header" in answer["messages"][0]
