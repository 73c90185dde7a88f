"""Folders of one's own: read with the shipped files, and refused as a whole with what is wrong."""

from pathlib import Path

import pytest

from sandbox.spec.library import UnusableFileError, load_library
from tests.support.sandboxes import Tenant, in_process, open_sandbox

SCENARIO = "name: MINE\ntitle: Mine\ndescription: My own.\nextends: ORDER_DELAYED\n"
SUPPLIER = "code: MYFIBRE\ntitle: Mine\ndescription: My own.\nextends: CEDAR\nreferencePrefix: MYF\n"


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "MINE.yaml").write_text(SCENARIO, encoding="utf-8")
    return folder


@pytest.fixture
def suppliers(tmp_path: Path) -> Path:
    folder = tmp_path / "suppliers"
    folder.mkdir()
    (folder / "MYFIBRE.yaml").write_text(SUPPLIER, encoding="utf-8")
    return folder


def test_they_are_there_for_every_tenant(scenarios: Path, suppliers: Path, tmp_path: Path) -> None:
    sandbox = open_sandbox(tmp_path, scenarios=str(scenarios), suppliers=str(suppliers))
    try:
        send = in_process(sandbox)
        status, made = send("POST", "/_sandbox/tenants", json={"title": "Practice", "suppliers": ["MYFIBRE"]})
        assert status == 201, made
        tenant = Tenant(send, made["client"]["id"], secret=made["client"]["secret"]).sign_in()
        placed = tenant.place("MINE", "MYFIBRE")
        tenant.drain()
        done = tenant.order(placed["id"])
        assert (done["status"], done["supplierOrderNumber"][:3]) == ("COMPLETED", "MYF")
        assert tenant.get("/_sandbox/scenarios/MINE")["source"] == SCENARIO
    finally:
        sandbox.close()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (SCENARIO + "colour: red\n", "MINE.yaml:5: /colour: there is no key colour"),
        (SCENARIO + "default: true\n", "MINE.yaml:5: /default: the default is a shipped scenario"),
        (SCENARIO.replace("MINE", "ORDER_REJECTED"), "MINE.yaml:1: /name: ORDER_REJECTED has to be in a file"),
    ],
)
def test_one_wrong_file_keeps_the_sandbox_from_starting(scenarios: Path, text: str, wrong: str) -> None:
    (scenarios / "MINE.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UnusableFileError, match=wrong.replace("/", "\\/")):
        load_library(str(scenarios))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="is no folder"):
        load_library(str(tmp_path / "none"))
