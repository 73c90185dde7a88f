"""How the tests of the documents read them: bundled into one, walked, and checked against."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

FOLDER = Path(__file__).parents[2] / "contracts" / "openapi"
COMMON = "common"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != COMMON)
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@cache
def source(name: str) -> dict[str, Any]:
    """The document as it is written."""
    document: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return document


@cache
def bundled(name: str) -> dict[str, Any]:
    """The document with every component of the shared file that it uses copied in, under the same section and name."""
    components: dict[str, dict[str, Any]] = {}

    def local(node: Any, shared: bool) -> Any:
        if isinstance(node, list):
            return [local(item, shared) for item in node]
        if not isinstance(node, dict):
            return node
        copy = {key: local(value, shared) for key, value in node.items()}
        reference = copy.get("$ref")
        if isinstance(reference, str) and (shared or reference.startswith(f"{COMMON}.yaml#")):
            copy["$ref"] = reference.removeprefix(f"{COMMON}.yaml")
            fetch(*copy["$ref"].removeprefix("#/components/").split("/"))
        return copy

    def fetch(section: str, component: str) -> None:
        if component not in components.setdefault(section, {}):
            components[section][component] = {}  # a component may lead back to itself
            components[section][component] = local(source(COMMON)["components"][section][component], shared=True)

    document: dict[str, Any] = local(source(name), shared=False)
    for section, found in components.items():
        document.setdefault("components", {}).setdefault(section, {}).update(found)
    return document


def operations(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of the bundled document."""
    for path, item in bundled(name)["paths"].items():
        for method in sorted(METHODS & item.keys()):
            yield path, method, item[method]


def nodes(node: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object below a node, with its pointer."""
    if isinstance(node, dict):
        yield where, node
        for key, value in node.items():
            yield from nodes(value, f"{where}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nodes(value, f"{where}/{index}")


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a node stands for, in a bundled document."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def violations(name: str, schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value, by the validator of the request path, with formats on."""
    rooted = {**schema, "components": bundled(name).get("components", {})}
    validator = jsonschema_rs.Draft202012Validator(rooted, validate_formats=True)
    return [f"/{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(value)]


def examples(name: str) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """(place, schema, value) of every example: of media types, parameters, headers and schemas."""
    document = bundled(name)
    for where, node in nodes(document):
        if isinstance(node.get("schema"), dict):
            if "example" in node:
                yield f"{where}/example", node["schema"], node["example"]
            for key, example in (node.get("examples") or {}).items():
                yield f"{where}/examples/{key}", node["schema"], resolved(document, example)["value"]
    for key, schema in document.get("components", {}).get("schemas", {}).items():
        for index, value in enumerate(schema.get("examples", ())):
            yield f"/components/schemas/{key}/examples/{index}", schema, value


def example(name: str, path: str, method: str, key: str) -> dict[str, Any]:
    """A fresh copy of a request body's named example."""
    media = bundled(name)["paths"][path][method]["requestBody"]["content"]["application/json"]
    value: dict[str, Any] = deepcopy(media["examples"][key]["value"])
    return value


def refusals(name: str, component: str, value: Any) -> list[str]:
    """What is wrong with a value, by the shape of this name."""
    return violations(name, {"$ref": f"#/components/schemas/{component}"}, value)


def without(value: Mapping[str, Any], *members: str) -> dict[str, Any]:
    """A copy that lacks these members."""
    return {key: item for key, item in value.items() if key not in members}
