"""The OpenAPI documents: loaded, bundled into one piece each, and read as operations."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sandbox.shipped import folder
from sandbox.spec.yamlfile import load

NAMES = ("authentication", "tenant", "supplier", "tenant-updates", "supplier-updates", "control")

_COMMON = "common.yaml#"
_METHODS = ("get", "put", "post", "patch", "delete")
_SCOPE = re.compile(r"/(\w+)\.all\.all$")  # says which kind of client has it


@dataclass(frozen=True)
class Parameter:
    """One parameter. `kind` is its JSON type; `is_json`: the text is JSON; `explode`: an array is repeated."""

    name: str
    place: str
    required: bool
    schema: Mapping[str, Any]
    kind: str
    is_json: bool
    explode: bool


@dataclass(frozen=True)
class Operation:
    """One operation. `body` is None where none is taken; `answers`: schema by status, None for no body.

    `callers` are the kinds of clients that its scopes let in: none where it asks for no token. With `anybody` a token
    is looked at where one is sent, and who sends none comes in too.
    """

    id: str
    method: str
    path: str
    callers: frozenset[str]
    anybody: bool
    parameters: tuple[Parameter, ...]
    media_type: str | None
    body: Mapping[str, Any] | None
    body_required: bool
    answers: Mapping[str, Mapping[str, Any] | None]

    @property
    def secured(self) -> bool:
        """Whether nobody comes in without a token."""
        return bool(self.callers) and not self.anybody


@dataclass(frozen=True, eq=False)
class Document:
    """A bundled document (`data`, ready to be served) and its operations by id."""

    name: str
    data: Mapping[str, Any]
    operations: Mapping[str, Operation]

    def resolved(self, reference: str) -> Mapping[str, Any]:
        """The component that a reference such as #/components/schemas/Contact means."""
        return _resolved(self.data, {"$ref": reference})

    def standing_alone(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The schema with those components that it refers to, and with no others: a compiled schema keeps a copy of
        all that it is given.
        """
        found: dict[str, dict[str, Any]] = {}
        waiting = list(_references(schema, "#"))
        while waiting:
            _, section, name = waiting.pop()
            if name not in found.setdefault(section, {}):
                found[section][name] = self.data["components"][section][name]
                waiting += _references(found[section][name], "#")
        return {**schema, "components": found}


@cache
def load_document(name: str) -> Document:
    """The document of this name, with what it takes from the common file copied in."""
    data = _bundle(load(folder("contracts") / "openapi" / f"{name}.yaml").value)
    return Document(name, data, {operation.id: operation for operation in _operations(data)})


@cache
def _common() -> Mapping[str, Any]:
    found: Mapping[str, Any] = load(folder("contracts") / "openapi" / "common.yaml").value
    return found


def _bundle(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    wanted = set(_common_references(document))
    while missing := [path for path in sorted(wanted) if path[2] not in components.get(path[1], {})]:
        for _, section, component in missing:
            copied = _common()["components"][section][component]
            components.setdefault(section, {})[component] = copied
            wanted |= set(_common_references(copied)) | set(_references(copied, "#"))
    bundled: dict[str, Any] = _localised(document)
    return bundled


def _common_references(node: Any) -> Iterator[tuple[str, str, str]]:
    return _references(node, _COMMON)


def _references(node: Any, prefix: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith(f"{prefix}/components/"):
            components, section, name = reference.removeprefix(f"{prefix}/").split("/")
            yield components, section, name
        for value in node.values():
            yield from _references(value, prefix)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value, prefix)


def _localised(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: value.removeprefix("common.yaml") if key == "$ref" and isinstance(value, str) else _localised(value)
            for key, value in node.items()
        }
    return [_localised(value) for value in node] if isinstance(node, list) else node


def _operations(data: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in data["paths"].items():
        for method in _METHODS:
            if method in item:
                yield _operation(data, path, method, item[method], item.get("parameters", []))


def _operation(
    data: Mapping[str, Any], path: str, method: str, entry: Mapping[str, Any], shared: list[Any]
) -> Operation:
    request = _resolved(data, entry.get("requestBody", {}))
    media_type = next(iter(request.get("content", {})), None)
    security: list[Mapping[str, list[str]]] = entry.get("security", data.get("security", []))
    scopes = (_SCOPE.search(scope) for each in security for scopes in each.values() for scope in scopes)
    return Operation(
        id=entry["operationId"],
        method=method.upper(),
        path=path,
        callers=frozenset(scope[1] for scope in scopes if scope),
        anybody=not all(security),
        parameters=tuple(
            _parameter(data, _resolved(data, parameter)) for parameter in [*shared, *entry.get("parameters", [])]
        ),
        media_type=media_type,
        body=request["content"][media_type]["schema"] if media_type else None,
        body_required=request.get("required", False),
        answers={status: _answer(_resolved(data, answer)) for status, answer in entry["responses"].items()},
    )


def _parameter(data: Mapping[str, Any], entry: Mapping[str, Any]) -> Parameter:
    is_json = "content" in entry
    schema = entry["content"]["application/json"]["schema"] if is_json else entry["schema"]
    explode = entry.get("explode", entry["in"] == "query")
    kind = _resolved(data, schema).get("type", "")
    return Parameter(entry["name"], entry["in"], entry.get("required", False), schema, kind, is_json, explode)


def _answer(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    described: Mapping[str, Any] = next(iter(entry.get("content", {}).values()), {})
    return described.get("schema")


def _resolved(data: Mapping[str, Any], entry: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in entry:
        _, section, name = entry["$ref"].removeprefix("#/").split("/")
        entry = data["components"][section][name]
    return entry
