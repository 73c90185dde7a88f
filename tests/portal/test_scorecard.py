"""How far a partner has come: ticked off by watching its traffic, step by step."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sandbox.app import Sandbox
from sandbox.cli import main
from sandbox.domain.scorecard import ENOUGH, SUPPLIER, TENANT, reached, seen_of_supplier
from sandbox.store import examinations
from sandbox.wire.courier import Parcel, Reply
from tests.support.processes import served
from tests.support.sandboxes import START, Json, Tenant, in_process, open_sandbox, sign_up

CALLBACK = "http://127.0.0.1:9/kcis"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """One in which callbacks answer as `statuses` say, else 204."""
    opened = open_sandbox(tmp_path)
    statuses: list[int] = []
    opened.parts.courier.instead = lambda parcel: _answer(parcel, statuses)
    opened.parts.courier.instead.statuses = statuses  # type: ignore[attr-defined]
    yield opened
    opened.close()


def _answer(parcel: Parcel, statuses: list[int]) -> Reply | None:
    if parcel.url != CALLBACK:
        return None
    return Reply(statuses.pop(0) if statuses else 204, {}, b"")


@pytest.fixture
def tenant(sandbox: Sandbox) -> Tenant:
    """A partner's, with a callback."""
    made = sign_up(in_process(sandbox))
    made.call("PUT", "/_sandbox/callback", json={"url": CALLBACK})
    return made


def done(tenant: Tenant) -> set[str]:
    score = tenant.get("/_sandbox/scorecard")["tenant"]
    return {step["step"] for level in score["levels"] for step in level["steps"] if step["done"]}


def level(tenant: Tenant) -> str:
    return str(tenant.get("/_sandbox/scorecard")["tenant"]["level"])


def test_a_new_tenant_is_told_what_to_begin_with(tenant: Tenant) -> None:
    score = tenant.get("/_sandbox/scorecard")["tenant"]
    assert (score["level"], done(tenant)) == ("none", set())
    assert score["next"][0] == "an order was placed: POST /v1/service-orders"
    assert tenant.get("/_sandbox/scorecard") == tenant.get("/_sandbox/scorecard")


def test_the_happy_path_is_reached_by_an_order_with_an_appointment(tenant: Tenant) -> None:
    tenant.place(supplier="ALDER")
    assert done(tenant) == {"PLACED", "RESERVED"}
    tenant.drain()
    assert done(tenant) == {"PLACED", "RESERVED", "TAKEN", "COMPLETED", "ALL_TAKEN"}
    assert level(tenant) == "happy path"


def test_what_is_not_taken_and_comes_again_is_seen(sandbox: Sandbox, tenant: Tenant) -> None:
    sandbox.parts.courier.instead.statuses[:] = [503]  # type: ignore[attr-defined]
    tenant.place(supplier="CEDAR")
    tenant.post("/_sandbox/clock/step")
    assert done(tenant) == {"PLACED"}
    tenant.post("/_sandbox/clock/advance", {"by": "PT1H"})
    assert {"TAKEN", "RETRIED", "ALL_TAKEN"} < done(tenant)


def amend(tenant: Tenant, order: int, **headers: str) -> None:
    body = {"orderId": order, "supplier": "CEDAR", "notes": "The side door."}
    status, answer = tenant.call("POST", "/v1/service-order-amendments", json=body, headers=headers)
    assert status == 201, answer


def test_journeys_are_ticked_off_by_what_the_tenant_answers(tenant: Tenant) -> None:
    asked = tenant.place("ORDER_PENDING", "CEDAR")["id"]
    tenant.drain()
    assert not {"AMENDED", "ANSWERED"} & done(tenant)
    amend(tenant, asked)
    assert {"AMENDED", "ANSWERED"} < done(tenant)
    assert "RESUBMITTED" not in done(tenant)
    rejected = tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")["id"]
    tenant.drain()
    amend(tenant, rejected, **{"X-Scenario": "AMENDMENT_REJECTED"})
    tenant.drain()
    assert "RESUBMITTED" not in done(tenant)
    amend(tenant, rejected)
    assert "RESUBMITTED" in done(tenant)
    cancellation = {"orderId": rejected, "supplier": "CEDAR", "reasonCode": "CUSTOMER_CHANGED_MIND"}
    tenant.drain()
    tenant.call("POST", "/v1/service-order-cancellations", json=cancellation)
    assert "CANCELLED" in done(tenant)


