"""Disorder among KCIs: the receiver that is right ends right, the one with exactly that bug does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from sandbox.app import Sandbox
from sandbox.domain import disordering
from sandbox.domain.faults import KINDS
from sandbox.domain.handing import SUPPLIER
from sandbox.spec.documents import load_document
from sandbox.spec.library import load_library
from sandbox.spec.schemas import schema_of
from tests.faults.receiver import BUGS, Line, Receiver
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox
from tests.support.sink import Sink, open_sink

SUMMER = "2027-06-07T08:00:00Z"  # when UK local time is not UTC

# The mistake that a kind of disorder finds, the order that shows it, and how long its story is followed.
FINDS: dict[str, tuple[str, str, str]] = {
    "duplicate": ("no_memory", "ORDER_SUCCESSFUL", "PT1H"),
    "swap": ("arrival_order", "ORDER_IN_PROGRESS", "PT1H"),
    "late": ("waits_for_ever", "ORDER_SUCCESSFUL", "PT2H"),
    "drop_then_resend": ("drops_early", "ORDER_SUCCESSFUL", "P1D"),
    "same_id_new_body": ("upserts", "ORDER_SUCCESSFUL", "PT1H"),
    "sequence_gap": ("waits_for_ever", "ORDER_SUCCESSFUL", "PT1H"),
    "stale_after_terminal": ("reopens", "ORDER_SUCCESSFUL", "P1D"),
    "wrong_signature": ("trusts_anybody", "ORDER_SUCCESSFUL", "PT1H"),
    "old_timestamp": ("any_time", "ORDER_SUCCESSFUL", "PT1H"),
    "burst": ("one_a_second", "ORDER_SUCCESSFUL", "PT1H"),
    "kci_before_response": ("knows_its_orders", "ORDER_ACKNOWLEDGED", "PT0S"),
    "unknown_reason": ("knows_all_types", "ORDER_SUCCESSFUL", "PT1H"),
    "unsolicited_cease": ("only_mine", "ORDER_SUCCESSFUL", "P1D"),
    "local_time": ("assumes_utc", "ORDER_SUCCESSFUL", "PT1H"),
    "other_offset": ("strips_the_zone", "ORDER_SUCCESSFUL", "PT1H"),
    "empty_strings": ("takes_empty_text", "ORDER_DELAYED", "PT1H"),
    "missing_field": ("takes_nothing_for_something", "ORDER_SUCCESSFUL", "PT1H"),
    "unknown_members": ("strict", "ORDER_SUCCESSFUL", "PT1H"),
    "awkward_text": ("signs_its_own_json", "ORDER_SUCCESSFUL", "PT1H"),
    "illegal_status": ("believes_status", "ORDER_CANCELLED", "PT1H"),
    "wrong_conversation": ("by_conversation", "ORDER_SUCCESSFUL", "PT1H"),
    "repeated_request_id": ("by_request_id", "ORDER_SUCCESSFUL", "PT1H"),
}


@contextmanager
def receiving(sandbox: Sandbox, tenant: Tenant, bug: str) -> Iterator[tuple[Receiver, Sink]]:
    with open_sink() as sink:
        _, callback = tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        receiver = Receiver(callback["secret"], tenant.order, lambda: sandbox.parts.clock.now() / 1000, bug)
        sink.answer = receiver.take
        yield receiver, sink


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = open_sandbox(tmp_path_factory.mktemp("summer"), world_start=SUMMER)
    yield sandbox
    sandbox.close()


@pytest.fixture
def summer(opened: Sandbox) -> Sandbox:
    """A world that has just begun."""
    Tenant(in_process(opened)).sign_in().post("/_sandbox/reset")
    return opened


@pytest.fixture
def tenant(summer: Sandbox) -> Tenant:
    """TENANT1, in that world, reading its mailbox."""
    tenant = Tenant(in_process(summer)).sign_in()
    tenant.call("PUT", "/_sandbox/callback", json={"url": None})
    return tenant


def truth(tenant: Tenant, order: Json) -> tuple[object, ...]:
    """What the gateway knows: the order, whether it was given a reason, who was welcomed, and what has ended."""
    entity, told = tenant.order(order["id"]), kcis(tenant)
    reasons = [update["information"] for update in entity["updates"] if "code" in update.get("information", {})]
    welcomes = {kci["id"] for kci in told if kci.get("information", {}).get("type") == "ACKNOWLEDGED"}
    ceased = {each["entity"]["serviceId"] for each in told if each["entityType"] == "UNSOLICITED_CEASE_ORDER"}
    return entity["status"], instant(entity.get("committedDate")), bool(reasons), len(welcomes), ceased


def belief(receiver: Receiver, line: Line) -> tuple[object, ...]:
    """The same, as the receiver has it."""
    return line.status, line.committed, bool(line.reason), receiver.welcomed, receiver.ended


def instant(text: str | None) -> float | None:
    return None if text is None else datetime.fromisoformat(text).timestamp()


def follow(sandbox: Sandbox, tenant: Tenant, by: str) -> None:
    """Let the story be told as time goes by, a KCI each half minute, and then go on to when it is looked at."""
    clock: Any = sandbox.parts.clock
    for _ in range(8 if by != "PT0S" else 0):
        tenant.advance("PT0S")
        clock.at += 30_000
    tenant.advance(by)


def kcis(tenant: Tenant) -> list[Json]:
    return [item["kci"] for item in tenant.inbox()]


@pytest.mark.parametrize("bugged", [False, True], ids=["right", "wrong"])
@pytest.mark.parametrize("kind", FINDS)
def test_only_the_receiver_with_that_bug_ends_wrong(summer: Sandbox, tenant: Tenant, kind: str, bugged: bool) -> None:
    bug, scenario, followed = FINDS[kind]
    with receiving(summer, tenant, bug if bugged else "") as (receiver, sink):
        order = tenant.place(f"{scenario}?disorder={kind}", "CEDAR")
        receiver.known.add(order["id"])
        follow(summer, tenant, followed)
        receiver.go_on()
        right = belief(receiver, receiver.line(order["id"])) == truth(tenant, order)
        assert right is not bugged
        marked = {taken.headers.get("x-sandbox-fault") for taken in sink.taken} - {None}
    quiet = kind in ("kci_before_response", "unsolicited_cease", "late")  # nothing of it shows, or not yet
    assert marked == (set() if quiet else {kind})


@pytest.mark.parametrize("bug", ["", *BUGS])
def test_without_disorder_every_receiver_ends_right(summer: Sandbox, tenant: Tenant, bug: str) -> None:
    with receiving(summer, tenant, bug) as (receiver, sink):
        body = tenant.order_body("CEDAR")
        receiver.known.update(range(1_000))  # it knows the number in time
        order = tenant.post("/v1/service-orders", body, {"X-Scenario": "ORDER_DELAYED"})
        follow(summer, tenant, "PT1H")
        line = receiver.line(order["id"]) if bug != "by_conversation" else receiver.lines[tenant.conversation]
        assert belief(receiver, line) == truth(tenant, order), [taken.raw for taken in sink.taken]


@pytest.mark.parametrize("kind", [each.name for each in KINDS.values() if SUPPLIER in each.legs])
def test_the_gateway_mends_what_a_supplier_does(tenant: Tenant, kind: str) -> None:
    """Whatever comes of the supplier's KCIs, the tenant's are in order, as documented, and lead to the end."""
    order = tenant.place(f"ORDER_SUCCESSFUL?disorder={kind}&leg=supplier", "CEDAR")
    tenant.drain()
    items = [item for item in tenant.inbox() if item["kci"]["entity"]["id"] == order["id"]]
    assert [item["kci"]["sequenceNumber"] for item in items] == list(range(1, len(items) + 1))
    assert not any("fault" in item or "X-Sandbox-Fault" in item["headers"] for item in items)
    assert tenant.order(order["id"])["status"] == "COMPLETED"
    told = [kci["information"]["type"] for kci in kcis(tenant) if kci["entity"]["id"] == order["id"]]
    short = kind in ("late", "drop_then_resend")  # the gateway has gone on without what came too late
    assert told == ["UPDATE", "ACKNOWLEDGED", *([] if short else ["COMMITTED", "ADDITIONAL"]), "COMPLETED"]


@pytest.mark.parametrize("name", [name for name in load_library().scenarios if name.startswith("LESSON_")])
def test_a_lesson_is_a_scenario_of_its_own(tenant: Tenant, name: str) -> None:
    """Its KCIs have the disorder that its file names, and the order ends as in the scenario that it extends."""
    (fault,) = load_library().scenarios[name].faults
    order = tenant.place(name, "CEDAR")
    tenant.drain()
    assert {item["fault"] for item in tenant.inbox() if "fault" in item} == {fault.do}
    assert tenant.order(order["id"])["status"] in ("COMPLETED", "CANCELLED")


def test_every_lesson_has_its_scenario() -> None:
    taught = {each.do for scenario in load_library().scenarios.values() for each in scenario.faults}
    assert taught == {name for name, edit in vars(disordering).items() if name in KINDS and edit.__name__[0] == "_"}


def test_the_ledger_tells_the_truth(tenant: Tenant) -> None:
    """In order and as it was, while the mailbox has what was handed over."""
    order = tenant.place("ORDER_SUCCESSFUL?disorder=swap&kci=COMMITTED", "CEDAR")
    tenant.drain()
    assert [kci["sequenceNumber"] for kci in kcis(tenant)] == [1, 2, 4, 3, 5]
    updates = tenant.order(order["id"])["updates"]
    assert [update["sequenceNumber"] for update in updates] == [1, 2, 3, 4, 5]
    assert {update["deliveryStatus"] for update in updates} == {"DELIVERED"}


def test_what_is_lost_counts_as_failed_until_it_is_sent_again(tenant: Tenant) -> None:
    order = tenant.place("ORDER_SUCCESSFUL?disorder=drop_then_resend", "CEDAR")
    tenant.advance("PT30M")
    assert [update["deliveryStatus"] for update in tenant.order(order["id"])["updates"]][:2] == ["DELIVERED", "FAILED"]
    tenant.advance("PT1H")
    assert {update["deliveryStatus"] for update in tenant.order(order["id"])["updates"]} == {"DELIVERED"}


def test_the_table_the_functions_and_the_schemas_name_the_same() -> None:
    deed = load_document("control").data["components"]["schemas"]["FaultDeed"]["allOf"]
    asked = next(each["then"] for each in deed if each["if"]["properties"]["kind"].get("const") == "disorder")
    assert set(asked["properties"]["do"]["enum"]) == set(KINDS)
    assert set(schema_of("scenario")["$defs"]["fault"]["properties"]["do"]["enum"]) == set(KINDS)
    assert {name: getattr(disordering, name) for name in KINDS} == {name: each.edit for name, each in KINDS.items()}
    assert set(FINDS) == set(KINDS)
    assert {bug for bug, _, _ in FINDS.values()} == set(BUGS)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("disorder=chaos", "there is no disorder 'chaos'; allowed: duplicate,"),
        ("disorder=swap&leg=both", "swap has no leg 'both'; allowed: tenant, supplier"),
        ("disorder=unsolicited_cease&leg=tenant", "unsolicited_cease has no leg 'tenant'; allowed: supplier"),
        ("disorder=sequence_gap&kci=COMMITTED", "sequence_gap takes no kci"),
        ("disorder=swap&by=PT1M", "swap takes no by"),
        ("disorder=late&by=soon", "not a duration"),
        ("disorder=late&by=P31D", "late: by is too long; allowed: at most P30D"),
        ("disorder=late&kci=COMITTED", "no KCI on the leg tenant is of the type 'COMITTED'; allowed: CREATED,"),
        ("leg=supplier", "leg goes with disorder"),
        ("disorder=swap&disorder=late", "disorder is given 2 times"),
    ],
)
def test_a_disorder_that_cannot_be_is_refused(tenant: Tenant, asked: str, told: str) -> None:
    headers = {"X-Scenario": f"ORDER_SUCCESSFUL?{asked}"}
    status, answer = tenant.call("POST", "/v1/service-orders", json=tenant.order_body("CEDAR"), headers=headers)
    assert status == 422
    assert answer["messages"][0].removeprefix("X-Scenario: ").startswith(told)


def test_a_rule_gives_disorder_to_orders_that_ask_for_none(tenant: Tenant) -> None:
    rule: Any = {"match": {"call": "POST /service-orders"}, "next": 2, "do": {"kind": "disorder", "do": "swap"}}
    tenant.post("/_sandbox/faults", rule)
    orders = [
        tenant.place(scenario, "CEDAR")["id"]
        for scenario in (None, "ORDER_SUCCESSFUL?disorder=duplicate", "ORDER_SUCCESSFUL")
    ]
    tenant.drain()
    told = {number: [k["sequenceNumber"] for k in kcis(tenant) if k["entity"]["id"] == number] for number in orders}
    assert list(told.values()) == [[1, 3, 2, 4, 5], [1, 2, 2, 3, 4, 5], [1, 2, 3, 4, 5]]


def test_a_rule_may_have_suppliers_in_disorder(tenant: Tenant) -> None:
    do = {"kind": "disorder", "do": "unsolicited_cease", "by": "PT2H"}
    tenant.post("/_sandbox/faults", {"match": {"call": "POST /service-orders"}, "do": do})
    tenant.place(None, "CEDAR")
    tenant.drain()
    ceased = [kci["information"]["type"] for kci in kcis(tenant) if kci["entityType"] == "UNSOLICITED_CEASE_ORDER"]
    assert (ceased[0], ceased[-1]) == ("CREATED", "COMPLETED")
    assert tenant.get("/_sandbox/services")["items"] == []
