"""Chance as a value: every draw is a hash of what it is for, so the same seed always draws the same."""

import json
from hashlib import sha256

Part = str | int


def digest(seed: str, *purpose: Part) -> bytes:
    """32 bytes fixed by the seed and the purpose. Written as JSON, no two lists of parts run together."""
    return sha256(json.dumps([seed, *purpose], ensure_ascii=True).encode()).digest()


def draw(seed: str, *purpose: Part) -> float:
    """A number in [0, 1) that depends on nothing but the seed and the purpose: draw(seed, "outsiders", area, start)."""
    return (int.from_bytes(digest(seed, *purpose)[:8], "big") >> 11) / (1 << 53)
