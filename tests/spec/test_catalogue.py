"""The catalogue: complete, the same for people and machines, and versioned by its content."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from sandbox.cli import main
from sandbox.domain import faults, wirefaults
from sandbox.spec.catalogue import catalogue
from sandbox.spec.catalogue_page import page
from sandbox.spec.library import load_library
from tests.gateway.living import body_of_problem, body_of_test, go_live, have_tested
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox, sign_up

LIBRARY = load_library()
CATALOGUE = catalogue(LIBRARY)
SECTIONS = ("scenarios", "faults", "addresses", "suppliers")
PAGE = Path(__file__).parents[2] / "docs/catalogue.md"


def names(section: str) -> list[str]:
    return [each["name"] for each in CATALOGUE[section]]


def test_the_committed_page_is_the_one_that_is_made() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(CATALOGUE), "sandbox show catalogue > docs/catalogue.md"
    shown = CliRunner().invoke(main, ["show", "catalogue"])
    assert shown.output == page(CATALOGUE)


def test_everything_that_there_is_is_in_it() -> None:
    assert set(names("scenarios")) == set(LIBRARY.scenarios)
    assert names("faults") == [*wirefaults.DEEDS, *faults.KINDS]
    assert set(names("addresses")) == {"PLAIN", *LIBRARY.behaviours}
    assert set(names("suppliers")) == set(LIBRARY.suppliers)
    places = [each for entry in CATALOGUE["addresses"] for each in entry["premises"]]
    assert len(places) == len(LIBRARY.premises.premises)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_entry_says_what_when_and_how(section: str) -> None:
    for entry in CATALOGUE[section]:
        assert all(entry[member] for member in ("name", "title", "does", "when")), entry
        assert entry["example"]["call"].partition(" ")[0] in {"GET", "POST", "PATCH"}


def test_its_version_changes_with_its_content_and_with_nothing_else() -> None:
    delayed = replace(LIBRARY.scenarios["ORDER_DELAYED"], title="Another title")
    other = replace(LIBRARY, scenarios={**LIBRARY.scenarios, "ORDER_DELAYED": delayed})
    assert catalogue(load_library())["version"] == CATALOGUE["version"] != catalogue(other)["version"]


def test_machines_read_the_same_and_what_the_tenant_brought(tmp_path: Path) -> None:
    sandbox = open_sandbox(tmp_path)
    try:
        tenant = Tenant(in_process(sandbox)).sign_in()
        told = tenant.get("/_sandbox/catalogue")
        assert told == CATALOGUE
        mine = b"name: MINE\ntitle: Mine\ndescription: My own.\nextends: ORDER_DELAYED\n"
        tenant.call("PUT", "/_sandbox/scenarios/MINE", headers={"Content-Type": "application/yaml"}, data=mine)
        more = tenant.get("/_sandbox/catalogue")
        assert [each["name"] for each in more["scenarios"]] == [*names("scenarios"), "MINE"]
        assert more["version"] != told["version"]
    finally:
        sandbox.close()


def test_each_scenario_and_disorder_can_be_asked_for_as_its_example_says(tmp_path: Path) -> None:
    sandbox = open_sandbox(tmp_path)
    try:
        tenant = Tenant(in_process(sandbox)).sign_in()
        examples = [each["example"] for section in ("scenarios", "faults") for each in CATALOGUE[section]]
        orders = [each for each in examples if each["call"] == "POST /v1/service-orders"]
        assert len(orders) > 20
        for example in orders:
            body = tenant.order_body("ALDER", tenant.get("/_sandbox/addresses")["items"][0]["identifier"])
            status, answer = tenant.call("POST", "/v1/service-orders", json=body, headers=example["headers"])
            assert status == 201, (example, answer)
        rules = [each["body"] for each in examples if each["call"] == "POST /_sandbox/faults"]
        for rule in rules:
            status, answer = tenant.call("POST", "/_sandbox/faults", json=rule)
            assert status == 201, (rule, answer)
            assert tenant.call("DELETE", "/_sandbox/faults")[0] == 204
    finally:
        sandbox.close()


def test_so_can_requests_tests_and_problems_and_every_address_and_supplier_answers(tmp_path: Path) -> None:
    sandbox = open_sandbox(tmp_path)
    try:
        tenant = sign_up(in_process(sandbox))
        live = go_live(tenant, "ALDER")
        bodies: dict[str, Callable[[], Json]] = {
            "POST /v1/service-order-amendments": lambda: {"orderId": under_way(tenant), "notes": "Ring twice."},
            "POST /v1/service-order-cancellations": lambda: {"orderId": under_way(tenant), "reasonCode": "OTHER"},
            "POST /v1/service-tests": lambda: body_of_test(live),
            "POST /v1/service-problems": lambda: body_of_problem("ALDER", have_tested(tenant, live)["id"]),
        }
        for each in (scenario["example"] for scenario in CATALOGUE["scenarios"]):
            if each["call"] in bodies:
                tenant.drain()  # a test's result is good for two hours
                made = tenant.call(*each["call"].split(), json=bodies[each["call"]](), headers=each["headers"])
                assert made[0] == 201, (each, made)
        for each in (address["example"] for address in CATALOGUE["addresses"]):
            asked = {"address": json.dumps(each["query"]["address"])}
            assert tenant.call(*each["call"].split(), query=asked)[0] == 200, each
        for each in (supplier["example"] for supplier in CATALOGUE["suppliers"]):
            method, path = each["call"].replace("CODE", tenant.code).split()
            assert tenant.call(method, path, json=each["body"])[1]["suppliers"] == each["body"]["suppliers"]
    finally:
        sandbox.close()


def under_way(tenant: Tenant) -> int:
    """An order that its supplier has committed to."""
    order: int = tenant.place("ORDER_IN_PROGRESS", supplier="CEDAR")["id"]
    tenant.drain()
    return order
