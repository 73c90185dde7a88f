"""What runs by path, or looks at the sandbox from outside, imports no more of it than it may."""

import pytest

from tests.architecture.checkout import modules, name_of
from tests.architecture.references import references

MAY_IMPORT = {
    "contracts": (),  # examiners run against anybody's system: nothing of ours inside
    "fixtures": ("sandbox.domain",),
    "sandbox/conformance": ("sandbox.conformance", "sandbox.shipped", "sandbox.spec"),  # the published documents alone
}


def trespasses(folder: str, name: str, source: str) -> list[str]:
    """Parts of the program that this file imports though its folder may not."""
    return sorted(
        {
            f"{name}:{line} {used}"
            for line, used in references(source)
            if used.split(".")[0] == "sandbox"
            and not any(f"{used}.".startswith(f"{allowed}.") for allowed in MAY_IMPORT[folder])
        }
    )


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_outside_imports_what_it_may(folder: str) -> None:
    assert [use for path in modules(folder) for use in trespasses(folder, name_of(path), path.read_text())] == []


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("contracts", "import sandbox.domain.errors"),
        ("fixtures", "from sandbox.spec import library"),
        ("fixtures", "import sandbox.domains"),
        ("sandbox/conformance", "from sandbox.domain.errors import Problem"),
        ("sandbox/conformance", "def late():\n    from sandbox import store"),
    ],
)
def test_a_planted_trespass_is_found(folder: str, source: str) -> None:
    assert trespasses(folder, f"{folder}/planted.py", source) != []


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("fixtures", "from sandbox.domain import dummydata\nfrom sandbox.domain.ids import make"),
        (
            "sandbox/conformance",
            "from sandbox.shipped import folder\nimport sandbox.conformance.inbox\nimport sandbox.spec.documents",
        ),
    ],
)
def test_what_a_folder_may_import_is_left_alone(folder: str, source: str) -> None:
    assert trespasses(folder, f"{folder}/planted.py", source) == []
