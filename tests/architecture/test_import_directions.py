"""The import rules of pyproject.toml, tried on a house of empty rooms: they hold there, and break where they should.

The house itself is examined by `make lint`; this shows that the examination can fail.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT

RULES = ROOT / "pyproject.toml"
PACKAGES = ("cli", "portal", "conformance", "gateway", "suppliers", "wire", "world", "store", "spec", "domain")
HONEST = {
    "app.py": "import sandbox.gateway.ordering\nimport sandbox.suppliers\nimport sandbox.portal",
    "cli/serve.py": "import sandbox.app",
    "gateway/ordering.py": "import sandbox.parts\nimport sandbox.store.orders\nimport sandbox.spec.documents",
    "parts.py": "import sandbox.wire\nimport sandbox.world.schedule",
    "spec/documents.py": "import yaml\nimport sandbox.shipped",
    "store/__init__.py": "import sqlalchemy",
    "store/orders.py": "import sqlite3\nimport sandbox.domain",
    "world/schedule.py": "from apscheduler.triggers import cron",
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout with every room of the layers, each nearly empty, and the real rules."""
    contracts = tomllib.loads(RULES.read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    rooms = re.findall(r"\w+", " ".join(layers))
    assert set(PACKAGES) < set(rooms)
    (tmp_path / "pyproject.toml").write_text(RULES.read_text())
    for room in ("__init__", *rooms):
        add(tmp_path, f"{room}/__init__.py" if room in PACKAGES else f"{room}.py", "")
    for name, source in HONEST.items():
        add(tmp_path, name, source)
    return tmp_path


def add(house: Path, name: str, source: str) -> None:
    """Write one module of the house."""
    path = house / "sandbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def examine(house: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter there."""
    code = "from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)


def test_an_honest_house_passes(house: Path) -> None:
    seen = examine(house)
    assert seen.returncode == 0, seen.stdout
    assert "0 broken" in seen.stdout


@pytest.mark.parametrize(
    ("name", "source", "rule"),
    [
        ("gateway/late.py", "def late():\n    import sandbox.suppliers", "Rooms look downstairs only"),
        ("portal/pages.py", "import sandbox.conformance", "Rooms look downstairs only"),
        ("world/player.py", "from sandbox import gateway", "Rooms look downstairs only"),
        ("settings.py", "import sandbox.spec", "Rooms look downstairs only"),
        ("utils.py", "", "Rooms look downstairs only"),
        ("domain/orders.py", "from flask import request", "The domain is pure"),
        ("domain/orders.py", "import time", "The domain is pure"),
        ("gateway/orders.py", "from sqlalchemy import text", "Only the store speaks SQL"),
        ("wire/files.py", "import yaml", "Only the spec room reads YAML"),
        ("world/player.py", "import apscheduler.schedulers.background", "Only world.schedule knows APScheduler"),
    ],
)
def test_a_planted_import_is_refused(house: Path, name: str, source: str, rule: str) -> None:
    add(house, name, source)
    seen = examine(house)
    assert seen.returncode == 1
    assert re.search(rf"{rule}.*BROKEN", seen.stdout), seen.stdout
