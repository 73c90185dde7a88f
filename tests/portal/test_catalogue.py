"""What there is to choose from, as tools read it."""

from tests.contracts.reading import bundled
from tests.support.sandboxes import Tenant


def test_scenarios_are_listed_for_every_kind_of_thing(tenant: Tenant) -> None:
    listed = {each["name"]: each for each in tenant.get("/_sandbox/scenarios")["items"]}
    assert {each["for"] for each in listed.values()} >= {"order", "amendment", "cancellation", "test", "problem"}
    assert listed["SERVICE_TEST_RED"]["for"] == "test"


def test_suppliers_show_their_character(tenant: Tenant) -> None:
    listed = {each["code"]: each for each in tenant.get("/_sandbox/suppliers")["items"]}
    known = bundled("control")["components"]["schemas"]["Capabilities"]["items"]["enum"]
    assert all(set(each["capabilities"]) <= set(known) for each in listed.values())
    assert "QUOTES" not in listed["ALDER"]["capabilities"]
    assert listed["BIRCH"]["capabilities"] == known
    assert "APPOINTMENTS" not in listed["CEDAR"]["capabilities"]
    assert [listed[code].get("pointOfNoReturn") for code in ("ALDER", "BIRCH", "CEDAR")] == [
        None, "COMMITTED", "ADDITIONAL",
    ]  # fmt: skip
    assert {each["servicesPerAddress"] for each in listed.values()} == {"one", "many"}
