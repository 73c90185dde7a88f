"""How a release is built, and the rule for what it holds."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.checkout import committed, name_of

LEFT_BEHIND = (
    "sandbox/__pycache__/app.cpython-311.pyc",
    "sandbox/domain/.orders.py.swp",
    "scenarios/.DS_Store",
    "fixtures/__pycache__/factories.cpython-311.pyc",
    "contracts/.hypothesis/examples/1",
    "contracts/.env",
    "dist/older.whl",
    "var/sandbox.db",
)


def build(source: Path, target: str, into: Path) -> Path:
    """Build with the backend that pyproject.toml names, without isolation: everything needed is in the lock."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(into)]
    built = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (product,) = into.iterdir()
    return product


def shipped_files() -> set[str]:
    """The rule: every committed file of the package, and of the three data folders inside it; nothing else."""
    data = {
        f"sandbox/_data/{name_of(path)}" for name in ("scenarios", "fixtures", "contracts") for path in committed(name)
    }
    return data | {name_of(path) for path in committed("sandbox")}
