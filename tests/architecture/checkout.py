"""The files of this checkout, as the tests of its architecture read them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def committed(under: str = ".") -> list[Path]:
    """Every file that is committed or about to be: what git lists and does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", under]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = {ROOT / name for name in listed.split("\0") if name}
    return sorted(path for path in paths if path.is_file())


def modules(under: str = "sandbox") -> list[Path]:
    """The Python files of one folder."""
    return [path for path in committed(under) if path.suffix == ".py"]


def name_of(path: Path) -> str:
    """The path from the top of the checkout, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def texts() -> Iterator[tuple[str, str]]:
    """(name, text) of every committed text file but the licence, whose words are not ours."""
    for path in committed():
        content = path.read_bytes()
        if b"\0" not in content and path.name != "LICENSE":
            yield name_of(path), content.decode()
