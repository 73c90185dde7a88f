"""What partners say stays, whatever becomes of what they said it about; and only the operator reads others'."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox, sign_up

SECRET = "the-operators-own-secret"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """One with an operator."""
    opened = open_sandbox(tmp_path, operator_secret=SECRET)
    yield opened
    opened.close()


def operator(sandbox: Sandbox) -> Tenant:
    """Who runs it."""
    send = in_process(sandbox)
    form = {"grant_type": "client_credentials", "client_id": "operator", "client_secret": SECRET}
    return Tenant(send, token=send("POST", "/v1/auth/tenant/access-token", form=form)[1]["access_token"])


def test_it_outlives_the_reset_and_its_tenant(sandbox: Sandbox) -> None:
    """It is about an order, a scenario, a requirement, or nothing in particular."""
    tenant = sign_up(in_process(sandbox))
    order, world = tenant.place(supplier="CEDAR")["id"], tenant.get("/_sandbox/clock")["world"]
    about: list[Json] = [{"orderId": order}, {"scenario": "ORDER_DELAYED"}, {"requirement": "KCI-021"}, {}]
    for number, each in enumerate(about, 1):
        said = tenant.post("/_sandbox/feedback", {"text": "We would expect otherwise.", **each})
        assert said == {"id": number, "at": "2027-01-15T08:00:00.000Z", "text": "We would expect otherwise.", **each}
    tenant.post("/_sandbox/reset")
    assert tenant.post("/_sandbox/feedback", {"text": "Still about it.", "orderId": order})["id"] == 5
    sandbox.schedule.tick()
    own = tenant.get("/_sandbox/feedback")
    assert ([each["id"] for each in own["items"]], own["next"]) == ([1, 2, 3, 4, 5], 5)
    assert tenant.get("/_sandbox/feedback", {"after": "4"})["items"] == own["items"][4:]
    assert tenant.call("DELETE", f"/_sandbox/tenants/{tenant.code}")[0] == 204
    sandbox.schedule.tick()
    read = operator(sandbox).get("/_sandbox/feedback")["items"]
    assert [{**each, "tenant": tenant.code, "world": world} for each in own["items"]] == read


def test_a_tenant_reads_its_own_alone_and_nobody_learns_how_much_others_said(sandbox: Sandbox) -> None:
    first, second = (sign_up(in_process(sandbox)) for _ in range(2))
    for each in (first, first, second):
        each.post("/_sandbox/feedback", {"text": f"By {each.client_id[:3]}."})
    assert [each["id"] for each in second.get("/_sandbox/feedback")["items"]] == [1]
    assert "tenant" not in second.get("/_sandbox/feedback")["items"][0]
    boss = operator(sandbox)
    everything = boss.get("/_sandbox/feedback")
    assert [(each["tenant"], each["id"]) for each in everything["items"]] == [
        (first.code, 1), (first.code, 2), (second.code, 1)
    ]  # fmt: skip
    assert boss.get("/_sandbox/feedback", {"after": str(everything["next"])})["items"] == []
    assert boss.call("POST", "/_sandbox/feedback", json={"text": "x"})[0] == 403


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "x" * 4001},
        {"text": "x", "orderId": 4242},
        {"text": "x", "scenario": "ORDER_NEVER"},
        {"text": "x", "requirement": "whatever"},
        {"text": "x", "scenario": "ORDER_DELAYED", "requirement": "KCI-021"},
        {"text": "Call 020 7946 1234 about it"},
    ],
)
def test_what_is_about_nothing_or_about_somebody_is_refused(sandbox: Sandbox, body: Json) -> None:
    tenant = sign_up(in_process(sandbox))
    assert tenant.call("POST", "/_sandbox/feedback", json=body)[0] == 422
    assert tenant.get("/_sandbox/feedback")["items"] == []


def test_it_is_about_one_thing_at_most(tenant: Tenant) -> None:
    both = {"text": "x", "scenario": "ORDER_DELAYED", "requirement": "KCI-021"}
    _, refused = tenant.call("POST", "/_sandbox/feedback", json=both)
    assert refused["messages"] == ["/requirement: does not go with the other members: leave one of them out"]
