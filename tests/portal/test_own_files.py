"""Scenarios and suppliers that a tenant brings: for itself alone, kept through resets, refused with line and reason."""

from collections.abc import Iterator

import pytest

from sandbox.app import Sandbox
from sandbox.shipped import folder
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox

DELAY = """\
name: MY_DELAY
title: The order is held up by a neighbour
description: As ORDER_DELAYED, with a reason of its own.
extends: ORDER_DELAYED
adapt:
  DELAY: {problemCode: WAYLEAVE_ISSUE, text: The neighbour has to agree.}
"""
LATER = DELAY.replace("MY_DELAY", "MY_LATER_DELAY").replace("ORDER_DELAYED\nadapt", "MY_DELAY\nadapt")
ALONE = """\
name: MY_SHORT_STORY
title: Refused for want of capacity
description: A story of its own.
order:
  reply: {status: 202}
  beats:
    - {at: PT5M, kci: ORDER_REJECTED, problemCode: CAPACITY_ISSUE, text: Nothing is left.}
"""
QUICK = """\
code: MYFIBRE
title: My Fibre
description: As CEDAR, in a hurry, and close with its reasons.
extends: CEDAR
referencePrefix: MYF
leadTime: 1
reasons: coarse
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    opened = open_sandbox(tmp_path_factory.mktemp("own"))
    yield opened
    opened.close()


@pytest.fixture
def tenant(sandbox: Sandbox) -> Iterator[Tenant]:
    found = Tenant(in_process(sandbox), "tenant3").sign_in()
    assert found.call("POST", "/_sandbox/reset")[0] == 200
    yield found
    for name in ("MY_LATER_DELAY", "MY_DELAY", "MY_SHORT_STORY"):
        found.call("DELETE", f"/_sandbox/scenarios/{name}")
    found.call("DELETE", "/_sandbox/suppliers/MYFIBRE")


@pytest.fixture
def other(sandbox: Sandbox) -> Tenant:
    return Tenant(in_process(sandbox), "tenant4").sign_in()


def put(tenant: Tenant, path: str, text: str, media_type: str = "application/yaml") -> tuple[int, Json]:
    return tenant.call("PUT", f"/_sandbox/{path}", headers={"Content-Type": media_type}, data=text.encode())


def order(tenant: Tenant, scenario: str | None, supplier: str = "CEDAR") -> tuple[int, Json]:
    headers = {} if scenario is None else {"X-Scenario": scenario}
    return tenant.call("POST", "/v1/service-orders", json=tenant.order_body(supplier), headers=headers)


def told(tenant: Tenant, order_id: int) -> list[tuple[str, str | None]]:
    contents = (each.get("information") or each.get("action") for each in tenant.order(order_id)["updates"])
    return [(each["type"], each.get("code")) for each in contents]


# ---- scenarios -------------------------------------------------------------------------------------------------------


def test_a_scenario_of_ones_own_is_played(tenant: Tenant) -> None:
    status, kept = put(tenant, "scenarios/MY_DELAY", DELAY)
    assert (status, kept["own"], kept["source"]) == (200, True, DELAY)
    assert tenant.get("/_sandbox/scenarios/MY_DELAY") == kept
    assert {"MY_DELAY"} == {each["name"] for each in tenant.get("/_sandbox/scenarios")["items"] if each.get("own")}
    status, placed = order(tenant, "MY_DELAY")
    assert status == 201
    tenant.drain()
    assert ("DELAY", "WAYLEAVE_ISSUE") in told(tenant, placed["id"])
    assert tenant.order(placed["id"])["status"] == "COMPLETED"


def test_it_is_its_tenants_alone(tenant: Tenant, other: Tenant) -> None:
    put(tenant, "scenarios/MY_DELAY", DELAY)
    status, answer = order(other, "MY_DELAY")
    assert (status, "there is no scenario 'MY_DELAY'" in answer["messages"][0]) == (422, True)
    assert other.call("GET", "/_sandbox/scenarios/MY_DELAY")[0] == 404
    assert other.call("DELETE", "/_sandbox/scenarios/MY_DELAY")[0] == 404
    assert not [each for each in other.get("/_sandbox/scenarios")["items"] if each.get("own")]


def test_it_outlives_a_reset_and_is_replaced_by_the_next_of_its_name(tenant: Tenant) -> None:
    put(tenant, "scenarios/MY_SHORT_STORY", ALONE)
    tenant.call("POST", "/_sandbox/reset")
    assert order(tenant, "MY_SHORT_STORY")[0] == 201
    put(tenant, "scenarios/MY_SHORT_STORY", ALONE.replace("CAPACITY_ISSUE", "COST_ISSUE"))
    _, placed = order(tenant, "MY_SHORT_STORY")
    tenant.drain()
    assert told(tenant, placed["id"])[-1] == ("TERMINATED", "COST_ISSUE")


def test_one_that_is_taken_away_is_played_to_its_end(tenant: Tenant) -> None:
    pending = DELAY.replace("ORDER_DELAYED", "ORDER_PENDING").replace("DELAY:", "INFORMATION_REQUIRED:")
    pending = pending.replace("problemCode: WAYLEAVE_ISSUE, ", "")
    assert put(tenant, "scenarios/MY_DELAY", pending)[0] == 200
    _, placed = order(tenant, "MY_DELAY")
    tenant.drain()
    assert tenant.call("DELETE", "/_sandbox/scenarios/MY_DELAY")[0] == 204
    assert order(tenant, "MY_DELAY")[0] == 422
    tenant.post("/v1/service-order-amendments", {"orderId": placed["id"], "notes": "The back room."})
    tenant.drain()
    assert tenant.order(placed["id"])["status"] == "COMPLETED"


def test_one_may_extend_another_which_then_stays(tenant: Tenant) -> None:
    put(tenant, "scenarios/MY_DELAY", DELAY)
    assert put(tenant, "scenarios/MY_LATER_DELAY", LATER)[0] == 200
    status, answer = tenant.call("DELETE", "/_sandbox/scenarios/MY_DELAY")
    assert (status, answer["messages"]) == (
        409, ["MY_LATER_DELAY.yaml:4: /extends: there is no MY_DELAY that can be extended"],
    )  # fmt: skip
    status, answer = put(tenant, "scenarios/MY_DELAY", ALONE.replace("MY_SHORT_STORY", "MY_DELAY"))
    assert (status, "it would break your MY_LATER_DELAY.yaml:6" in answer["messages"][0]) == (422, True)
    put(tenant, "scenarios/MY_DELAY", DELAY.replace("DELAY:", "RESUMED: {text: On again.}\n  DELAY:"))
    _, placed = order(tenant, "MY_LATER_DELAY")
    tenant.drain()
    texts = [each["information"].get("text") for each in tenant.order(placed["id"])["updates"] if "information" in each]
    assert "On again." in texts


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (DELAY.replace("problemCode", "colour"), "MY_DELAY.yaml:6: /adapt/DELAY/colour: there is no key colour"),
        (DELAY.replace("name: MY_DELAY", "name: MY_DELAX"), "MY_DELAY.yaml:1: /name: MY_DELAX has to be in a file"),
        (DELAY.replace("ORDER_DELAYED\n", "ORDER_LOST\n"), "MY_DELAY.yaml:4: /extends: there is no ORDER_LOST"),
        (DELAY.replace("extends: ORDER_DELAYED", "extends: MY_DELAY").replace("name: MY_DELAY", "name: MY_DELAX"),
         "MY_DELAY.yaml:1: /name: MY_DELAX has to be in a file"),
        (DELAY + "default: true\n", "MY_DELAY.yaml:7: /default: the default is a shipped scenario"),
        ("name: MY_DELAY\n  title: [\n", "MY_DELAY.yaml:2: mapping values are not allowed"),
        (ALONE.replace("MY_SHORT_STORY", "MY_DELAY").replace("ORDER_REJECTED, problemCode: CAPACITY_ISSUE", "RESUMED"),
         "MY_DELAY.yaml:7: /order/beats/0/kci: RESUMED cannot come while the order is SENT_TO_SUPPLIER"),
        ("- " * 3_000, "MY_DELAY.yaml:1: "),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_line_and_reason(tenant: Tenant, text: str, finding: str) -> None:
    status, answer = put(tenant, "scenarios/MY_DELAY", text)
    assert status == 422, answer
    assert answer["messages"][0].startswith(finding)
    assert tenant.call("GET", "/_sandbox/scenarios/MY_DELAY")[0] == 404


def test_what_is_shipped_is_shown_and_stays(tenant: Tenant) -> None:
    text = (folder("scenarios") / "ORDER_DELAYED.yaml").read_text(encoding="utf-8")
    shown = tenant.get("/_sandbox/scenarios/ORDER_DELAYED")
    assert (shown["own"], shown["source"]) == (False, text)
    assert put(tenant, "scenarios/ORDER_DELAYED", text)[1]["messages"] == [
        "ORDER_DELAYED.yaml:2: /name: there is already a scenario ORDER_DELAYED: take another name"
    ]
    assert tenant.call("DELETE", "/_sandbox/scenarios/ORDER_DELAYED")[0] == 409


@pytest.mark.parametrize("media_type", ["text/yaml", "application/x-yaml"])
def test_yaml_may_be_called_by_any_of_its_names(tenant: Tenant, media_type: str) -> None:
    assert put(tenant, "scenarios/MY_DELAY", DELAY, media_type)[0] == 200
    assert put(tenant, "scenarios/MY_DELAY", DELAY, "text/html")[0] == 415


def test_only_a_tenant_brings_files(sandbox: Sandbox) -> None:
    send = in_process(sandbox)
    form = {"grant_type": "client_credentials", "client_id": "gateway", "client_secret": "gateway-secret"}
    _, body = send("POST", "/v1/auth/supplier/access-token", form=form)
    headers = {"Authorization": f"Bearer {body['access_token']}", "Content-Type": "application/yaml"}
    assert send("PUT", "/_sandbox/scenarios/MY_DELAY", headers=headers, data=DELAY.encode())[0] == 403


# ---- suppliers -------------------------------------------------------------------------------------------------------


def test_a_supplier_of_ones_own_is_ordered_from(tenant: Tenant, other: Tenant) -> None:
    status, kept = put(tenant, "suppliers/MYFIBRE", QUICK)
    assert (status, kept["title"]) == (200, "My Fibre")
    assert tenant.get("/_sandbox/suppliers/MYFIBRE")["source"] == QUICK
    assert tenant.get("/_sandbox/suppliers")["items"][-1]["code"] == "MYFIBRE"
    status, placed = order(tenant, None, "MYFIBRE")
    assert status == 201
    tenant.drain()
    done = tenant.order(placed["id"])
    assert (done["status"], done["supplierOrderNumber"][:3]) == ("COMPLETED", "MYF")
    with_other = {**other.order_body("CEDAR"), "supplier": "MYFIBRE"}
    assert other.call("POST", "/v1/service-orders", json=with_other)[0] == 422
    assert put(other, "suppliers/MYFIBRE", QUICK)[0] == 422  # one code is one supplier in a world


def test_a_supplier_that_is_taken_away_ends_what_it_has_begun(tenant: Tenant) -> None:
    put(tenant, "suppliers/MYFIBRE", QUICK)
    _, placed = order(tenant, None, "MYFIBRE")
    tenant.advance("PT30S")
    assert tenant.call("DELETE", "/_sandbox/suppliers/MYFIBRE")[0] == 204
    again = {**tenant.order_body("CEDAR"), "supplier": "MYFIBRE"}
    assert tenant.call("POST", "/v1/service-orders", json=again)[0] == 422
    tenant.drain()
    assert tenant.order(placed["id"])["status"] == "COMPLETED"
    assert tenant.call("DELETE", "/_sandbox/suppliers/MYFIBRE")[0] == 404


def test_a_suppliers_rule_may_play_a_scenario_of_ones_own(tenant: Tenant) -> None:
    put(tenant, "scenarios/MY_DELAY", DELAY)
    rule = "rejections:\n  - {when: LINE_PROFILE_NOT_OFFERED, scenario: MY_DELAY, text: None such.}\n"
    unknown = rule.replace("MY_DELAY", "MY_LOST_ONE")
    assert put(tenant, "suppliers/MYFIBRE", QUICK + unknown)[1]["messages"] == [
        "MYFIBRE.yaml:9: /rejections/0/scenario: there is no scenario MY_LOST_ONE"
    ]
    assert put(tenant, "suppliers/MYFIBRE", QUICK + rule)[0] == 200
    assert tenant.call("DELETE", "/_sandbox/scenarios/MY_DELAY")[0] == 409
