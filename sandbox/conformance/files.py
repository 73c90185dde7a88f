"""Files that are there whole or not at all."""

import os
from pathlib import Path

from sandbox.conformance.realtime import new_name


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace a file: whoever reads it sees the old one or the new one, also after a crash in the middle."""
    draft = path.with_name(f".{path.name}.{new_name(6)}")
    try:
        with draft.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
