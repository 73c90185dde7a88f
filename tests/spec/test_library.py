import shutil
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from sandbox import shipped
from sandbox.shipped import folder
from sandbox.spec.library import Library, UnusableFileError, load_library, read_library
from sandbox.spec.yamlfile import UnreadableFileError

LIBRARY = load_library()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the data files, to be spoilt."""
    for name in ("scenarios", "fixtures"):
        shutil.copytree(folder(name), tmp_path / name)
    return tmp_path


def reread(copied: Path) -> Library:
    return read_library(copied / "scenarios", copied / "fixtures")


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_library_is_read_once_and_is_frozen() -> None:
    assert load_library() is LIBRARY
    with pytest.raises(FrozenInstanceError):
        LIBRARY.clients = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        LIBRARY.scenarios["MINE"] = LIBRARY.scenarios["ORDER_SUCCESSFUL"]  # type: ignore[index]


def test_the_three_suppliers_differ_in_character() -> None:
    alder, birch, cedar = (LIBRARY.suppliers[code] for code in ("ALDER", "BIRCH", "CEDAR"))
    assert [each.acknowledges_at_once for each in (alder, birch, cedar)] == [False, True, False]
    assert [each.installation_type for each in (alder, birch, cedar)] == ["STANDARD", "STANDARD", None]
    assert alder.appointments
    assert birch.appointments
    assert cedar.appointments is None
    assert [window.classification for window in alder.appointments.windows] == ["AM", "PM"]
    assert (alder.appointments.horizon, alder.appointments.saturdays) == (15, False)
    assert birch.appointments.saturdays
    assert {w.end.hour - w.start.hour for w in birch.appointments.windows} == {2}
    assert birch.appointments.reservation_life_ms < alder.appointments.reservation_life_ms == 1_800_000
    assert "ftthl2r" in {each.id for each in birch.specifications}
    assert [each.point_of_no_return for each in (alder, birch, cedar)] == [None, "COMMITTED", "ADDITIONAL"]
    assert [each.concurrent_amendments for each in (alder, birch, cedar)] == [True, False, False]
    assert [each.one_service_per_address for each in (alder, birch, cedar)] == [True, False, True]
    ont = ("ONT_REFERENCE", "ONT_PORT")
    assert [each.line_characteristics for each in (alder, birch, cedar)] == [ont, ont, ("LINE_ID",)]
    profiles = [each.specifications[0].line_profiles for each in (alder, birch, cedar)]
    assert len(set(profiles)) == 3


def test_the_shipped_worlds_and_their_tenants() -> None:
    tenants = {world.code: [tenant.code for tenant in world.tenants] for world in LIBRARY.worlds.values()}
    assert tenants == {"DEMO1": ["TENANT1"], "DEMO2": ["TENANT2"], "SHARED": ["TENANT3", "TENANT4"], "DIRECT": []}
    assert {world.gap_ms for world in LIBRARY.worlds.values()} == {30_000}
    assert len({world.seed for world in LIBRARY.worlds.values()}) == 4
    sold = {tenant.code: tenant.suppliers for world in LIBRARY.worlds.values() for tenant in world.tenants}
    assert sold.pop("TENANT2") == tuple(LIBRARY.suppliers)  # every character there is
    assert set(sold.values()) == {("ALDER", "BIRCH", "CEDAR")}


def test_the_published_clients_reach_one_world_each() -> None:
    clients = {client.id: client for client in LIBRARY.clients}
    assert len(clients) == len(LIBRARY.clients)
    assert all(client.secret == f"{client.id}-secret" for client in LIBRARY.clients)
    tenants = {client.code: (client.id, client.world) for client in LIBRARY.clients if client.kind == "tenant"}
    assert tenants == {
        "TENANT1": ("tenant1", "DEMO1"),
        "TENANT2": ("tenant2", "DEMO2"),
        "TENANT3": ("tenant3", "SHARED"),
        "TENANT4": ("tenant4", "SHARED"),
    }
    assert (clients["gateway"].kind, clients["gateway"].code, clients["gateway"].world) == (
        "gateway",
        "GATEWAY",
        "DIRECT",
    )
    speaking = {(client.code, client.world) for client in LIBRARY.clients if client.kind == "supplier"}
    assert speaking == {(code, world) for code in ("ALDER", "BIRCH", "CEDAR") for world in ("DEMO1", "DEMO2", "SHARED")}


def test_a_copy_reads_the_same(copied: Path) -> None:
    assert reread(copied) == LIBRARY


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "scenarios/ORDER_PENDING.yaml",
            "kci: ACKNOWLEDGED",
            "kci: ACKNOWLEDGE",
            "ORDER_PENDING.yaml: /order/beats/0/kci",
        ),
        ("scenarios/ORDER_PENDING.yaml", "name: ORDER_PENDING", "name: ORDER_OTHER", "calls itself ORDER_OTHER"),
        (
            "scenarios/ORDER_PENDING.yaml",
            "\norder:",
            "\ndefault: true\norder:",
            "one scenario is the default for an order, not 2",
        ),
        (
            "scenarios/ORDER_SUCCESSFUL.yaml",
            "default: true",
            "default: false",
            "one scenario is the default for an order, not 0",
        ),
        (
            "scenarios/SERVICE_TEST_GREEN.yaml",
            "default: true",
            "default: false",
            "one scenario is the default for a service test, not 0",
        ),
        ("fixtures/suppliers/CEDAR.yaml", "leadTime: 4", "leadTime: soon", "CEDAR.yaml: /leadTime"),
        ("fixtures/worlds.yaml", "supplier: ALDER", "supplier: ASPEN", "there is no supplier ASPEN"),
        ("fixtures/worlds.yaml", "world: DIRECT", "world: NOWHERE", "there is no world NOWHERE"),
        ("fixtures/addresses.yaml", "suppliers: [ALDER, ", "suppliers: [ELM, ", "there is no supplier ELM"),
    ],
)
def test_a_spoilt_file_is_named_with_what_is_wrong(copied: Path, file: str, old: str, new: str, says: str) -> None:
    spoil(copied / file, old, new)
    with pytest.raises(UnusableFileError) as refused:
        reread(copied)
    assert says in str(refused.value)


def test_a_file_that_is_no_yaml_is_named_with_its_line(copied: Path) -> None:
    spoil(copied / "fixtures/suppliers/ALDER.yaml", "leadTime: 5", "leadTime: 5\nleadTime: 6")
    with pytest.raises(UnreadableFileError, match=r"ALDER\.yaml:\d+: the key leadTime comes twice"):
        reread(copied)


def test_two_premises_never_share_an_identifier(copied: Path) -> None:
    spoil(copied / "fixtures/addresses.yaml", '"999000000002"', '"999000000001"')
    with pytest.raises(ValueError, match="UPRN 999000000001"):
        reread(copied)


def test_reading_needs_neither_the_slow_validator_nor_the_holidays() -> None:
    code = (
        "import sys; from sandbox.spec.library import load_library; load_library();"
        "print(sorted({'jsonschema', 'holidays', 'faker', 'factory'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=folder("scenarios").parent
    )
    assert done.stdout.strip() == "[]"


def test_data_comes_from_the_checkout_or_else_from_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (folder("scenarios") / "ORDER_SUCCESSFUL.yaml").is_file()
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "site-packages" / "sandbox")
    (tmp_path / "site-packages" / "fixtures").mkdir(parents=True)  # somebody else's
    assert folder("fixtures") == tmp_path / "site-packages" / "sandbox" / "_data" / "fixtures"
