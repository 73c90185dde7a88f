"""What the tests of the wire share."""

from collections.abc import Iterator

import pytest

from tests.wire.asking import Asker, open_asker


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """One sandbox for all tests of a module: what is refused leaves nothing behind."""
    with open_asker(tmp_path_factory.mktemp("asked")) as opened:
        yield opened
