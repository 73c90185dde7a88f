"""`sandbox generate`: orders that nobody placed, and that are orders all the same."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sandbox.app import Sandbox
from sandbox.cli import main
from sandbox.cli.filling import fill, found
from sandbox.domain.durations import to_ms
from sandbox.domain.personal import judge
from sandbox.store import bulk
from tests.support.sandboxes import START, Json, Tenant, in_process, open_sandbox

ORDERS = 120


def filled(folder: Path, seed: str = "s", world: str = "DEMO1", tenants: int = 1) -> Sandbox:
    """A sandbox with orders of this seed."""
    folder.mkdir(exist_ok=True)
    sandbox = open_sandbox(folder)
    codes, _ = found(sandbox, world, seed, tenants)
    fill(sandbox, world, codes, ORDERS, seed, lambda _done: None)
    return sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Any:
    opened = filled(tmp_path_factory.mktemp("generated"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def tenant(sandbox: Sandbox) -> Tenant:
    return Tenant(in_process(sandbox)).sign_in()


@pytest.fixture(scope="module")
def orders(tenant: Tenant) -> list[Json]:
    """All of them, as the Tenant API shows them; the sandbox checks that against the document."""
    return [tenant.order(number) for number in range(1, ORDERS + 1)]


def test_every_order_can_be_read_with_its_history(tenant: Tenant, orders: list[Json]) -> None:
    statuses = Counter(each["status"] for each in orders)
    assert statuses["COMPLETED"] > ORDERS / 2
    assert {"CANCELLED", "REJECTED"} <= statuses.keys()
    for order in orders:
        assert order["updates"][0]["information"]["type"] == "UPDATE"
        numbers = [each["sequenceNumber"] for each in order["updates"]]
        assert numbers == list(range(1, len(numbers) + 1))
        assert START - 130 * 86_400_000 < to_ms(order["created"]) <= to_ms(order["updated"]) < START
    timeline = tenant.get("/_sandbox/orders/7/timeline")["items"]
    assert {"call", "state", "kci"} <= {each["kind"] for each in timeline}


def test_no_two_share_an_id_or_a_reference(orders: list[Json]) -> None:
    kcis = [update["id"] for order in orders for update in order["updates"]]
    assert len(set(kcis)) == len(kcis)
    references = [order["supplierOrderNumber"] for order in orders if "supplierOrderNumber" in order]
    assert len(set(references)) == len(references) > ORDERS / 2
    assert len({order["primaryContact"]["name"] for order in orders}) > 10
    assert len({order["address"]["id"] for order in orders}) > 10


def test_they_ask_for_all_that_their_suppliers_sell(tenant: Tenant, orders: list[Json]) -> None:
    known = {each["code"]: each for each in tenant.get("/_sandbox/suppliers")["items"]}
    asked = {code: set[tuple[str, str]]() for code in ("ALDER", "BIRCH", "CEDAR")}
    for order in orders:
        item = order["serviceOrderItem"]
        profiles = [each["value"] for each in item["serviceCharacteristics"] if each["name"] == "LINE_PROFILE"]
        asked[order["supplier"]] |= {(item["serviceSpecification"]["id"], profile) for profile in profiles}
    for code in ("ALDER", "BIRCH"):
        sold = known[code]["specifications"]
        assert asked[code] == {(each["id"], profile) for each in sold for profile in each["lineProfiles"]}
    assert len(asked["CEDAR"]) > 1
    names = Counter(each["name"] for order in orders for each in order["serviceOrderItem"]["serviceCharacteristics"])
    assert names["CARE_LEVEL"] > ORDERS / 6
    assert names["ENNI_ID"] > ORDERS / 3


def test_a_service_is_what_its_order_asked_for(tenant: Tenant, orders: list[Json]) -> None:
    for service in tenant.get("/_sandbox/services")["items"]:
        item = orders[service["orderId"] - 1]["serviceOrderItem"]
        assert service["serviceSpecification"]["id"] == item["serviceSpecification"]["id"]
        assert service["serviceCharacteristics"] == item["serviceCharacteristics"]


def test_their_kcis_are_in_the_mailbox_in_order(tenant: Tenant, orders: list[Json]) -> None:
    inbox = tenant.inbox()
    assert len(inbox) == sum(len(order["updates"]) for order in orders)
    assert [int(item["cursor"]) for item in inbox] == list(range(1, len(inbox) + 1))
    assert {item["kci"]["entity"]["id"] for item in inbox} == set(range(1, ORDERS + 1))


def test_a_completed_one_has_a_live_service_that_can_be_worked_with(tenant: Tenant, orders: list[Json]) -> None:
    services = tenant.get("/_sandbox/services")["items"]
    assert len(services) == sum(each["status"] == "COMPLETED" for each in orders)
    service = next(each for each in services if each["supplier"] == "BIRCH")
    cease = {
        "orderType": "CEASE",
        "supplier": "BIRCH",
        "serviceId": service["serviceId"],
        "requestedCompletionDate": "2027-01-20",
    }
    ordered = tenant.post("/v1/service-orders", cease)
    assert ordered["id"] == ORDERS + 1
    tenant.drain()
    assert tenant.order(ordered["id"])["status"] == "COMPLETED"
    assert len(tenant.get("/_sandbox/services")["items"]) == len(services) - 1


def test_the_first_premises_are_free_and_new_orders_go_on(tenant: Tenant) -> None:
    order = tenant.place()
    tenant.drain()
    assert tenant.order(order["id"])["status"] == "COMPLETED"


def test_nothing_of_it_is_anybodys(sandbox: Sandbox) -> None:
    rows = sandbox.parts.store.read("DEMO1", bulk.rows_of)
    texts = {value.decode() if isinstance(value, bytes) else str(value) for _, row in rows for value in row.values()}
    assert len(texts) > 1000
    assert [text for text in texts if judge(text)] == []
    assert not [text for text in texts if "TEMPLATE" in text or "770000001" in text or "Robin Fenwick" in text]


def test_the_same_seed_makes_the_same_orders_and_another_makes_others(tmp_path: Path) -> None:
    made = []
    for folder, seed in (("one", "a"), ("two", "a"), ("three", "b")):
        opened = filled(tmp_path / folder, seed, "FILLED", 2)
        made.append(opened.parts.store.read("FILLED", bulk.rows_of))
        opened.close()
    assert made[0] == made[1]
    assert made[0] != made[2]
    assert {row["tenant"] for table, row in made[0] if table == "entities"} == {"FILLED_1", "FILLED_2"}


def test_the_command_makes_tenants_and_tells_their_secrets_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_DATABASE_URL", f"sqlite:///{tmp_path}/sandbox.db")
    done = CliRunner().invoke(main, ["generate", "--tenants", "2", "--orders", "5"])
    assert done.exit_code == 0, done.output
    assert "5 orders in GENERATED, of GENERATED_1, GENERATED_2." in done.output
    words = done.output.splitlines()[1].split()
    client, secret = words[1].rstrip(","), words[3]
    sandbox = open_sandbox(tmp_path)
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    assert in_process(sandbox)("POST", "/v1/auth/tenant/access-token", form=form)[0] == 200
    sandbox.close()
    again = CliRunner().invoke(main, ["generate", "--tenants", "2", "--orders", "5"])
    assert (again.exit_code, "secret" in again.output) == (0, False)


@pytest.mark.parametrize("name", ["a b", "demo1", "W" * 21, ""])
def test_what_cannot_be_the_name_of_a_world_is_refused(name: str) -> None:
    done = CliRunner().invoke(main, ["generate", "--world", name])
    assert (done.exit_code, "up to 20 capitals" in done.output) == (2, True)


def test_a_misspelt_world_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_DATABASE_URL", f"sqlite:///{tmp_path}/sandbox.db")
    misspelt = ["generate", "--world", "DEMO7", "--orders", "1"]
    done = CliRunner().invoke(main, misspelt)
    assert done.exit_code == 2
    assert "there is no world DEMO7: --new makes it; there are DEMO1, DEMO2" in done.output
    made = CliRunner().invoke(main, [*misspelt, "--new"])
    assert (made.exit_code, made.output.splitlines()[0]) == (0, "DEMO7 is a new world.")
    again = CliRunner().invoke(main, misspelt)
    assert (again.exit_code, again.output.splitlines()) == (0, ["1 orders in DEMO7, of DEMO7_1."])
