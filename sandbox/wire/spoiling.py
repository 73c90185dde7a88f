"""Bytes that a fault has been at."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson


def spoilt(do: Mapping[str, Any], body: bytes) -> bytes:
    """The body as this deed leaves it; what is not JSON, or has none of the fields, stays as it is."""
    change = _SPOIL.get(do["kind"])
    return body if change is None or not body else change(do, body)


def _broken(_do: Mapping[str, Any], body: bytes) -> bytes:
    """As long as before, so that nothing but reading it shows."""
    half = len(body) // 2
    return body[:half] + b"," * (len(body) - half)


def _without(do: Mapping[str, Any], body: bytes) -> bytes:
    return _changed(do["fields"], body, lambda holder, name: holder.pop(name))


def _emptied(do: Mapping[str, Any], body: bytes) -> bytes:
    return _changed(do["fields"], body, lambda holder, name: holder.update({name: ""}))


def _changed(fields: Sequence[str], body: bytes, change: Callable[[dict[str, Any], str], object]) -> bytes:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    for pointer in fields:
        *path, name = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
        holder = _found(value, path)
        if isinstance(holder, dict) and name in holder:
            change(holder, name)
    return orjson.dumps(value)


def _found(value: Any, path: Sequence[str]) -> Any:
    for part in path:
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value


_SPOIL: Mapping[str, Callable[[Mapping[str, Any], bytes], bytes]] = {
    "malformed": _broken,
    "missing": _without,
    "empty": _emptied,
}
