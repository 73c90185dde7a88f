"""The fakes of each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.suppliers.fakes import Fakes, open_fakes


@pytest.fixture
def fakes(tmp_path: Path) -> Iterator[Fakes]:
    """Fake suppliers in a world of their own, with a gateway that only listens."""
    with open_fakes(tmp_path) as opened:
        yield opened
