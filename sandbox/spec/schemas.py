"""The JSON Schemas of the data files."""

import json
from functools import cache
from typing import Any

import jsonschema_rs

from sandbox.shipped import folder


@cache
def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of one kind of data file: scenario, supplier, addresses, people, services or worlds."""
    text = (folder("contracts") / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def validator_of(kind: str) -> jsonschema_rs.Draft202012Validator:
    """The schema of one kind of data file, compiled: fast, and with little to say."""
    return jsonschema_rs.Draft202012Validator(schema_of(kind))
