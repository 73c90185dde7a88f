"""Every id that is no counter, made from (world seed, epoch, kind, parts): the same world makes the same ids again."""

from uuid import UUID

from sandbox.domain.seeds import Part, digest

# Crockford's base 32: no letter that is easily taken for a digit when a reference is read out.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH = 12


def make_id(seed: str, epoch: int, kind: str, *parts: Part) -> str:
    """A UUID (version 8, RFC 9562: custom contents) for the thing of this kind that the parts name."""
    raw = bytearray(digest(seed, epoch, kind, *parts)[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(raw)))


def make_reference(prefix: str, seed: str, epoch: int, *parts: Part) -> str:
    """A supplier's own reference, e.g. ALD7M2K0QX94TZB: prefix and 60 bits, within the published ^[A-Z0-9_]{5,25}$."""
    number = int.from_bytes(digest(seed, epoch, "reference", prefix, *parts)[:8], "big")
    return prefix + "".join(_ALPHABET[number >> 5 * place & 31] for place in range(_REFERENCE_LENGTH))
