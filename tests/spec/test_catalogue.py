"""The catalogue: complete, the same for people and machines, and versioned by its content."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from sandbox.cli import main
from sandbox.domain import faults, wirefaults
from sandbox.spec.catalogue import catalogue
from sandbox.spec.catalogue_page import page
from sandbox.spec.library import load_library
from tests.support.sandboxes import Tenant, in_process, open_sandbox

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