def test_a_new_appointment_is_ticked_off_only_after_it_was_asked_for(tenant: Tenant) -> None:
    order = tenant.place("ORDER_REAPPOINT", supplier="ALDER")
    tenant.drain()
    assert "REAPPOINTED" not in done(tenant)
    new = tenant.reserve(order["address"])["id"]
    body = {"orderId": order["id"], "supplier": "ALDER", "appointmentReservationId": new}
    status, answer = tenant.call("POST", "/v1/service-order-amendments", json=body)
    assert status == 201, answer
    assert "REAPPOINTED" in done(tenant)


def test_a_reset_begins_the_traffic_anew_and_leaves_the_suites(sandbox: Sandbox, tenant: Tenant) -> None:
    tenant.place(supplier="CEDAR")
    tenant.drain()
    keep(sandbox, tenant, "tenant", "passed")
    assert {"PLACED", "SUITE"} < done(tenant)
    tenant.post("/_sandbox/reset")
    assert done(tenant) == {"SUITE"}
    keep(sandbox, tenant, "tenant", "passed", only=["TEN-001"], later=1)
    assert done(tenant) == {"SUITE"}
    keep(sandbox, tenant, "tenant", "failed", later=2)
    assert done(tenant) == set()


def keep(sandbox: Sandbox, tenant: Tenant, suite: str, result: str, later: int = 0, **more: Any) -> None:
    """A run that has ended."""
    report = {"result": result, "summary": {}, "run": {"only": more.get("only", [])}}
    about = (f"C{suite}{later}", tenant.code, "W", suite, "Ours", more.get("url", CALLBACK), START + later, START)
    made = examinations.Examination(*about, {}, ended_at=START, report=report)
    sandbox.parts.store.transact(lambda connection: examinations.add(connection, made, 9))


def test_disorder_that_was_taken_counts(tenant: Tenant) -> None:
    tenant.place("ORDER_SUCCESSFUL?disorder=swap", supplier="CEDAR")
    assert "DISORDER" not in done(tenant)
    tenant.drain()
    assert "DISORDER" in done(tenant)


def test_a_supplier_of_ones_own_has_a_card_too(sandbox: Sandbox, tenant: Tenant) -> None:
    url = "http://127.0.0.1:9/own"
    tenant.post("/_sandbox/suppliers", {"code": "OWNFIBRE", "title": "Ours", "baseUrl": url})
    keep(sandbox, tenant, "supplier", "passed", url=url)
    (score,) = tenant.get("/_sandbox/scorecard")["suppliers"]
    assert (score["code"], score["level"]) == ("OWNFIBRE", "none")
    assert [step["done"] for step in score["levels"][-1]["steps"]] == [False, True]


def said(kind: str, **detail: Any) -> tuple[str, str, Json]:
    return "order 1", kind, {"supplier": "OWNFIBRE", **detail}


def test_what_a_supplier_says_is_ticked_off() -> None:
    reasons = ["COMMITTED", "DELAY", "AMENDMENT_REJECTED", "CANCELLED", "COMPLETED", *["UPDATE"] * ENOUGH]
    notes = [said("sent", httpStatus=202), said("sent", httpStatus=422), said("sent", code="SUPPLIER_TIMED_OUT")]
    notes += [said("refused", reasonCode="COMPLETED"), *(said("call", reasonCode=each) for each in reasons)]
    seen = seen_of_supplier([*notes, ("order 2", "call", {"supplier": "ALDER", "reasonCode": "CREATED"})], "OWNFIBRE")
    assert seen == {step.name for level in SUPPLIER for step in level.steps} - {"SUITE"}
    assert reached(SUPPLIER, seen) == 3
    assert "UNREFUSED" not in seen_of_supplier([*notes, said("refused", reasonCode="UPDATE")], "OWNFIBRE")
    assert seen_of_supplier([said("sent", code="SUPPLIER_FAULT")], "OWNFIBRE") == set()


@pytest.mark.parametrize("levels", [TENANT, SUPPLIER])
def test_a_level_needs_those_before_it(levels: Any) -> None:
    everything = {step.name for level in levels for step in level.steps}
    assert reached(levels, everything) == 4
    first = {step.name for step in levels[0].steps}
    assert reached(levels, everything - first) == 0
    assert reached(levels, first) == 1


def test_the_command_shows_it(tmp_path: Path) -> None:
    with served(tmp_path) as url:
        ended = CliRunner().invoke(main, ["scorecard", "--url", url])
    assert ended.exit_code == 0, ended.output
    assert "TENANT1: none" in ended.output
    assert "next: an order was placed" in ended.output
