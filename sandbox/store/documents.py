"""JSON documents as the database keeps them."""

from typing import Any

import orjson


def pack(document: Any) -> bytes:
    """The bytes to keep."""
    return orjson.dumps(document)


def unpack(kept: bytes) -> Any:
    """The document that was kept."""
    return orjson.loads(kept)
