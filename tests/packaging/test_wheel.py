"""What a release holds, file by file."""

import tarfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.packaging.release import LEFT_BEHIND, build, shipped_files

pytestmark = pytest.mark.xdist_group("packaging")

INFO = "fibre_sandbox-0.1.0.dist-info"
ABOUT = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "licenses/NOTICE"}


def names(wheel: Path) -> set[str]:
    """Every file in a wheel."""
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def metadata(wheel: Path) -> Message:
    """What the wheel says of itself."""
    with ZipFile(wheel) as archive:
        return message_from_bytes(archive.read(f"{INFO}/METADATA"))


def test_the_wheel_holds_the_program_and_its_data_and_nothing_else(wheel: Path) -> None:
    assert names(wheel) == shipped_files() | {f"{INFO}/{name}" for name in ABOUT}


@pytest.mark.parametrize("folder", ["scenarios", "fixtures", "contracts"])
def test_each_data_folder_is_there(wheel: Path, folder: str) -> None:
    assert [name for name in names(wheel) if name.startswith(f"sandbox/_data/{folder}/")]


def test_the_wheel_installs_one_package(wheel: Path) -> None:
    assert {name.split("/")[0] for name in names(wheel)} == {"sandbox", INFO}


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    about = metadata(wheel)
    assert (about["Name"], about["Version"]) == ("fibre-sandbox", "0.1.0")
    assert about["License-Expression"] == "Apache-2.0"
    assert about["Requires-Python"] == ">=3.11"
    assert about.get_all("Provides-Extra") == ["contracts", "fixtures", "postgresql"]
    with ZipFile(wheel) as archive:
        assert archive.read(f"{INFO}/entry_points.txt").decode().split() == [
            *("[console_scripts]", "sandbox", "=", "sandbox.cli:main"),
            *("[pytest11]", "fibre-sandbox", "=", "sandbox.inprocess.plugin"),
        ]
        assert "Apache License" in archive.read(f"{INFO}/licenses/LICENSE").decode()


def test_a_wheel_from_the_source_distribution_is_the_same(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    again = build(source, "wheel", tmp_path / "wheel")
    assert names(again) == names(wheel)


def test_the_source_distribution_holds_no_traces_of_work(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert held & set(LEFT_BEHIND) == set()
    assert shipped_files() >= {name for name in held if name.startswith("sandbox/")} != set()
