"""A wheel built as a release builds it, from a copy of the checkout in which a working day has left its traces."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.checkout import committed, name_of
from tests.packaging.release import LEFT_BEHIND, build


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is committed, and what is not."""
    copy = tmp_path_factory.mktemp("checkout")
    for path in committed():
        target = copy / name_of(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for name in LEFT_BEHIND:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("not for release")
    return copy


@pytest.fixture(scope="session")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build(checkout, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of this checkout."""
    return build(checkout, "sdist", tmp_path_factory.mktemp("sdist"))
