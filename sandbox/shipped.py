"""Where the data folders lie: beside the package in a checkout, inside the package once installed."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `scenarios`, `fixtures` or `contracts`.

    A checkout comes first: an editable install also has copies inside the package, and they go stale. pyproject.toml
    tells a checkout from a site-packages in which somebody else's `fixtures` may lie beside us.
    """
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / name
    return _PACKAGE / "_data" / name
