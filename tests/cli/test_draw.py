"""`sandbox draw`."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sandbox.cli import main
from sandbox.spec.library import load_library

SVG = "{http://www.w3.org/2000/svg}"
MINE = "name: MINE\ntitle: Mine & <yours>\ndescription: My own.\nextends: ORDER_DELAYED\nadapt:\n"
ADAPTED = "  DELAY: {problemCode: WAYLEAVE_ISSUE, text: Not yet.}\n"


def draw(*arguments: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, ["draw", *arguments])


@pytest.mark.parametrize("name", load_library().scenarios)
def test_every_scenario_is_drawn_within_80_columns(name: str) -> None:
    seen = draw(name)
    assert (seen.exit_code, seen.output.startswith(f"{name}: ")) == (0, True)
    drawn = [line for line in seen.output.splitlines() if "|" in line]
    assert max(map(len, drawn)) <= 80
    told = {word for line in drawn for word in line.replace("|", " ").split()}
    beats = [beat for chapter in load_library().scenarios[name].chapters.values() for beat in chapter.beats]
    assert {beat.kci for beat in beats} <= told


def test_an_order_is_told_from_its_placing_to_its_end() -> None:
    lines = draw("ORDER_DELAYED").output.splitlines()
    said = [line[22:].replace("|", " ").strip() for line in lines if "|" in line and "--" not in line]
    assert [each for each in said if each] == [
        "POST /service-orders", "201 RECEIVED_BY_GATEWAY", "POST /service-orders", "202", "UPDATE SENT_TO_SUPPLIER",
        "ACKNOWLEDGED", "ACKNOWLEDGED ACKNOWLEDGED", "COMMITTED", "COMMITTED IN_PROGRESS", "DELAY", "DELAY HELD",
        "as X-Problem-Code says", "RESUMED", "RESUMED IN_PROGRESS", "COMPLETED", "COMPLETED COMPLETED",
    ]  # fmt: skip


def test_an_svg_file_stands_alone_and_is_whole(tmp_path: Path) -> None:
    (tmp_path / "MINE.yaml").write_text(MINE + ADAPTED, encoding="utf-8")
    seen = draw(str(tmp_path / "MINE.yaml"), "--svg", str(tmp_path / "mine.svg"))
    assert seen.exit_code == 0, seen.output
    root = ET.fromstring((tmp_path / "mine.svg").read_text(encoding="utf-8"))
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert {"Tenant", "Gateway", "Supplier", "Mine & <yours>", "WAYLEAVE_ISSUE"} <= set(texts)
    assert len([each for each in root.iter(f"{SVG}line") if "marker-end" in each.attrib]) == 15
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert draw("ORDER_DELAYED", "--svg", str(tmp_path / "none" / "mine.svg")).exit_code == 2


def test_a_scenario_of_ones_own_folder_is_drawn_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "MINE.yaml").write_text(MINE + ADAPTED, encoding="utf-8")
    assert "MINE: " in draw("MINE", SANDBOX_SCENARIOS=str(tmp_path)).output


def test_what_is_wrong_or_unknown_is_not_drawn(tmp_path: Path) -> None:
    (tmp_path / "MINE.yaml").write_text(MINE + ADAPTED.replace("text", "colour"), encoding="utf-8")
    seen = draw(str(tmp_path / "MINE.yaml"))
    assert (seen.exit_code, "MINE.yaml:6: /adapt/DELAY/colour" in seen.stderr) == (2, True)
    assert "there is no scenario OTHER" in draw("OTHER").stderr
