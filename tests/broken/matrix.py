"""The kill matrix as a page: which broken system shows each requirement. `python -m tests.broken.matrix` writes it."""

from pathlib import Path

from sandbox.spec.requirements import load_catalogue
from tests.broken import gateway, supplier, tenant

PAGE = Path(__file__).parents[2] / "docs" / "kill-matrix.md"
BREAKS = {**supplier.BREAKS, **tenant.BREAKS, **gateway.BREAKS}

HEAD = """\
# Kill matrix

Each requirement, and a system that breaks it and nothing else. The suites are run against all of them: each has to fail
its own requirement, and only those beside it that are named here with their reason. This page is generated from the
tables that the tests use (`python -m tests.broken.matrix`).

| requirement | what it says | the broken one | breaks besides |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = []
    for name, each in load_catalogue().requirements.items():
        broken = BREAKS.get(name)
        besides = "; ".join(f"{other}: {why}" for other, why in broken.trips.items()) if broken else ""
        rows.append(f"| {name} | {each.sentence} | {broken.how if broken else ''} | {besides} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page())
