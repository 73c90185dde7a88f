"""Requests that schemathesis makes up from a document: as the document has them, or wrong in some way."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.conformance import shapes

Invented = tuple[str, str, str, list[tuple[str, str]], dict[str, str], str | None]

_NOWHERE = "http://target.invalid"
_OURS = ("user-agent", "accept-encoding", "connection", "content-length")


def invented(
    document: str, how: str, examples: int, seed: int, offers: frozenset[str], parts: Mapping[str, str]
) -> Iterator[Invented]:
    """(operation, method, path, query, headers, body) of each; `how` is right or wrong.

    Operations whose part is not among `offers` are left out. The same seed makes the same requests.
    """
    import schemathesis
    from schemathesis.generation import GenerationMode

    schema = schemathesis.openapi.from_dict(dict(shapes.as_published(document)))
    schema.config.update(base_url=_NOWHERE)
    mode = GenerationMode.POSITIVE if how == "right" else GenerationMode.NEGATIVE
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        name = operation.definition.raw["operationId"]
        if name in parts and parts[name] not in offers:
            continue
        strategy = operation.as_strategy(generation_mode=mode)
        yield from (_request(name, case) for case in _drawn(strategy, examples, seed))


def _drawn(strategy: Any, examples: int, seed: int) -> list[Any]:
    """So many cases of a strategy, the same for the same seed."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    cases: list[Any] = []

    @seeded(seed)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def note(case: Any) -> None:
        cases.append(case)

    note()
    return cases


def _request(name: str, case: Any) -> Invented:
    known = case.as_transport_kwargs()
    params = known.get("params") or {}
    query = parse_qsl(params) if isinstance(params, str) else _pairs(params)
    headers = {key: str(value) for key, value in known["headers"].items() if key.lower() not in _OURS}
    headers = {key: value for key, value in headers.items() if not key.lower().startswith("x-schemathesis")}
    content = json.dumps(known["json"]) if "json" in known else known.get("data")
    if isinstance(content, bytes):
        content = content.decode("latin-1")
    return name, known["method"], urlsplit(known["url"]).path, query, headers, content


def _pairs(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key, _text(value)) for key, values in params.items() for value in _listed(values)]


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
